/** How often intervals hold the truth, on rows whose targets are known. */
import type { Dataset, SyncEngine } from "@chaingrad/core";
import { ascending } from "../judging/ascending.ts";
import { predictRows } from "../judging/evaluate.ts";
import type { TableModelData } from "../model/model-file.ts";
import { truthOf } from "../table/targets/amounts.ts";
import { truthIn } from "../table/targets/several.ts";
import { hasClasses, type Target, targetsOf } from "../table/targets/target.ts";
import { type Intervals, intervalsOf } from "./intervals.ts";

/** Of one target. */
export interface Coverage {
  /** The share of rows whose truth lies in the interval, or the set. */
  readonly covered: number;
  /** The median of upper − lower, in the target's unit; or the mean number of classes in a set. */
  readonly width: number;
}

/** Of each target, in order; null of sets of labels. */
export function coverageOf(
  target: Target,
  intervals: readonly Intervals[],
  data: Pick<Dataset, "y" | "weight">,
): (Coverage | null)[] {
  return targetsOf(target).map((one, place) => {
    const truth = target.task === "several" ? truthIn(target, data, place) : data;
    const own = intervals[place];
    if (own.task === "classification") {
      if (!hasClasses(one)) return null;
      const held = own.sets.map((set, row) => set.includes(one.classes[truth.y[row]]));
      const sizes = own.sets.reduce((sum, { length }) => sum + length, 0);
      return { covered: share(held), width: sizes / own.sets.length };
    }
    if (one.task !== "regression") return null;
    const { lower, upper } = own;
    const held = Array.from(truthOf(one, truth).truth, (y, row) => lower[row] <= y && y <= upper[row]);
    const widths = upper.map((value, row) => value - lower[row]);
    return { covered: share(held), width: widths[ascending(widths)[widths.length >> 1]] };
  });
}

const share = (held: readonly boolean[]): number => held.filter(Boolean).length / held.length;

/** What a model's intervals hold of rows with targets. Throws as `intervalsOf`. */
export function coverageAt(
  level: number,
  model: TableModelData,
  engine: SyncEngine,
  data: Dataset,
): (Coverage | null)[] {
  const { target, conformal } = model;
  return coverageOf(target, intervalsOf(target, conformal, predictRows(model, engine, data), level), data);
}
