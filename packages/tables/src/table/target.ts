/** What is to be predicted: the task a column sets, and its values as numbers to train on and back. */
import { type Column, countDifferent, countValues, knownRows, type Rows, TargetError, textAt } from "./table.ts";
import { amountAt, decodeAmounts, encodeAmounts } from "./targets/amounts.ts";
import { type ClassOptions, encodeClasses, fitClasses } from "./targets/classes.ts";
import { encodeLabels, fitLabels, listsLabels } from "./targets/label-sets.ts";
import {
  type ClassificationTarget,
  type MultiLabelTarget,
  type OrdinalTarget,
  type RegressionTarget,
  refusal,
  type SingleTarget,
  type Task,
} from "./targets/target.ts";
import { type Weighted, weightedMoments } from "./targets/weighted.ts";

export type {
  ClassificationTarget,
  MultiLabelTarget,
  Offset,
  OrdinalTarget,
  RegressionTarget,
  SeveralTarget,
  SingleTarget,
  Target,
  Task,
} from "./targets/target.ts";

export interface FittedTarget<T extends SingleTarget = SingleTarget> {
  readonly target: T;
  /** Those of the given rows that have a target … */
  readonly rows: Int32Array;
  /** … those that have none, which can be neither trained on nor judged by … */
  readonly missing: number[];
  /** … and those of a class that has no other row. */
  readonly aside: readonly number[];
}

/** Numbers are classes where just these are there at most; or so many, in so many rows each. */
const FEW = 10;
const ROWS_EACH = 20;
/** So many rows are few enough for the end of a tail: one in a hundred. */
const TAIL = 100;

/**
 * The task a column sets: text and booleans are classes, and so are numbers that are whole and few (ten values at
 * most, each in twenty rows on average, or just two values) unless they look counted; all other numbers are amounts. Cells
 * that list several of a few labels are sets of labels. `why` says so in one line.
 */
export function inferTask(column: Column, rows: Rows): { task: Task; why: string } {
  const { different, missing } = countDifferent(column, rows);
  const having = rows.length - missing;
  const values = `${different} different values in ${having} rows`;
  if (listsLabels(column, rows)) return { task: "multi-label", why: `lists of labels: ${values}` };
  if (column.type !== "number") return { task: "classification", why: `${column.type}: ${values}` };
  for (let i = 0; i < rows.length; i++) {
    const value = column.values[rows[i]];
    if (!Number.isNaN(value) && !Number.isInteger(value)) return { task: "regression", why: "numbers with fractions" };
  }
  const few = different <= 2 || (different <= FEW && different <= having / ROWS_EACH);
  if (!few) return { task: "regression", why: `many whole numbers: ${values}` };
  const { counts } = countValues(column, rows);
  if (different > 2 && counts[different - 1][1] === 1)
    return { task: "regression", why: `whole numbers, some of them in one row only: ${values}` };
  if (looksCounted(counts, having)) return { task: "regression", why: `whole numbers like counts: ${values}` };
  return { task: "classification", why: `few whole numbers: ${values}` };
}

/** 0, 1, 2, … with a tail: most often 0 or 1, then ever rarer, and at the end rare. */
function looksCounted(counts: readonly (readonly [string, number])[], rows: number): boolean {
  const byValue = [...counts].map(([value, count]) => [Number(value), count]).sort(([a], [b]) => a - b);
  const isWithoutGap = byValue.every(([value], i) => value === i);
  const mode = Number(counts[0][0]);
  const falls = byValue.every(([value, count], i) => value <= mode || count <= byValue[i - 1][1]);
  return counts.length >= 4 && isWithoutGap && mode <= 1 && falls && counts[counts.length - 1][1] * TAIL < rows;
}

/** What fitting is told beside the column and its rows. */
export interface FitTargetOptions extends Partial<Omit<ClassOptions, "why">> {
  readonly task?: Task | undefined;
  /** What rows weigh, by their place in the table. */
  readonly weights?: ArrayLike<number> | undefined;
}

/**
 * Learns the target from the given rows. Give all rows for the classes (the split needs them), then only the training
 * rows for the mean and scale of a regression.
 * Throws TargetError on a column that cannot be the target of the task, with the reason and what to do.
 */
export function fitTarget(column: Column, rows: Rows, options: FitTargetOptions = {}): FittedTarget {
  const { task, weights, isJudged = true, order } = options;
  if (column.type === "date")
    throw new TargetError(`the target '${column.name}' is a date: predict a number or a class`, column.name);
  refuseSpoilt(column, rows, task);
  const inferred = inferTask(column, rows);
  const why = task === undefined ? inferred.why : `${task}, as asked`;
  const { known, missing } = knownRows(column, rows);
  const { different } = countDifferent(column, known);
  if (different === 0) throw refusal(column, "has no values at all: choose another column");
  if (different === 1)
    throw refusal(column, `is '${textAt(column, known[0])}' in every row: there is nothing to learn`);
  const chosen = task ?? inferred.task;
  if (chosen === "regression") {
    const amounts = amountsOf(column, known, weights);
    const target = { task: chosen, name: column.name, ...weightedMoments(amounts), why };
    return { target, rows: known, missing, aside: [] };
  }
  if (chosen === "multi-label") return { target: fitLabels(column, known, why), rows: known, missing, aside: [] };
  const { target, aside } = fitClasses(chosen, column, known, { why, isJudged, order });
  const isAside = new Set(aside);
  return { target, rows: known.filter((row) => !isAside.has(row)), missing, aside };
}

/** The amounts of the given rows, and what each weighs. Throws TargetError on what is no number. */
export function amountsOf(column: Column, rows: Rows, weights?: ArrayLike<number>): Weighted {
  const places = Float64Array.from(rows);
  const values = places.map((row) => amountAt(column, row));
  return { values, weights: weights && places.map((row) => weights[row]) };
}

/** A few classes may look like numbers ("1", "2", "3+"); more than that are numbers which some cells spoil. */
const MOST_ALMOST_NUMBERS = 10;

function refuseSpoilt(column: Column, rows: Rows, task: Task | undefined): void {
  if (column.type !== "text" || column.almost !== "number" || (task !== undefined && task !== "regression")) return;
  if (task === undefined && countDifferent(column, rows).different <= MOST_ALMOST_NUMBERS) return;
  const advice = "correct these cells or leave them empty";
  const other = task === undefined ? ", or ask for classification" : "";
  throw refusal(column, `must be a number in each row to be regressed: ${column.note}: ${advice}${other}`);
}

/**
 * The targets of the given rows as numbers to train on: labels from 0, (y − mean) / scale, or 1 for each label that is there.
 * Throws TargetError on a missing value, a class that the target has not, and a value that is no number.
 */
export function encodeTarget(target: ClassificationTarget | OrdinalTarget, column: Column, rows: Rows): Int32Array;
export function encodeTarget(target: RegressionTarget, column: Column, rows: Rows): Float64Array;
export function encodeTarget(target: SingleTarget, column: Column, rows: Rows): Int32Array | Float64Array;
export function encodeTarget(target: SingleTarget, column: Column, rows: Rows): Int32Array | Float64Array {
  if (target.task === "multi-label") return encodeLabels(target, column, rows);
  return target.task === "regression" ? encodeAmounts(target, column, rows) : encodeClasses(target, column, rows);
}

/** Back from labels to the names of classes, or from standardised values to the target's own units. */
export function decodeTarget(target: ClassificationTarget | OrdinalTarget, labels: ArrayLike<number>): string[];
export function decodeTarget(target: RegressionTarget, values: ArrayLike<number>): Float64Array;
export function decodeTarget(
  target: Exclude<SingleTarget, MultiLabelTarget>,
  values: ArrayLike<number>,
): string[] | Float64Array {
  return target.task === "regression"
    ? decodeAmounts(target, values)
    : Array.from(values, (label) => target.classes[label]);
}
