/** What was reached, target by target: of one target itself, of several each. */
import type { Dataset } from "@chaingrad/core";
import { truthOf } from "../table/targets/amounts.ts";
import type { AmountPrediction, TablePrediction } from "../table/targets/prediction.ts";
import { scoresOf, truthIn } from "../table/targets/several.ts";
import { type SingleTarget, type Target, targetsOf } from "../table/targets/target.ts";
import type { Evaluation, Scores } from "./evaluation.ts";

/** One target and how it is predicted. */
export interface TargetEvaluation {
  readonly target: SingleTarget;
  readonly evaluation: Evaluation;
}

/** An evaluation by target. */
export const evaluationsOf = (target: Target, evaluation: Evaluation): TargetEvaluation[] =>
  targetsOf(target).map((one, i) => ({ target: one, evaluation: evaluation.targets?.[i] ?? evaluation }));

/** The scores of the target at `place`, of those of all: what guessing scores comes as one. */
export const scoresAt = (target: Target, scores: Scores, place: number): Scores =>
  target.task === "several" ? scoresOf(scores, target.targets[place].name) : scores;

/** Of each target that is an amount, what rows hold and what is said of them, in its unit. */
export function amountsOf(
  target: Target,
  said: TablePrediction,
  data: Dataset,
): { readonly name: string; readonly truth: Float64Array; readonly predicted: Float64Array }[] {
  return targetsOf(target).flatMap((one, i) => {
    if (one.task !== "regression") return [];
    const own = said.task === "several" ? said.targets[i] : said;
    const { truth } = truthOf(one, target.task === "several" ? truthIn(target, data, i) : data);
    return [{ name: one.name, truth, predicted: (own as AmountPrediction).values }];
  });
}
