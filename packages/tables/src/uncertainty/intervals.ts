/** Intervals and sets that hold the truth as often as is said, whatever the distribution: conformal prediction. */

import { inRange } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import type { TablePrediction } from "../table/targets/prediction.ts";
import { hasClasses, type SingleTarget, type Target, targetsOf } from "../table/targets/target.ts";
import { type ConformalScores, LEAST_RATE, type ScoreKind } from "./scores.ts";

/** Of one target, row by row. */
export type Intervals =
  | { readonly task: "regression"; readonly lower: Float64Array; readonly upper: Float64Array }
  | { readonly task: "classification"; readonly sets: readonly (readonly string[])[] };

/**
 * Of each target the interval, or the set of classes, that holds the truth of a share `level` of rows like those it was scored by:
 * the score at rank ⌈(n + 1) level⌉ of n rows that the model did not learn from (Vovk, Gammerman & Shafer, "Algorithmic Learning in a
 * Random World", 2005; Lei et al., JASA 2018). For those rows be scored by networks that left them out in turn, as with automatic
 * recipes, it is the cross-conformal kind (Vovk, Annals of Mathematics and AI 2015), whose coverage is measured rather than proved.
 * Throws RangeError on a level outside (0, 1), UserError where the model has no scores, or too few for the level.
 */
export function intervalsOf(
  target: Target,
  conformal: readonly (ConformalScores | null)[] | undefined,
  said: TablePrediction,
  level: number,
): Intervals[] {
  inRange("interval", level, SHARE);
  return targetsOf(target).map((one, place) => {
    const scores = conformal?.[place];
    if (!scores) throw new UserError(`the model knows nothing of how far off it is of '${one.name}'`, NO_SCORES);
    const own = said.task === "several" ? said.targets[place] : said;
    const width = scoreAt(scores, level, one.name);
    if (own.task === "regression") return amountIntervals(scores.kind, own.values, width);
    return {
      task: "classification",
      sets: classSets(one, (own as { probabilities: Float64Array }).probabilities, width),
    };
  });
}

const SHARE = { text: "a share > 0 and < 1", holds: (x: number) => x > 0 && x < 1 };

const NO_SCORES =
  "It needs rows that it did not learn from: train it with validation rows, or by a recipe that leaves out rows in turn. Sets of labels have none.";

/** The score at rank ⌈(n + 1) level⌉; of scores that are spaced by rank the next that is kept. */
function scoreAt({ rows, scores }: ConformalScores, level: number, name: string): number {
  const rank = Math.ceil((rows + 1) * level - 1e-9);
  if (rank > rows)
    throw new UserError(
      `${rows} rows that the model did not learn from say nothing of ${level} of all for '${name}'`,
      `They do up to ${(Math.floor((1e4 * rows) / (rows + 1)) / 1e4).toString()}.`,
    );
  return scores[Math.ceil((rank * scores.length) / rows) - 1];
}

function amountIntervals(kind: ScoreKind, values: Float64Array, width: number): Intervals {
  const away = (value: number, side: 1 | -1): number => {
    if (kind === "ratio") return value * Math.exp(side * width);
    if (kind === "difference") return value + side * width;
    return Math.max(0, value + side * width * Math.sqrt(Math.max(value, LEAST_RATE)));
  };
  return {
    task: "regression",
    lower: values.map((value) => away(value, -1)),
    upper: values.map((value) => away(value, 1)),
  };
}

/** Classes that are as probable as the true ones mostly were, the most probable first; never none. */
function classSets(target: SingleTarget, probabilities: Float64Array, width: number): string[][] {
  const names = hasClasses(target) ? target.classes : [];
  return Array.from({ length: probabilities.length / names.length }, (_, row) => {
    const own = probabilities.subarray(row * names.length, (row + 1) * names.length);
    const order = [...own.keys()].sort((a, b) => own[b] - own[a] || a - b);
    return order.filter((label, place) => place === 0 || 1 - own[label] <= width).map((label) => names[label]);
  });
}
