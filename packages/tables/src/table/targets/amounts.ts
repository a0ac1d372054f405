/** Targets of amounts: what a network's number stands for, and back. */
import { add, type Expr, exp, type Metric, mul, rootMeanSquaredError, withProvenance } from "@chaingrad/core";
import type { Evaluation, Scores } from "../../judging/evaluation.ts";
import {
  poissonDeviance,
  regressionBaseline,
  regressionMetrics,
  residualSummary,
} from "../../judging/metrics/regression.ts";
import { type Column, type Rows, type Table, TargetError, textAt } from "../table.ts";
import { beside } from "./beside.ts";
import { columnIn } from "./column-in.ts";
import type { Predicted, TargetKind, Truth } from "./kind.ts";
import type { AmountPrediction } from "./prediction.ts";
import { type RegressionTarget, refusal } from "./target.ts";
import { weightedMean, weightedQuantile } from "./weighted.ts";

/** A finite number, or TargetError. Text that spells one is read as such, as in the other columns. */
export function amountAt(column: Column, row: number): number {
  const value = column.values[row];
  const amount = typeof value === "string" ? Number(value.trim() || Number.NaN) : value;
  if (Number.isFinite(amount)) return Number(amount);
  if (column.note !== undefined && value !== null && !Number.isNaN(value))
    throw refusal(column, `must be a number in each row to be regressed: ${column.note}`, row);
  throw refusal(
    column,
    `must be a number to be regressed; row ${row + 1} holds '${textAt(column, row) ?? "nothing"}'`,
    row,
  );
}

/**
 * (y − mean) / scale, or (ln y − mean) / scale. Throws TargetError on a value that is no number, or has no logarithm where one
 * is needed.
 */
export function encodeAmounts(target: RegressionTarget, column: Column, rows: Rows): Float64Array {
  const { mean, scale, factor, link } = target;
  return Float64Array.from(rows).map((row) => {
    const amount = amountAt(column, row);
    if (factor !== undefined && !(amount > 0)) throw refusal(column, outside(amount, row, "> 0", "logarithms"), row);
    if (link === "log" && amount < 0) throw refusal(column, outside(amount, row, "≥ 0", "counts"), row);
    return ((factor === undefined ? amount : Math.log(amount)) - mean) / scale;
  });
}

const outside = (amount: number, row: number, range: string, what: string): string =>
  `holds ${amount} in row ${row + 1}; expected amounts ${range}, as it is learnt by ${what}`;

/** An offset as it is added to a network's outputs. */
function offsetInput({ link, scale }: RegressionTarget, offsets: Float64Array): Float64Array {
  return link === "log" ? offsets : offsets.map((offset) => offset / scale);
}

/** The offsets of rows whose targets were encoded; undefined where the target has none. */
export function offsetsIn({ offset, link, scale }: RegressionTarget, y: Truth["y"]): Float64Array | undefined {
  if (offset === undefined) return undefined;
  const unit = link === "log" ? 1 : scale;
  return Float64Array.from({ length: y.length / 2 }, (_, row) => y[2 * row + 1] * unit);
}

/** Predictions of the loss, or targets that were encoded, in the target's own unit. */
export function decodeAmounts(
  target: RegressionTarget,
  values: ArrayLike<number>,
  offsets?: ArrayLike<number>,
): Float64Array {
  const { mean, scale, factor, link } = target;
  const width = offsets === undefined ? 1 : values.length / offsets.length;
  return Float64Array.from(values).map((value, i) => {
    const offset = offsets?.[Math.floor(i / width)] ?? 0;
    if (link === "log") return (value * scale + mean) * Math.exp(offset);
    const amount = value * scale + mean + offset;
    return factor === undefined ? amount : factor * Math.exp(amount);
  });
}

/** Targets that were encoded, in the target's own unit: nothing leads from a median to a mean here. */
export function truthOf(
  target: RegressionTarget,
  { y, weight }: Truth,
): { truth: Float64Array; weight: Truth["weight"] } {
  const width = target.offset === undefined ? 1 : 2;
  const own = Float64Array.from({ length: y.length / width }, (_, row) => y[row * width]);
  const plain = target.factor === undefined ? target : { ...target, factor: 1 };
  return { truth: decodeAmounts(plain, own), weight };
}

function said(target: RegressionTarget, { predictions, offsets }: Predicted): AmountPrediction {
  const all = decodeAmounts(target, predictions, offsets);
  const { quantiles } = target;
  if (quantiles === undefined) return { task: "regression", values: all };
  const n = quantiles.length;
  const each = quantiles.map((_, k) => Float64Array.from({ length: all.length / n }, (_, row) => all[row * n + k]));
  return { task: "regression", values: each[middleOf(quantiles)], quantiles: each };
}

/** Where the quantile nearest to the median is. */
const middleOf = (quantiles: readonly number[]): number =>
  quantiles.reduce((best, tau, i) => (Math.abs(tau - 0.5) < Math.abs(quantiles[best] - 0.5) ? i : best), 0);

/** For each quantile how many rows lie at or below it, and the mean of max(τ r, (τ − 1) r) over rows and quantiles. */
function quantileScores(
  quantiles: readonly number[],
  predicted: readonly Float64Array[],
  truth: Float64Array,
  weight: Truth["weight"],
): Scores {
  const weights = weight && Float64Array.from(weight);
  const mean = (of: (row: number) => number): number =>
    weightedMean({ values: Float64Array.from(truth), weights }, (_, row) => of(row));
  const costs = quantiles.map((tau, k) =>
    mean((row) => {
      const r = truth[row] - predicted[k][row];
      return Math.max(tau * r, (tau - 1) * r);
    }),
  );
  const covered = quantiles.map((tau, k) => [`below q${tau}`, mean((row) => Number(truth[row] <= predicted[k][row]))]);
  return { pinball: costs.reduce((a, b) => a + b) / costs.length, ...Object.fromEntries(covered) };
}

/** Of a target that is plainly standardised, the error in its own unit though the network sees it in another. */
const inUnits =
  (scale: number): Metric =>
  (predictions, targets, weights) =>
    scale * (rootMeanSquaredError(predictions, targets, weights) as number);

export const regression: TargetKind<RegressionTarget> = {
  outputs: ({ quantiles }) => quantiles?.length ?? 1,
  width: ({ offset }) => (offset === undefined ? 1 : 2),
  encode(target, table, rows) {
    const y = encodeAmounts(target, columnIn(table, target.name), rows);
    const offsets = offsetsOf(target, table, rows);
    return offsets === undefined ? y : beside([y, offsetInput(target, offsets)], rows.length);
  },
  say: said,
  sayRow(target, { predictions, offsets }, row) {
    const n = target.quantiles?.length ?? 1;
    const own = predictions.subarray(row * n, (row + 1) * n);
    const { values, quantiles } = said(target, { predictions: own, offsets: offsets?.subarray(row, row + 1) });
    const named = target.quantiles?.map((tau, k) => [tau, quantiles?.[k][0]]);
    return { value: values[0], ...(named && { quantiles: Object.fromEntries(named) }) };
  },
  columns({ quantiles: taus }, given, of) {
    const { values, quantiles } = given as AmountPrediction;
    const suffix = of === undefined ? "" : ` ${of}`;
    if (taus === undefined || quantiles === undefined) return [{ name: `prediction${suffix}`, type: "number", values }];
    return taus.map((tau, k): Column => ({ name: `quantile ${tau}${suffix}`, type: "number", values: quantiles[k] }));
  },
  evaluate(target, { predictions }, data, loss): Evaluation {
    const { values, quantiles } = said(target, { predictions, offsets: offsetsIn(target, data.y) });
    const { truth, weight } = truthOf(target, data);
    const residuals = residualSummary(values, truth, weight);
    if (target.quantiles !== undefined && quantiles !== undefined) {
      const scores = quantileScores(target.quantiles, quantiles, truth, weight);
      return { scores: { ...scores, mae: regressionMetrics(values, truth, weight).mae, loss }, residuals };
    }
    const deviance = target.link === "log" ? { deviance: poissonDeviance(values, truth, weight) } : {};
    return { scores: { ...regressionMetrics(values, truth, weight), ...deviance, loss }, residuals };
  },
  baseline(target, train, data) {
    const known = truthOf(target, train);
    const { truth, weight } = truthOf(target, data);
    if (target.quantiles !== undefined) {
      const values = { values: known.truth, weights: known.weight && Float64Array.from(known.weight) };
      const guess = target.quantiles.map((tau) => new Float64Array(truth.length).fill(weightedQuantile(values, tau)));
      const { mae } = regressionMetrics(guess[middleOf(target.quantiles)], truth, weight);
      return { ...quantileScores(target.quantiles, guess, truth, weight), mae, loss: null };
    }
    const found = regressionBaseline(known.truth, truth, weight, known.weight);
    if (target.link === "log") {
      const mean = weightedMean({ values: known.truth, weights: known.weight && Float64Array.from(known.weight) });
      return {
        ...found,
        deviance: poissonDeviance(new Float64Array(truth.length).fill(mean), truth, weight),
        loss: null,
      };
    }
    const isPlain = target.factor === undefined && target.offset === undefined;
    return { ...found, loss: isPlain ? (found.rmse / target.scale) ** 2 : null };
  },
  beats: (_, own, guess) =>
    "pinball" in own ? Number(own.pinball) < Number(guess.pinball) : Number(own.rmse) < Number(guess.rmse),
  guess: ({ quantiles }) => (quantiles === undefined ? "mean" : "quantiles"),
  graph: inUnit,
  names: ({ name, quantiles }) => quantiles?.map((tau) => `q${tau}(${name})`) ?? [name],
  outputNames: ({ name, quantiles }) => quantiles?.map((tau) => `${name}, quantile ${tau}`) ?? [name],
  metrics: ({ scale, factor, quantiles, offset }) =>
    factor === undefined && quantiles === undefined && offset === undefined ? { rmse: inUnits(scale) } : {},
  guessLoss({ offset }, { name, options }, { y, weight }) {
    const width = offset === undefined ? 1 : 2;
    const known = (row: number): number => (offset === undefined ? 0 : y[2 * row + 1]);
    const own = Float64Array.from({ length: y.length / width }, (_, row) => y[width * row]);
    const weights = weight && Float64Array.from(weight);
    // Σ e^o = Σ y: of e^o − y (o + 0) + y ln y − y, Poisson's deviance by 2 where the rate is e^o, these are left.
    if (name === "poisson")
      return weightedMean({ values: own, weights }, (value, row) =>
        value > 0 ? value * (Math.log(value) - known(row)) : 0,
      );
    const given = { values: own.map((value, row) => value - known(row)), weights };
    if (name === "quantiles" || name === "quantile") {
      const taus = options?.quantiles ?? [options?.quantile ?? 0.5];
      const costs = taus.map((tau) => {
        const guess = weightedQuantile(given, tau);
        return weightedMean(given, (value) => Math.max(tau * (value - guess), (tau - 1) * (value - guess)));
      });
      return costs.reduce((a, b) => a + b) / costs.length;
    }
    if (name === "mean-absolute-error") {
      const median = weightedQuantile(given, 0.5);
      return weightedMean(given, (value) => Math.abs(value - median));
    }
    if (name === "huber") {
      const { delta = 1 } = options ?? {};
      return weightedMean(given, (value) => {
        const c = Math.min(Math.abs(value), delta);
        return c * (Math.abs(value) - c / 2);
      });
    }
    return weightedMean(given, (value) => value ** 2);
  },
};

/** σ y + μ, and what else leads back to the target's unit, with the arithmetic of `decodeAmounts`. */
function inUnit(
  { name, mean, scale, factor, link }: RegressionTarget,
  predictions: Expr,
  offset: Expr | undefined,
): Expr {
  return withProvenance({ rule: "unit", of: name }, () => {
    const amount = add(mul(predictions, scale), mean);
    if (link === "log") return offset === undefined ? amount : mul(amount, exp(offset));
    const moved = offset === undefined ? amount : add(amount, offset);
    return factor === undefined ? moved : mul(factor, exp(moved));
  });
}

/** The offset of each row. Throws TargetError on one that is missing, no number, or an exposure that is not above 0. */
export function offsetsOf({ offset }: RegressionTarget, table: Table, rows: Rows): Float64Array | undefined {
  if (offset === undefined) return undefined;
  const what = offset.log ? "exposure" : "offset";
  const column = columnIn(table, offset.column, `the ${what} that the model was trained with`);
  return Float64Array.from(rows, (row) => {
    const text = textAt(column, row);
    const value = Number(text?.trim() || Number.NaN);
    const isGood = Number.isFinite(value) && (!offset.log || value > 0);
    if (isGood) return offset.log ? Math.log(value) : value;
    const held = text === null ? "nothing" : `'${text}'`;
    const expected = offset.log ? "a number > 0" : "a number";
    const where = `the ${what} '${column.name}' holds ${held} in row ${row + 1}`;
    throw new TargetError(`${where}; expected ${expected} in each row`, column.name, row);
  });
}
