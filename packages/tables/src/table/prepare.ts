/** From a table to rows a network can learn from: roles, target, split, encoders. All before any training starts. */

import { type Dataset, splitRows } from "@chaingrad/core";
import { checkKeys, checkName, type Names } from "@chaingrad/core/given";
import type { Reading } from "../reading/reading.ts";
import { readingOf } from "../reading/remembered.ts";
import { type ColumnRole, type ColumnTypes, describeColumns, isFreeText } from "./columns.ts";
import { type Encoder, type EncoderOptions, encode, fitEncoder } from "./encoder.ts";
import { timeOrder } from "./order.ts";
import { findOutliers } from "./outliers.ts";
import { allRows, type Column, type Table, TargetError } from "./table.ts";
import { encodeTarget, fitTarget, type Target, type Task } from "./target.ts";
import { toldRoles } from "./told.ts";

/** The parts that the rows of a table are split into. */
export type Part = "train" | "validation" | "test";
/** The parts that a table is split into, in this order. */
export const PARTS: readonly Part[] = ["train", "validation", "test"];

/** What a table is prepared for: only the target must be given. */
export interface PrepareOptions {
  /** The column to predict. */
  readonly target: string;
  /** What the target is; by default inferred from its values. */
  readonly task?: Task | undefined;
  /** Columns to leave out. */
  readonly drop?: readonly string[];
  /** What columns are, by name, where they are not what they look like; "text" takes free text as a bag of words. */
  readonly types?: ColumnTypes;
  /** Whether columns of many categories become one feature each, to be embedded; see `EncoderOptions`. */
  readonly embed?: EncoderOptions["embed"];
  /** Fractions of the rows for validation and test (default 0.15 each). */
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
}

const OPTIONS: Names<PrepareOptions> = {
  ...{ target: true, task: true, drop: true, types: true, embed: true, validation: true, test: true, seed: true },
};

/** A table made ready for training: roles, encoder, target, and the rows of each part as numbers. */
export interface Prepared {
  readonly roles: readonly ColumnRole[];
  readonly target: Target;
  /** How the table was read, where that had to be decided; kept with the model. */
  readonly reading?: Reading;
  /** Rows without a target: neither trained on nor judged by. */
  readonly missing: readonly number[];
  /** The rows of each part, by their place in the table. */
  readonly rows: Readonly<Record<Part, Int32Array>>;
  readonly encoder: Encoder;
  readonly data: Readonly<Record<Part, Dataset>>;
  /** What about the rows should make one doubt the result, a sentence each: outliers, an order in time. */
  readonly notes: readonly string[];
}

/**
 * Statistics (means, scales, categories) come from the training rows alone, so the other parts are judged fairly.
 * Throws TargetError or EncodingError on a table that cannot be learned from, and RangeError on too few rows.
 */
export function prepareTable(table: Table, options: PrepareOptions): Prepared {
  checkKeys("prepareTable", options ?? null, OPTIONS);
  const { seed = 0, validation = 0.15, test = 0.15, drop = [], types = {}, embed = false } = options;
  if (options.task !== undefined) checkName("task", options.task, ["classification", "regression"]);
  const described = describeColumns(table, options.target, types);
  const unknown = drop.find((name) => !described.some((column) => column.name === name));
  if (unknown !== undefined) throw new RangeError(`drop: the table has no column '${unknown}'`);
  const roles = described.map(
    (role): ColumnRole =>
      drop.includes(role.name) && role.role !== "target" ? { ...role, role: "aside", why: "left out, as asked" } : role,
  );
  const column = table.columns.find(({ name }) => name === options.target) as Column;
  const fitted = fitTarget(column, allRows(table), options.task);
  const labels = fitted.target.task === "classification" ? encodeTarget(fitted.target, column, fitted.rows) : undefined;
  const rows = splitRows({ rows: fitted.rows, ...(labels ? { labels } : {}), seed, validation, test });
  const first = column.values[rows.train[0]];
  if (rows.train.every((row) => column.values[row] === first)) {
    const only = `'${String(first)}' in every one of the ${rows.train.length} training rows`;
    throw new TargetError(`the target '${options.target}' is ${only}: add rows, or try another seed`, options.target);
  }
  const target =
    fitted.target.task === "regression"
      ? fitTarget(column, rows.train, options.task ?? "regression").target
      : fitted.target;
  const encoder = fitEncoder(table, rows.train, roles, { embed });
  const part = (own: Int32Array): Dataset => ({ x: encode(encoder, table, own), y: encodeAny(target, column, own) });
  const reading = readingOf(table);
  return {
    roles: toldRoles(roles, encoder),
    ...(reading && { reading }),
    target: { ...target, why: fitted.target.why },
    missing: fitted.missing,
    rows,
    encoder,
    data: { train: part(rows.train), validation: part(rows.validation), test: part(rows.test) },
    notes: [...orderNotes(table), ...outlierNotes(table, roles, target), ...textNotes(roles)],
  };
}

function orderNotes(table: Table): string[] {
  const name = timeOrder(table);
  if (name === undefined) return [];
  return [
    `the rows are in the order of '${name}', and the parts are drawn at random: rows beside each other fall into different parts, so the scores say how well gaps are filled, not how well the future is foretold`,
  ];
}

function textNotes(roles: readonly ColumnRole[]): string[] {
  const names = roles.filter(isFreeText).map(({ name }) => name);
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_NAMES).map((name) => `'${name}'`);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return [`free text is set aside: ${shown.join(", ")}${more}; --type COLUMN=text takes its words`];
}

/** More columns than these are counted. */
const MOST_NAMES = 3;
/** More outliers than these are counted. */
const MOST_OUTLIERS = 3;

function outlierNotes(table: Table, roles: readonly ColumnRole[], target: Target): string[] {
  const rows = allRows(table);
  return table.columns.flatMap((column, index) => {
    const { role } = roles[index];
    const counts = role === "number" || (role === "target" && target.task === "regression");
    const outliers = column.type === "number" && counts ? findOutliers(column, rows) : undefined;
    if (outliers === undefined) return [];
    const { found, least, most } = outliers;
    const shown = found.slice(0, MOST_OUTLIERS).map(({ row, value }) => `row ${row + 1} holds ${value}`);
    const more = found.length > MOST_OUTLIERS ? ` and ${found.length - MOST_OUTLIERS} more are as far` : "";
    const others = `all others lie between ${Number(least.toPrecision(4))} and ${Number(most.toPrecision(4))}`;
    return [
      `column '${column.name}': ${shown.join(", ")}${more}; ${others}: correct it, or leave it empty, if it is a mistake`,
    ];
  });
}

function encodeAny(target: Target, column: Column, rows: ArrayLike<number>): Int32Array | Float64Array {
  return target.task === "classification" ? encodeTarget(target, column, rows) : encodeTarget(target, column, rows);
}
