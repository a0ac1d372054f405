/**
 * The weighted mean of networks with one hidden layer as one network: what each of them computes stands beside the others.
 *   embedding          those of all as one (embeddings.ts)
 *   bins               the same layer for all that have them
 *   scale, then dense  z = W (s ⊙ x) + b           is   z = (W diag(s)) x + b: one dense layer without its scale
 *   hidden layer       W = (W₁; …; Wₖ)             one below the other: all read the same, with zeros at bins where they have
 *                                                 none
 *   outputs            W = (c₁W₁, …, cₖWₖ), b = Σ cᵢbᵢ: the weighted mean of theirs
 * so the mean of all is a plain network whose derivation, certificate and programs need nothing of their own. Means are of
 * outputs: of logits where these are classes' (their probabilities' geometric mean).
 */
import { type LayerSpec, layersOf, type Model } from "@chaingrad/core";
import type { EnsembleMember } from "../model/ensemble.ts";
import { together } from "./embeddings.ts";

/** A network, and what it counts: all of a mean's together count 1. */
export interface Counted {
  readonly model: Pick<Model, "network" | "tensors">;
  readonly weight: number;
}

/** W [units, inputs] and b [units] of a layer. */
interface Affine {
  readonly W: Float64Array;
  readonly b: Float64Array;
}

/** One network of the mean, its scale taken into its hidden layer. */
interface Member {
  readonly hidden: Affine;
  readonly output: Affine;
  readonly units: number;
  readonly weight: number;
}

function memberOf({ model: { network, tensors }, weight }: Counted): Member {
  const layers = layersOf(network);
  const [hidden, output] = layers
    .filter(({ kind }) => kind.name === "dense")
    .map(({ number }) => ({ W: tensors[`W${number}`], b: tensors[`b${number}`] }));
  const scaling = layers.find(({ kind }) => kind.name === "scale");
  const scale = scaling && tensors[`s${scaling.number}`];
  const W = scale === undefined ? hidden.W : hidden.W.map((w, i) => w * scale[i % scale.length]);
  return { hidden: { W, b: hidden.b }, output, units: hidden.b.length, weight };
}

/**
 * The weighted mean of networks of the same inputs, outputs and activation: an embedding perhaps that all have, bins perhaps that are
 * the same for all that have them, a scale perhaps, and two dense layers.
 */
export function merged(
  counted: readonly Counted[],
): Pick<Model, "network" | "tensors"> & { readonly ensemble: readonly EnsembleMember[] } {
  const members = counted.map(memberOf);
  const front = frontOf(counted);
  const { inputs, layers } = counted[0].model.network;
  const [{ activation }] = layers.slice(-2);
  const units = members.reduce((total, member) => total + member.units, 0);
  const outputs = members[0].output.b.length;
  const [W, b] = [new Float64Array(units * front.width), new Float64Array(units)];
  const [V, c] = [new Float64Array(outputs * units), new Float64Array(outputs)];
  let at = 0;
  for (const [k, { hidden, output, units: own, weight }] of members.entries()) {
    const read = front.weightsOf(k, hidden.W, own);
    const width = read.length / own;
    for (const [i, w] of read.entries()) W[(at + Math.floor(i / width)) * front.width + (i % width)] = w;
    b.set(hidden.b, at);
    for (const [i, w] of output.W.entries()) V[Math.floor(i / own) * units + at + (i % own)] = weight * w;
    for (let i = 0; i < outputs; i++) c[i] += weight * output.b[i];
    at += own;
  }
  const first = front.layers.length + 1;
  return {
    network: { inputs, layers: [...front.layers, { units, activation }, { units: outputs, activation: "identity" }] },
    tensors: {
      ...front.tensors,
      ...{ [`W${first}`]: W, [`b${first}`]: b, [`W${first + 1}`]: V, [`b${first + 1}`]: c },
    },
    ensemble: members.map(({ units, weight, output }) => ({
      ...{ units, weight },
      bias: Array.from(output.b, (own, i) => own - c[i]),
    })),
  };
}

/** What stands before the hidden layers of all. */
interface Front {
  readonly layers: readonly LayerSpec[];
  readonly tensors: Readonly<Record<string, Float64Array>>;
  /** What it makes of a row. */
  readonly width: number;
  /** The weights [units, …] of member k's hidden layer, of what it reads now: the first numbers of this, or all. */
  weightsOf(k: number, W: Float64Array, units: number): Float64Array;
}

function frontOf(counted: readonly Counted[]): Front {
  const embedding = embeddingOf(counted);
  const bins = counted.flatMap(({ model }) => model.network.layers).find(({ kind }) => kind === "piecewise-linear");
  if (bins === undefined) return embedding;
  const places = (bins.edges ?? []).reduce((total, own) => total + own.length - 1, 0);
  const units = embedding.width + places;
  return { ...embedding, layers: [...embedding.layers, { ...bins, units }], width: units };
}

function embeddingOf(counted: readonly Counted[]): Front {
  const all = together(counted.map(({ model }) => model));
  const { inputs } = counted[0].model.network;
  if (all === undefined) return { layers: [], tensors: {}, width: inputs, weightsOf: (_, W) => W };
  const { layer, E, weightsOf } = all;
  return { layers: [layer], tensors: { E1: E }, width: layer.units, weightsOf };
}
