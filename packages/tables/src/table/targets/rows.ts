/** The targets of rows as a loss takes them: what is to be predicted, and what is known beforehand. */
import { heads, type Loss } from "@chaingrad/core";
import type { Rows, Table } from "../table.ts";
import { offsetsOf, offsetsIn as offsetsOfOne } from "./amounts.ts";
import { beside } from "./beside.ts";
import type { Framing } from "./framing.ts";
import type { Truth } from "./kind.ts";
import { singleKind } from "./kinds.ts";
import { truthIn } from "./several.ts";
import { movedTargets, type Target } from "./target.ts";

/** The offsets of each row, [rows, targets that have one]. Throws TargetError on one that is missing or no number. */
export function offsetsFor(target: Target, table: Table, rows: Rows): Float64Array | undefined {
  const moved = movedTargets(target);
  if (moved.length === 0) return undefined;
  return beside(
    moved.map((one) => offsetsOf(one, table, rows) as Float64Array),
    rows.length,
  );
}

/** The same of rows whose targets were encoded. */
export function offsetsIn(target: Target, truth: Truth): Float64Array | undefined {
  if (target.task !== "several") return target.task === "regression" ? offsetsOfOne(target, truth.y) : undefined;
  const own = movedTargets(target).map((one) =>
    offsetsOfOne(one, truthIn(target, truth, target.targets.indexOf(one)).y),
  ) as Float64Array[];
  return own.length === 0 ? undefined : beside(own, own[0].length);
}

/**
 * One loss of them all. Of several targets each counts as much: each head's loss is divided by what always giving the same
 * answer costs, and by their number.
 */
export function lossOfAll(framings: readonly Framing[], train: readonly Truth[]): Loss {
  const parts = framings.map(({ target, loss }) => {
    const hasOffset = movedTargets(target).length > 0;
    return { loss, outputs: singleKind(target).outputs(target), ...(hasOffset && { offset: true }) };
  });
  if (framings.length === 1) return parts[0].offset ? heads(parts) : parts[0].loss;
  return heads(
    framings.map(({ target, loss }, i) => {
      const guess = singleKind(target).guessLoss(target, loss, train[i]);
      return { ...parts[i], weight: 1 / (framings.length * Math.max(guess, LEAST_GUESS)) };
    }),
  );
}

/** A target whose rows are nearly all alike costs hardly anything to guess. */
const LEAST_GUESS = 0.01;
