/** How K-FAC sees a network: of each layer a matrix (W, b), and the inputs (h, 1) that it multiplies. */
import type { Expr } from "../../graph/expr.ts";
import type { NetworkSpec } from "../../nn/network.ts";
import { concat, reshape, slice } from "../../ops/shape.ts";
import { fill } from "../../ops/source.ts";

const withBias = ({ layers }: NetworkSpec, l: number): boolean => layers[l].bias ?? true;

/** Of each layer: inputs with the bias's, and outputs. */
export function widths(network: NetworkSpec): { width: number; units: number }[] {
  const { inputs, layers } = network;
  return layers.map(({ units }, l) => ({
    width: (l === 0 ? inputs : layers[l - 1].units) + Number(withBias(network, l)),
    units,
  }));
}

/** (h, 1) of each layer, from the network's inputs x and the layers' outputs. */
export function layerInputs(network: NetworkSpec, x: Expr, outputs: readonly Expr[]): Expr[] {
  return network.layers.map((_, l) => {
    const h = l === 0 ? x : outputs[l - 1];
    return withBias(network, l) ? concat([h, fill(1, [h.type.shape[0], 1], "f64")], 1) : h;
  });
}

/** (W, b) of each layer, from tensors by name. */
export function joined(network: NetworkSpec, tensors: Readonly<Record<string, Expr>>): Expr[] {
  return network.layers.map(({ units }, l) => {
    const W = tensors[`W${l + 1}`];
    return withBias(network, l) ? concat([W, reshape(tensors[`b${l + 1}`], [units, 1])], 1) : W;
  });
}

/** Tensors by name, from (W, b) of each layer. */
export function parted(network: NetworkSpec, matrices: readonly Expr[]): Record<string, Expr> {
  const parts = matrices.flatMap((matrix, l): [string, Expr][] => {
    const [out, width] = matrix.type.shape;
    if (!withBias(network, l)) return [[`W${l + 1}`, matrix]];
    const b = reshape(slice(matrix, [0, width - 1], [out, 1]), [out]);
    return [
      [`W${l + 1}`, slice(matrix, [0, 0], [out, width - 1])],
      [`b${l + 1}`, b],
    ];
  });
  return Object.fromEntries(parts);
}
