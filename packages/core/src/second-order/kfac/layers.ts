/** How K-FAC sees a network: of each layer a matrix (W, b), and the inputs (h, 1) that it multiplies. */
import type { Expr } from "../../graph/expr.ts";
import type { Layer } from "../../nn/network.ts";
import { concat, reshape, slice } from "../../ops/shape.ts";
import { fill } from "../../ops/source.ts";

/** The names of W and b; a layer may have no b. */
const namesOf = ({ parameters }: Layer): (string | undefined)[] =>
  ["weight", "bias"].map((wanted) => parameters.find(({ role }) => role === wanted)?.name);

const withBias = (layer: Layer): boolean => namesOf(layer)[1] !== undefined;

/** Of each layer: inputs with the bias's, and outputs. */
export const widths = (layers: readonly Layer[]): { width: number; units: number }[] =>
  layers.map((layer) => ({ width: layer.inputs + Number(withBias(layer)), units: layer.outputs }));

/** (h, 1) of each layer, from the network's inputs x and the layers' outputs. */
export function layerInputs(layers: readonly Layer[], x: Expr, outputs: readonly Expr[]): Expr[] {
  return layers.map((layer, l) => {
    const h = l === 0 ? x : outputs[l - 1];
    return withBias(layer) ? concat([h, fill(1, [h.type.shape[0], 1], "f64")], 1) : h;
  });
}

/** (W, b) of each layer, from tensors by name. */
export function joined(layers: readonly Layer[], tensors: Readonly<Record<string, Expr>>): Expr[] {
  return layers.map((layer) => {
    const [W, b] = namesOf(layer).map((name) => tensors[name as string]);
    return b === undefined ? W : concat([W, reshape(b, [layer.outputs, 1])], 1);
  });
}

/** Tensors by name, from (W, b) of each layer. */
export function parted(layers: readonly Layer[], matrices: readonly Expr[]): Record<string, Expr> {
  const parts = layers.flatMap((layer, l): [string, Expr][] => {
    const [W, b] = namesOf(layer) as [string, string | undefined];
    const [out, width] = matrices[l].type.shape;
    if (b === undefined) return [[W, matrices[l]]];
    const last = reshape(slice(matrices[l], [0, width - 1], [out, 1]), [out]);
    return [
      [W, slice(matrices[l], [0, 0], [out, width - 1])],
      [b, last],
    ];
  });
  return Object.fromEntries(parts);
}
