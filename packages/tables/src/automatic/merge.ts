/**
 * The weighted mean of networks with one hidden layer as one network: what each of them computes stands beside the others.
 *   bins               read by some, and by the others with weights of 0: the same layer for all
 *   scale, then dense  z = W (s ⊙ x) + b           is   z = (W diag(s)) x + b: one dense layer without its scale
 *   hidden layer       W = (W₁; …; Wₖ)             one below the other: all read the same
 *   outputs            W = (c₁W₁, …, cₖWₖ), b = Σ cᵢbᵢ: the weighted mean of theirs
 * so the mean of all is a plain network whose derivation, certificate and programs need nothing of their own. Means are of
 * outputs: of logits where these are classes' (their probabilities' geometric mean).
 */
import type { LayerSpec, Model, NetworkSpec } from "@chaingrad/core";
import { layersOf } from "@chaingrad/core";

/** A network, and what it counts: all of a mean's together count 1. */
export interface Counted {
  readonly model: Pick<Model, "network" | "tensors">;
  readonly weight: number;
}

/** W [units, inputs] and b [units] of a layer. */
interface Affine {
  readonly W: ArrayLike<number>;
  readonly b: ArrayLike<number>;
}

/** One network of the mean, without its scale. */
interface Member {
  readonly bins: LayerSpec | undefined;
  readonly hidden: Affine;
  readonly output: Affine;
  readonly units: number;
  readonly weight: number;
}

function memberOf({ model: { network, tensors }, weight }: Counted): Member {
  const layers = layersOf(network);
  const numbered = (kind: string) => layers.filter((layer) => layer.kind.name === kind);
  const [hidden, output] = numbered("dense").map(({ number }) => ({
    W: tensors[`W${number}`],
    b: tensors[`b${number}`],
  }));
  const scale = numbered("scale").map(({ number }) => tensors[`s${number}`])[0];
  const bins = network.layers.find(({ kind }) => kind === "piecewise-linear");
  const W = scale === undefined ? hidden.W : Float64Array.from(hidden.W, (w, i) => w * scale[i % scale.length]);
  return { bins, hidden: { W, b: hidden.b }, output, units: hidden.b.length, weight };
}

/** The weighted mean of networks of the same inputs and outputs: bins perhaps, the same for all that have them, and two dense layers. */
export function merged(counted: readonly Counted[]): Pick<Model, "network" | "tensors"> {
  const members = counted.map(memberOf);
  const { inputs } = counted[0].model.network;
  const bins = members.find((member) => member.bins !== undefined)?.bins;
  const width = bins?.units ?? inputs;
  const units = members.reduce((total, member) => total + member.units, 0);
  const outputs = members[0].output.b.length;
  const first = bins === undefined ? 1 : 2;
  const layers: LayerSpec[] = [...(bins === undefined ? [] : [bins])];
  const { activation } = counted[0].model.network.layers.at(-2) as LayerSpec;
  const network: NetworkSpec = {
    inputs,
    layers: [...layers, { units, activation }, { units: outputs, activation: "identity" }],
  };
  const [W, b] = [new Float64Array(units * width), new Float64Array(units)];
  const [V, c] = [new Float64Array(outputs * units), new Float64Array(outputs)];
  let at = 0;
  for (const { hidden, output, units: own, weight } of members) {
    copyBlock(hidden.W, own, { to: W, width, row: at, column: 0 });
    copyBlock(hidden.b, own, { to: b, width: 1, row: at, column: 0 });
    copyBlock(output.W, outputs, { to: V, width: units, row: 0, column: at }, weight);
    for (let i = 0; i < outputs; i++) c[i] += weight * output.b[i];
    at += own;
  }
  return { network, tensors: { [`W${first}`]: W, [`b${first}`]: b, [`W${first + 1}`]: V, [`b${first + 1}`]: c } };
}

interface Place {
  readonly to: Float64Array;
  readonly width: number;
  readonly row: number;
  readonly column: number;
}

/** A matrix of so many rows, times a factor, into a part of another one. */
function copyBlock(from: ArrayLike<number>, rows: number, { to, width, row, column }: Place, factor = 1): void {
  const own = from.length / rows;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < own; j++) to[(row + i) * width + column + j] = factor * from[i * own + j];
}
