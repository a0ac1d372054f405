/** What is said of one row, as programs get it. */
import type { Predicted } from "../table/targets/kind.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import type { Target } from "../table/targets/target.ts";

/** The target by its name, several each by its own, beside probabilities and what else a kind of target says. */
export function sayRow(target: Target, given: Predicted, row: number): object {
  const { value, ...rest } = kindOf(target).sayRow(target, given, row);
  const own = target.task === "several" ? (value as object) : { [target.name]: value };
  return { ...own, ...rest };
}
