/** What targets of classes have in common, whether these have an order or not. */
import { nearest } from "@chaingrad/core";
import { average, mostProbable, weigh } from "@chaingrad/core/given";
import { type Column, countValues, EncodingError, placesOf, type Rows, textAt } from "../table.ts";
import type { Truth } from "./kind.ts";
import type { ClassPrediction, Said } from "./prediction.ts";
import { type ClassificationTarget, type OrdinalTarget, refusal } from "./target.ts";

export type ClassTarget = ClassificationTarget | OrdinalTarget;

/** What fitting is told beside the column. */
export interface ClassOptions {
  readonly why: string;
  /** Whether rows are kept to judge by: a class with one row is then set aside. */
  readonly isJudged: boolean;
  /** Of an ordinal target of texts: its classes, the lowest first. */
  readonly order?: readonly string[] | undefined;
}

/** What is learnt of classes, and which rows are set aside. */
export interface FittedClasses<T> {
  readonly target: T;
  readonly aside: readonly number[];
}

export function fitClasses<Task extends ClassTarget["task"]>(
  task: Task,
  column: Column,
  rows: Int32Array,
  options: ClassOptions,
): FittedClasses<Extract<ClassTarget, { task: Task }>> {
  const { counts } = countValues(column, rows);
  if (counts.length > Math.max(2, rows.length / 3)) {
    const advice =
      column.type === "number" ? "amounts: ask for regression" : "free text or an identifier: choose another column";
    const note = column.type === "text" && column.note !== undefined ? ` (${column.note})` : "";
    const message = `has ${counts.length} different values in ${rows.length} rows${note}; they look like ${advice}`;
    // Codes of digits are text, until somebody says that they are amounts.
    const isDigits = column.type === "text" && counts.every(([value]) => /^[+-]?\d+$/.test(value));
    throw isDigits
      ? refusal(column, message, undefined, "Or say that it is a number.", "types")
      : refusal(column, message);
  }
  const aside = options.isJudged ? counts.filter(([, count]) => count === 1).map(([name]) => name) : [];
  const kept = counts.filter(([name]) => !aside.includes(name));
  if (kept.length < 2) {
    const one = aside.map((name) => `'${name}'`).join(", ");
    throw refusal(
      column,
      `has ${kept.length === 0 ? "only classes" : "one class, and others"} with one row: ${one}: ${ONE_ROW}`,
    );
  }
  const sorted = inOrder(task, column, kept, options.order);
  const target = {
    ...{ task, name: column.name },
    classes: sorted.map(([value]) => value),
    counts: sorted.map(([, count]) => count),
    why: options.why,
    ...(aside.length > 0 && { aside }),
  } as unknown as Extract<ClassTarget, { task: Task }>;
  return {
    target,
    aside: aside.length === 0 ? [] : Array.from(rows.filter((row) => aside.includes(textAt(column, row) as string))),
  };
}

const ONE_ROW = "a class needs rows to train on and rows to judge by: add rows, merge it into another class or drop it";

function inOrder(
  task: ClassTarget["task"],
  column: Column,
  counts: readonly [string, number][],
  given: readonly string[] | undefined,
): [string, number][] {
  if (given !== undefined) {
    const placeOf = placesOf(given);
    const missing = counts.find(([value]) => placeOf(value) === undefined);
    if (missing !== undefined)
      throw refusal(column, `holds '${missing[0]}', which the order ${given.join(", ")} lacks`);
    return [...counts].sort(([a], [b]) => (placeOf(a) as number) - (placeOf(b) as number));
  }
  if (task === "ordinal" && column.type !== "number")
    throw refusal(
      column,
      `has classes whose order is not known (${counts.map(([name]) => name).join(", ")}): give it, the lowest first`,
    );
  const order = (a: string, b: string): number =>
    (column.type === "number" ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1);
  return [...counts].sort(([a], [b]) => order(a, b));
}

/** Labels from 0. Throws TargetError on a missing value, and a class that the target has not. */
export function encodeClasses({ classes }: ClassTarget, column: Column, rows: Rows): Int32Array {
  const labelOf = placesOf(classes);
  return Int32Array.from(rows).map((row) => {
    const value = textAt(column, row);
    if (value === null) throw refusal(column, `is missing in row ${row + 1}`, row);
    const label = labelOf(value);
    if (label !== undefined) return label;
    const near = nearest(value, classes);
    const hint = near === undefined ? `they are ${classes.join(", ")}` : `did you mean '${near}'?`;
    const what = "which is none of the classes of the model";
    throw refusal(column, `holds '${value}' in row ${row + 1}, ${what}; ${hint}`, row);
  });
}

/** Which of the rows a target has a class for: those of a class that was set aside count as having none. */
export function hasClass({ aside = [] }: ClassTarget, column: Column): (row: number) => boolean {
  const placeOf = placesOf(aside);
  return (row) => aside.length === 0 || placeOf(textAt(column, row) as string) === undefined;
}

/** A class as the rows that were trained on hold it. */
function asGiven(label: string, { values }: ClassTarget): string | number | boolean {
  return values === "number" ? Number(label) : values === "boolean" ? label === "true" : label;
}

/** Of each row. Throws EncodingError on a row that has no class, for its probabilities are NaN. */
export function predictedClasses(target: ClassTarget, probabilities: Float64Array): ClassPrediction {
  const classes = target.classes.length;
  const wild = probabilities.findIndex((probability) => !Number.isFinite(probability));
  if (wild >= 0) throw noClass(Math.floor(wild / classes));
  const labels = Int32Array.from({ length: probabilities.length / classes }, (_, row) =>
    mostProbable(probabilities, row, classes),
  );
  return { task: target.task, labels, names: Array.from(labels, (label) => target.classes[label]), probabilities };
}

const noClass = (row: number): EncodingError =>
  new EncodingError(
    `row ${row + 1} has no class: the model's weights are too large for its values, so that its probabilities are NaN`,
    undefined,
    row,
  );

export function saidClass(target: ClassTarget, own: ArrayLike<number>, row: number): Said {
  const { classes } = target;
  if (!Array.from(own).every(Number.isFinite)) throw noClass(row);
  const label = classes[mostProbable(own, 0, classes.length)];
  const probabilities = Object.fromEntries(classes.map((name, i) => [name, own[i]]));
  return { value: asGiven(label, target), label, probabilities };
}

export function classColumns(
  { classes }: ClassTarget,
  { names, probabilities }: ClassPrediction,
  of: string | undefined,
): Column[] {
  const rows = names.length;
  const suffix = of === undefined ? "" : ` ${of}`;
  return [
    { name: `prediction${suffix}`, type: "text", values: names },
    ...classes.map(
      (name, label): Column => ({
        name: `probability${of === undefined ? "" : ` ${of} =`} ${name}`,
        type: "number",
        values: Float64Array.from({ length: rows }, (_, row) => probabilities[row * classes.length + label]),
      }),
    ),
  ];
}

export const nameOf = (name: string, of: string | undefined): string =>
  of === undefined ? `p(${name})` : `p(${of}=${name})`;

/** Shannon's entropy of the classes' shares: the cross-entropy of always saying these. */
export function entropy(classes: number, { y, weight }: Truth): number {
  const rows = weigh(y.length, weight);
  const shares = Array.from({ length: classes }, (_, label) => average(rows, (row) => Number(y[row] === label)));
  return -shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
}

export const ownOf = (values: Float64Array, row: number, width: number): Float64Array =>
  values.subarray(row * width, (row + 1) * width);
