/**
 * The mean of networks as one network: what each of them computes stands beside the others in every layer.
 *   scale, then dense   z = W (s ⊙ x) + b        is   z = (W diag(s)) x + b: one dense layer without its scale
 *   first dense layer   W = (W₁; …; Wₖ)           one below the other: all read the same x
 *   those between       W = diag(W₁, …, Wₖ)      block-diagonal: none sees another's units
 *   last dense layer    W = (W₁, …, Wₖ)/k, b = mean of b: its outputs are the mean of theirs
 * so the sum of all is a plain network whose derivation, certificate and programs need nothing of their own. Means are of
 * outputs: of logits where these are classes' (their probabilities' geometric mean).
 */
import { type LayerSpec, layersOf, type NetworkSpec } from "@chaingrad/core";

type Tensors = Readonly<Record<string, Float64Array>>;

interface Weighted {
  readonly network: NetworkSpec;
  readonly tensors: Tensors;
}

/** W [units, inputs] and b [units] of a layer. */
interface Affine {
  readonly W: Float64Array;
  readonly b: Float64Array;
}

/** Dense layers of one network, its scale taken into the first of them. */
function affinesOf({ network, tensors }: Weighted): Affine[] {
  let scale: Float64Array | undefined;
  const affines: Affine[] = [];
  for (const { number, kind, inputs } of layersOf(network)) {
    if (kind.name === "scale") {
      scale = tensors[`s${number}`];
      continue;
    }
    const W = tensors[`W${number}`];
    const own = scale;
    affines.push({ W: own === undefined ? W : W.map((w, i) => w * own[i % inputs]), b: tensors[`b${number}`] });
    scale = undefined;
  }
  return affines;
}

/** The mean of networks of one form: dense layers, perhaps behind a scale. */
export function merged(members: readonly Weighted[]): Weighted {
  const { inputs } = members[0].network;
  const dense = members[0].network.layers.filter(({ kind = "dense" }) => kind === "dense");
  const affines = members.map(affinesOf);
  const count = members.length;
  const tensors: Record<string, Float64Array> = {};
  const layers = dense.map((spec, at): LayerSpec => {
    const isLast = at === dense.length - 1;
    const own = affines.map((layers) => layers[at]);
    const W = own.map(({ W }) => W);
    // Outputs of x itself are the mean of those of all: there is nothing to put beside the other.
    tensors[`W${at + 1}`] = !isLast ? joined(W) : at === 0 ? meanOf(W) : sideBySide(W, spec.units);
    tensors[`b${at + 1}`] = isLast ? meanOf(own.map(({ b }) => b)) : joined(own.map(({ b }) => b));
    const { units, activation } = spec;
    if (isLast) return { units, activation };
    return { units: units * count, activation, ...(at > 0 && count > 1 && { groups: count }) };
  });
  return { network: { inputs, layers }, tensors };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((total, { length }) => total + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

/** (W₁, …, Wₖ)/k of [units, width] each. */
function sideBySide(parts: readonly Float64Array[], units: number): Float64Array {
  const width = parts[0].length / units;
  const all = new Float64Array(units * width * parts.length);
  parts.forEach((W, k) => {
    for (let i = 0; i < W.length; i++)
      all[Math.floor(i / width) * width * parts.length + k * width + (i % width)] = W[i] / parts.length;
  });
  return all;
}

const meanOf = (parts: readonly Float64Array[]): Float64Array =>
  parts[0].map((_, i) => parts.reduce((total, part) => total + part[i], 0) / parts.length);
