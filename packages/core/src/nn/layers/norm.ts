/** Normalisation of pre-activations: ẑ = (z − μ)/√(σ² + ε), then gain ⊙ ẑ + shift. What differs is what μ and σ² run over. */

import { checkName } from "../../given/names.ts";
import type { Expr } from "../../graph/expr.ts";
import { sqrt } from "../../ops/elementary.ts";
import type { Operand } from "../../ops/elementwise.ts";
import { mean } from "../../ops/reduce.ts";
import { add, div, mul, reciprocal, square, sub } from "../../ops/ring.ts";
import { less, maximum } from "../../ops/select.ts";
import { fill } from "../../ops/source.ts";
import { broadcast, sum } from "../../ops/sum-broadcast.ts";
import { oneIfZero } from "../losses.ts";
import type { LayerBuffer, LayerPart } from "./layer.ts";

/** [features] each: what a normalised feature is multiplied by, and what is added. */
export interface GainAndShift {
  readonly gain: Expr;
  readonly shift: Expr;
}

/** [features] each: batch norm's running mean and variance. */
export interface Statistics {
  readonly mean: Expr;
  readonly variance: Expr;
}

/** ε in (z − mean)/√(variance + ε). */
const NORMALISATION_EPSILON = 1e-5;
/** How much of the running statistics each batch replaces (PyTorch's convention). */
const RUNNING_MOMENTUM = 0.1;

/** One number for each row ([batch]) repeated along the features. */
const acrossRow = (perRow: Expr, z: Expr): Expr => broadcast(perRow, z.type.shape, [0]);

const inverseDeviation = (variance: Expr): Expr => reciprocal(sqrt(add(variance, NORMALISATION_EPSILON)));

/**
 * Layer norm: μ and σ² of each row over its features; z: [batch, features].
 * Ba, Kiros & Hinton, "Layer normalization", 2016
 */
export function layerNorm(z: Expr, { gain, shift }: GainAndShift): Expr {
  const centred = sub(z, acrossRow(mean(z, [1]), z));
  const scale = inverseDeviation(mean(square(centred), [1]));
  return add(mul(gain, mul(centred, acrossRow(scale, z))), shift);
}

/**
 * Batch norm while training: μ and σ² of each feature over the rows, z: [batch, features], with weights [batch]:
 *   n = Σᵣ wᵣ     μ = 1/n Σᵣ wᵣ zᵣ     σ² = 1/n Σᵣ wᵣ (zᵣ − μ)²
 * so a row of weight 0 (padding) does not count and weight 2 is the row twice. The running statistics move by
 * momentum towards μ and the unbiased σ² n/(n − 1), as in PyTorch; with n below 2 that factor stays at 2, and a batch of
 * nothing but padding moves nothing.
 * Ioffe & Szegedy, "Batch normalization", ICML 2015
 */
export function batchNorm(
  z: Expr,
  { gain, shift }: GainAndShift,
  running: Statistics,
  weight?: Expr,
): { normalised: Expr; running: Statistics } {
  const weighted = (x: Expr): Expr => (weight === undefined ? x : mul(acrossRow(weight, z), x));
  const n = weight === undefined ? fill(z.type.shape[0], [], z.type.dtype) : sum(weight);
  const perRow = reciprocal(oneIfZero(n));
  const mu = mul(perRow, sum(weighted(z), [0]));
  const centred = sub(z, mu);
  const variance = mul(perRow, sum(weighted(square(centred)), [0]));
  const enough = maximum(n, 2);
  const momentum = mul(RUNNING_MOMENTUM, less(0, n));
  return {
    normalised: add(mul(mul(gain, inverseDeviation(variance)), centred), shift),
    running: {
      mean: towards(running.mean, mu, momentum),
      variance: towards(running.variance, mul(div(enough, sub(enough, 1)), variance), momentum),
    },
  };
}

/** Batch norm when predicting: μ and σ² are the running ones, so it is one affine map. */
export function batchNormInference(z: Expr, { gain, shift }: GainAndShift, running: Statistics): Expr {
  return add(mul(mul(gain, inverseDeviation(running.variance)), sub(z, running.mean)), shift);
}

/** (1 − m) from + m to */
function towards(from: Expr, to: Expr, momentum: Operand): Expr {
  return add(mul(sub(1, momentum), from), mul(momentum, to));
}

const feature = (symbol: string, units: number, start: number): LayerBuffer => {
  return { symbol, role: symbol, shape: [units], start };
};

export const normPart: LayerPart = {
  check({ normalisation = "layer" }, where) {
    checkName(`${where}: normalisation`, normalisation, ["layer", "batch"]);
  },
  parameters: ({ normalisation, units }) =>
    normalisation === undefined ? [] : [feature("gain", units, 1), feature("shift", units, 0)],
  buffers: ({ normalisation, units }) =>
    normalisation === "batch" ? [feature("mean", units, 0), feature("variance", units, 1)] : [],
  forward(z, { spec: { normalisation }, tensor, training, weight, leave, mark }) {
    if (normalisation === undefined) return z;
    const affine = { gain: tensor("gain") as Expr, shift: tensor("shift") as Expr };
    const normalised = (node: Expr): Expr => mark(node, "n", "normalised");
    if (normalisation === "layer") return normalised(layerNorm(z, affine));
    const running = { mean: tensor("mean") as Expr, variance: tensor("variance") as Expr };
    if (!training) return normalised(batchNormInference(z, affine, running));
    const result = batchNorm(z, affine, running, weight);
    leave("mean", result.running.mean);
    leave("variance", result.running.variance);
    return normalised(result.normalised);
  },
};
