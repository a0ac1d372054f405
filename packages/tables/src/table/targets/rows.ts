/** The targets of rows as a loss takes them: what is to be predicted, and what is known beforehand. */
import { heads, type Loss } from "@chaingrad/core";
import type { Rows, Table } from "../table.ts";
import { offsetInput, offsetsOf } from "./amounts.ts";
import { beside } from "./beside.ts";
import type { Framing } from "./framing.ts";
import type { Encoded, Truth } from "./kind.ts";
import { kindOf } from "./kind-of.ts";
import { singleKind } from "./kinds.ts";
import type { Target } from "./target.ts";

/** The offset of each row; undefined where the target has none. Throws TargetError on one that is missing or no number. */
export const offsetsFor = (target: Target, table: Table, rows: Rows): Float64Array | undefined =>
  target.task === "regression" ? offsetsOf(target, table, rows) : undefined;

/** Targets as numbers, an offset beside them. Throws as `TargetKind.encode` and `offsetsFor`. */
export function targetRows(target: Target, table: Table, rows: Rows): Encoded {
  const y = kindOf(target).encode(target, table, rows);
  const offsets = offsetsFor(target, table, rows);
  if (target.task !== "regression" || offsets === undefined) return y;
  return beside([y, offsetInput(target, offsets)], rows.length);
}

/**
 * One loss of them all. Of several targets each counts as much: each head's loss is divided by what always giving the same
 * answer costs, and by their number.
 */
export function lossOfAll(framings: readonly Framing[], train: readonly Truth[]): Loss {
  const [{ target, loss }] = framings;
  if (framings.length === 1) {
    const hasOffset = target.task === "regression" && target.offset !== undefined;
    return hasOffset ? heads([{ loss, outputs: singleKind(target).outputs(target), offset: true }]) : loss;
  }
  return heads(
    framings.map(({ target: own, loss: one }, i) => {
      const kind = singleKind(own);
      const guess = kind.guessLoss(own, one, train[i]);
      return { loss: one, outputs: kind.outputs(own), weight: 1 / (framings.length * Math.max(guess, LEAST_GUESS)) };
    }),
  );
}

/** A target whose rows are nearly all alike costs hardly anything to guess. */
const LEAST_GUESS = 0.01;
