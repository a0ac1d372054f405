/**
 * The mean of networks as one network: what each of them computes stands beside the others in every layer.
 *   embedding           E = (E₁, …, Eₖ)          side by side: of a category the row of each
 *   scale, then dense   z = W (s ⊙ x) + b        is   z = (W diag(s)) x + b: one dense layer without its scale
 *   first dense layer   W = (W₁; …; Wₖ)           one below the other: all read the same x, but of an embedding each the
 *                                                columns of its own, with zeros at those of the others
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

/** Row-major. */
interface Matrix {
  readonly values: Float64Array;
  readonly width: number;
}

/** W [units, inputs] and b [units] of a layer. */
interface Affine {
  readonly W: Matrix;
  readonly b: Float64Array;
}

/** The mean of networks of one form: dense layers, perhaps behind a scale, and that behind an embedding. */
export function merged(members: readonly Weighted[]): Weighted {
  const { inputs, layers: given } = members[0].network;
  const count = members.length;
  const embedding = embeddingOf(members);
  const affines = members.map(affinesOf).map(([first, ...rest], k) => [embedding?.reading(first, k) ?? first, ...rest]);
  const before = embedding?.layers ?? [];
  const tensors: Record<string, Float64Array> = { ...embedding?.tensors };
  const dense = given.filter(({ kind = "dense" }) => kind === "dense");
  const layers = dense.map((spec, at): LayerSpec => {
    const number = before.length + at + 1;
    const isLast = at === dense.length - 1;
    const W = affines.map((layers) => layers[at].W);
    const b = affines.map((layers) => layers[at].b);
    // Outputs of x itself are the mean of those of all: there is nothing to put beside the other.
    const last = () => (at === 0 ? meanOf(W.map(({ values }) => values)) : sideBySide(W).map((w) => w / count));
    tensors[`W${number}`] = isLast ? last() : joined(W.map(({ values }) => values));
    tensors[`b${number}`] = isLast ? meanOf(b) : joined(b);
    const { units, activation } = spec;
    if (isLast) return { units, activation };
    return { units: units * count, activation, ...(at > 0 && count > 1 && { groups: count }) };
  });
  return { network: { inputs, layers: [...before, ...layers] }, tensors };
}

/** Dense layers of one network, its scale taken into the first of them. */
function affinesOf({ network, tensors }: Weighted): Affine[] {
  let scale: Float64Array | undefined;
  const affines: Affine[] = [];
  for (const { number, kind, inputs: width } of layersOf(network)) {
    if (kind.name === "embedding") continue;
    if (kind.name === "scale") {
      scale = tensors[`s${number}`];
      continue;
    }
    const W = tensors[`W${number}`];
    const own = scale;
    const values = own === undefined ? W : W.map((w, i) => w * own[i % width]);
    affines.push({ W: { values, width }, b: tensors[`b${number}`] });
    scale = undefined;
  }
  return affines;
}

/** The embeddings of all as the first layer, and how the dense layer of one of them reads it; undefined where there are none. */
interface Embedding {
  readonly layers: readonly LayerSpec[];
  readonly tensors: Tensors;
  reading(affine: Affine, member: number): Affine;
}

function embeddingOf(members: readonly Weighted[]): Embedding | undefined {
  const count = members.length;
  const [{ kind, spec, inputs, parameters }] = layersOf(members[0].network);
  if (kind.name !== "embedding") return undefined;
  const { features = [], categories = [], activation, name } = spec;
  const dimension = parameters[0].shape[1];
  const others = inputs - features.length;
  const units = others + features.length * dimension * count;
  // Where the number at place j that a member's embedding gives stands among those of all.
  const placeOf = (j: number, member: number): number => {
    if (j < others) return j;
    const feature = Math.floor((j - others) / dimension);
    return others + (feature * count + member) * dimension + ((j - others) % dimension);
  };
  return {
    layers: [
      {
        ...{ kind: "embedding", units, activation, features, categories, dimension: dimension * count },
        ...(name !== undefined && { name }),
      },
    ],
    tensors: { E1: sideBySide(members.map(({ tensors }) => ({ values: tensors.E1, width: dimension }))) },
    reading: ({ W: { values, width }, b }, member) => {
      const W = new Float64Array((values.length / width) * units);
      for (const [i, w] of values.entries()) W[Math.floor(i / width) * units + placeOf(i % width, member)] = w;
      return { W: { values: W, width: units }, b };
    },
  };
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

/** (W₁, …, Wₖ), all of one shape. */
function sideBySide(parts: readonly Matrix[]): Float64Array {
  const [{ values, width }] = parts;
  const all = new Float64Array(values.length * parts.length);
  for (const [k, { values }] of parts.entries())
    for (let start = 0; start < values.length; start += width)
      all.set(values.subarray(start, start + width), start * parts.length + k * width);
  return all;
}

const meanOf = (parts: readonly Float64Array[]): Float64Array =>
  parts[0].map((_, i) => parts.reduce((total, part) => total + part[i], 0) / parts.length);
