/** One number that says how good predictions are: the metrics by name, and which way is better. */
import { nearest } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { meanPinballLoss } from "../judging/metrics/amounts.ts";
import { classificationMetrics } from "../judging/metrics/classification.ts";
import { distanceOf } from "../judging/metrics/confusion.ts";
import { poissonDeviance, regressionMetrics } from "../judging/metrics/regression.ts";
import { labelledRows } from "../table/labelled.ts";
import { allRows, TargetError } from "../table/table.ts";
import { truthOf } from "../table/targets/amounts.ts";
import type { Truth } from "../table/targets/kind.ts";
import { singleKind } from "../table/targets/kinds.ts";
import { hasClasses, type SingleTarget } from "../table/targets/target.ts";
import { readWeights } from "../table/weights.ts";
import { numbersIn } from "./answers.ts";
import type { Subject } from "./subject.ts";

/** What predictions can be judged by, as far as a target has it. */
export type ScoreName =
  | ("r2" | "rmse" | "mae" | "deviance" | "pinball")
  | ("accuracy" | "f1" | "auc" | "log-loss" | "exact" | "hamming");

/** Scores of which less is better. */
const COSTS: readonly ScoreName[] = ["rmse", "mae", "deviance", "pinball", "log-loss", "hamming"];
export const isCost = (name: ScoreName): boolean => COSTS.includes(name);

/** Rows whose target is known, and what is known of it. */
export interface KnownRows {
  readonly rows: Int32Array;
  readonly truth: Truth;
}

/** Throws TargetError where no row has a value of this target, and on one that is none of the target's. */
export function knownRows({ model, table }: Subject, target: SingleTarget): KnownRows {
  const { rows } = labelledRows(target, table, allRows(table), "which the predictions are compared with");
  if (rows.length === 0) throw new TargetError(`no row has a value in '${target.name}'`, target.name);
  const column = table.columns.find(({ name }) => name === model.weight);
  const weights = column && readWeights(column, rows);
  const y = singleKind(target).encode(target, table, rows);
  return { rows, truth: { y, weight: weights && Float64Array.from(rows, (row) => weights[row]) } };
}

/** A score of what is said of rows, [rows, numbers of the target]; larger is better where `sign` is 1. */
export interface Score {
  readonly name: ScoreName;
  readonly sign: 1 | -1;
  /** Throws UserError where it is not defined. */
  of(said: Float64Array): number;
}

/** The scores that a target has, the usual one first. */
function scoreNames(target: SingleTarget): readonly ScoreName[] {
  if (target.task === "multi-label") return ["f1", "exact", "hamming"];
  if (hasClasses(target))
    return ["accuracy", "f1", "auc", "log-loss", ...(target.task === "ordinal" ? ["mae" as const] : [])];
  if (target.quantiles !== undefined) return ["pinball", "mae", "rmse", "r2"];
  return ["r2", "rmse", "mae", ...(target.link === "log" ? ["deviance" as const] : [])];
}

/** Throws UserError on a score that the target has not. */
export function scoreOf(target: SingleTarget, truth: Truth, name?: string): Score {
  const names = scoreNames(target);
  const own = name === undefined ? names[0] : names.find((one) => one === name);
  if (own === undefined) {
    const near = nearest(name as string, names);
    const hint =
      near === undefined ? `It can be ${names.join(", ")}.` : `Did you mean '${near}'? It can be ${names.join(", ")}.`;
    throw new UserError(`score: '${name}' is none of ${target.task}`, hint, { option: "score" });
  }
  const all = scoresOf(target, truth);
  return {
    ...{ name: own, sign: isCost(own) ? -1 : 1 },
    of: (said) => {
      const value = all(said)[own] ?? Number.NaN;
      if (Number.isFinite(value)) return value;
      const hint = names.length > 1 ? `It can be ${names.filter((one) => one !== own).join(", ")}.` : undefined;
      throw new UserError(`score: '${own}' is not defined on these rows`, hint, { option: "score" });
    },
  };
}

type Scores = Partial<Readonly<Record<ScoreName, number | null>>>;

function scoresOf(target: SingleTarget, truth: Truth): (said: Float64Array) => Scores {
  if (target.task === "regression") {
    const { truth: amounts, weight } = truthOf(target, truth);
    if (target.quantiles !== undefined) return quantileScores(target.quantiles, amounts, weight);
    const deviance = (said: Float64Array): Scores =>
      target.link === "log" ? { deviance: poissonDeviance(said, amounts, weight) } : {};
    return (said) => ({ ...regressionMetrics(said, amounts, weight), ...deviance(said) });
  }
  if (target.task === "multi-label")
    return (said) => singleKind(target).evaluate(target, { predictions: said }, truth, null).scores as Scores;
  const classes = target.classes.length;
  return (said) => {
    const { accuracy, macroF1, auc, logLoss, confusion } = classificationMetrics(said, truth.y, classes, truth.weight);
    return { accuracy, f1: macroF1, auc, "log-loss": logLoss, mae: distanceOf(confusion) };
  };
}

/** The mean of the quantiles' pinball losses; all else of the one nearest to the median. */
function quantileScores(
  taus: readonly number[],
  amounts: Float64Array,
  weight: Truth["weight"],
): (said: Float64Array) => Scores {
  const middle = taus.reduce((best, tau, i) => (Math.abs(tau - 0.5) < Math.abs(taus[best] - 0.5) ? i : best), 0);
  return (said) => {
    const each = taus.map((_, k) => numbersIn(said, taus.length, k));
    const costs = taus.map((alpha, k) => meanPinballLoss(each[k], amounts, { alpha, weights: weight }));
    return {
      ...regressionMetrics(each[middle], amounts, weight),
      pinball: costs.reduce((a, b) => a + b) / costs.length,
    };
  };
}
