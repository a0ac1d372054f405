/** What is to be predicted: the task it sets, and its values as numbers to train on and back. */
import { nearest } from "@chaingrad/core";
import { moments } from "@chaingrad/core/given";
import {
  type Column,
  countDifferent,
  countValues,
  knownRows,
  placesOf,
  type Rows,
  TargetError,
  textAt,
} from "./table.ts";

/** What a target is: classes, or amounts. */
export type Task = "classification" | "regression";

/** A target of classes: its column, and the classes in the order of the network's outputs. */
export interface ClassificationTarget {
  readonly task: "classification";
  readonly name: string;
  /** Label i stands for classes[i]: numbers in ascending order, text by character code. */
  readonly classes: readonly string[];
  /** Rows of each class. */
  readonly counts: readonly number[];
  /** What the classes are in the program that trained, where they are no text. */
  readonly values?: "number" | "boolean";
  readonly why: string;
}

/** A target of amounts: its column, and how it is standardised. */
export interface RegressionTarget {
  readonly task: "regression";
  readonly name: string;
  readonly mean: number;
  readonly scale: number;
  readonly why: string;
}

/** Plain JSON, saved with the model. */
export type Target = ClassificationTarget | RegressionTarget;

export interface FittedTarget<T extends Target = Target> {
  readonly target: T;
  /** Those of the given rows that have a target … */
  readonly rows: Int32Array;
  /** … and those that have none, which can be neither trained on nor judged by. */
  readonly missing: number[];
}

/**
 * The task a column sets: text and booleans are classes, and so are numbers that are whole and few (ten values at
 * most, each in twenty rows on average, or just two values); all other numbers are amounts. `why` says so in one line.
 */
export function inferTask(column: Column, rows: Rows): { task: Task; why: string } {
  const { different, missing } = countDifferent(column, rows);
  const known = rows.length - missing;
  const values = `${different} different values in ${known} rows`;
  if (column.type !== "number") return { task: "classification", why: `${column.type}: ${values}` };
  for (let i = 0; i < rows.length; i++) {
    const value = column.values[rows[i]];
    if (!Number.isNaN(value) && !Number.isInteger(value)) return { task: "regression", why: "numbers with fractions" };
  }
  const few = different <= 2 || (different <= 10 && different <= known / 20);
  return few
    ? { task: "classification", why: `few whole numbers: ${values}` }
    : { task: "regression", why: `many whole numbers: ${values}` };
}

/**
 * Learns the target from the given rows. Give all rows for the classes (the split needs them), then only the training
 * rows for the mean and scale of a regression.
 * Throws TargetError on a column that cannot be the target of the task, with the reason and what to do.
 */
export function fitTarget(column: Column, rows: Rows, task?: Task): FittedTarget {
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
  const classes = (task ?? inferred.task) === "classification";
  const target = classes
    ? fitClasses(column, countValues(column, known).counts, known.length, why)
    : fitAmounts(column, known, why);
  return { target, rows: known, missing };
}

/** A few classes may look like numbers ("1", "2", "3+"); more than that are numbers which some cells spoil. */
const MOST_ALMOST_NUMBERS = 10;

function refuseSpoilt(column: Column, rows: Rows, task: Task | undefined): void {
  if (column.type !== "text" || column.almost !== "number" || task === "classification") return;
  if (task === undefined && countDifferent(column, rows).different <= MOST_ALMOST_NUMBERS) return;
  const advice = "correct these cells or leave them empty";
  const other = task === undefined ? ", or ask for classification" : "";
  throw refusal(column, `must be a number in each row to be regressed: ${column.note}: ${advice}${other}`);
}

function fitClasses(column: Column, counts: [string, number][], rows: number, why: string): ClassificationTarget {
  if (counts.length > Math.max(2, rows / 3)) {
    const advice =
      column.type === "number" ? "amounts: ask for regression" : "free text or an identifier: choose another column";
    const message = `has ${counts.length} different values in ${rows} rows; they look like ${advice}`;
    // Codes of digits are text, until somebody says that they are amounts.
    const isDigits = column.type === "text" && counts.every(([value]) => /^[+-]?\d+$/.test(value));
    throw isDigits
      ? refusal(column, message, undefined, "Or say that it is a number.", "types")
      : refusal(column, message);
  }
  const single = counts.find(([, count]) => count === 1);
  if (single) {
    const advice =
      "a class needs rows to train on and rows to judge by: add rows, merge it into another class or drop it";
    throw refusal(column, `has a class '${single[0]}' with one row: ${advice}`);
  }
  const order = (a: string, b: string): number =>
    (column.type === "number" ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1);
  const sorted = [...counts].sort(([a], [b]) => order(a, b));
  return {
    task: "classification",
    name: column.name,
    classes: sorted.map(([value]) => value),
    counts: sorted.map(([, count]) => count),
    why,
  };
}

function fitAmounts(column: Column, rows: Rows, why: string): RegressionTarget {
  const amounts = Float64Array.from(rows).map((row) => amountAt(column, row));
  return { task: "regression", name: column.name, ...moments(amounts), why };
}

/** A finite number, or TargetError. Text that spells one is read as such, as in the other columns. */
function amountAt(column: Column, row: number): number {
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

function refusal({ name }: Column, message: string, row?: number, hint?: string, remedy?: string): TargetError {
  return new TargetError(`the target '${name}' ${message}`, name, row, hint, remedy === undefined ? {} : { remedy });
}

/**
 * The targets of the given rows as numbers to train on: labels from 0, or (y − mean) / scale.
 * Throws TargetError on a missing value, a class that the target has not, and a value that is no number.
 */
export function encodeTarget(target: ClassificationTarget, column: Column, rows: Rows): Int32Array;
export function encodeTarget(target: RegressionTarget, column: Column, rows: Rows): Float64Array;
export function encodeTarget(target: Target, column: Column, rows: Rows): Int32Array | Float64Array;
export function encodeTarget(target: Target, column: Column, rows: Rows): Int32Array | Float64Array {
  if (target.task === "regression") {
    return Float64Array.from(rows).map((row) => (amountAt(column, row) - target.mean) / target.scale);
  }
  const labelOf = placesOf(target.classes);
  return Int32Array.from(rows).map((row) => {
    const value = textAt(column, row);
    if (value === null) throw refusal(column, `is missing in row ${row + 1}`, row);
    const label = labelOf(value);
    if (label !== undefined) return label;
    const near = nearest(value, target.classes);
    const hint = near === undefined ? `they are ${target.classes.join(", ")}` : `did you mean '${near}'?`;
    throw refusal(
      column,
      `holds '${value}' in row ${row + 1}, which is none of the classes of the model; ${hint}`,
      row,
    );
  });
}

/** Back from labels to the names of classes, or from standardised values to the target's own units. */
export function decodeTarget(target: ClassificationTarget, labels: ArrayLike<number>): string[];
export function decodeTarget(target: RegressionTarget, values: ArrayLike<number>): Float64Array;
export function decodeTarget(target: Target, values: ArrayLike<number>): string[] | Float64Array {
  return target.task === "classification"
    ? Array.from(values, (label) => target.classes[label])
    : Float64Array.from(values).map((value) => value * target.scale + target.mean);
}
