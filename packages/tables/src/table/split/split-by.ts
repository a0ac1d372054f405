/** Which rows train, which validate, which test: at random, or by what a column says of them. */
import { type Split, splitRows } from "@chaingrad/core";
import { checkKeys, type Names } from "@chaingrad/core/given";
import type { Rows, Table } from "../table.ts";
import { columnIn } from "../targets/column-in.ts";
import { groupsOf, splitByGroup } from "./by-group.ts";
import { splitByPart } from "./by-part.ts";
import { blocksOf, splitByTime } from "./by-time.ts";
import type { SplitRows } from "./split-rows.ts";

/** What decides on which side a row stands: one of these. */
export interface SplitBy {
  /** Rows that share a value stay on one side, so that the model is judged by groups that it has not met. */
  readonly group?: string | undefined;
  /** Dates or numbers: the earliest rows train, later ones validate, the latest test. Equal times stay on one side. */
  readonly time?: string | undefined;
  /** Says of each row "train", "validation" or "test". */
  readonly part?: string | undefined;
  /** Rows of these parts, by their places from 0; of the others the rest is, by chance, where a share of them is asked for. */
  readonly rows?: { readonly validation?: Rows | undefined; readonly test?: Rows | undefined } | undefined;
}

const NAMES: Names<SplitBy> = { group: true, time: true, part: true, rows: true };

/** Throws RangeError on an option that there is not, on more than one at once, and on a share of what is named already. */
export function checkSplitBy(
  by: SplitBy | undefined,
  shares: { readonly validation?: number | undefined; readonly test?: number | undefined },
): void {
  if (by === undefined) return;
  checkKeys("split", by, NAMES);
  const given = Object.entries(by).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.length > 1) throw new RangeError(`split: rows are split by ${given.join(" or by ")}, not by both`);
  for (const part of ["validation", "test"] as const) {
    const isNamed = by.part !== undefined || by.rows?.[part] !== undefined;
    if (isNamed && shares[part] !== undefined)
      throw new RangeError(`split: the ${part} rows are named: leave their share out`);
  }
}

/**
 * Throws EncodingError on a column that there is not, naming the first row whose cell says nothing, and where there are too few
 * groups or times for the parts; RangeError as `splitRows`.
 */
export function splitTable(by: SplitBy | undefined, given: SplitRows): Split {
  const { table, rows, labels, seed, validation, test } = given;
  if (by?.group !== undefined) return splitByGroup(columnIn(table, by.group, "which groups the rows"), given);
  if (by?.time !== undefined) return splitByTime(columnIn(table, by.time, "which orders the rows"), given);
  if (by?.part !== undefined) return splitByPart(columnIn(table, by.part, "which says the part of each row"), rows);
  if (by?.rows !== undefined) return splitByRows(by.rows, given);
  return splitRows({ rows, ...(labels && { labels }), seed, validation, test });
}

/** Throws RangeError on what is no place of a row, and on a row that is named twice. */
export function checkPlaces(what: string, rows: Rows, table: Pick<Table, "rows">): void {
  const named = new Set<number>();
  for (const row of Array.from(rows)) {
    if (!(Number.isInteger(row) && row >= 0 && row < table.rows))
      throw new RangeError(`${what}: rows are counted from 0 to ${table.rows - 1}, got ${row}`);
    if (named.has(row)) throw new RangeError(`${what}: row ${row} (from 0) is named twice`);
    named.add(row);
  }
}

/** The rest is split at random: into training rows, and what is not given. */
function splitByRows(parts: NonNullable<SplitBy["rows"]>, given: SplitRows): Split {
  const { table, rows, labels, seed } = given;
  checkPlaces("split", [...Array.from(parts.validation ?? []), ...Array.from(parts.test ?? [])], table);
  const part = new Uint8Array(table.rows);
  for (const row of Array.from(parts.validation ?? [])) part[row] = 1;
  for (const row of Array.from(parts.test ?? [])) part[row] = 2;
  const rest = rows.filter((row) => part[row] === 0);
  const others = splitRows({
    rows: rest,
    ...(labels && { labels: Array.from(labels).filter((_, i) => part[rows[i]] === 0) }),
    seed,
    validation: parts.validation === undefined ? given.validation : 0,
    test: parts.test === undefined ? given.test : 0,
  });
  return {
    train: others.train,
    validation: parts.validation === undefined ? others.validation : rows.filter((row) => part[row] === 1),
    test: parts.test === undefined ? others.test : rows.filter((row) => part[row] === 2),
  };
}

/** Of each row what it must not be parted from, as a number; undefined where each row stands by itself. */
export function togetherOf(by: SplitBy | undefined, table: Table, rows: Rows): Int32Array | undefined {
  if (by?.group !== undefined) return groupsOf(columnIn(table, by.group), rows);
  if (by?.time !== undefined) return blocksOf(columnIn(table, by.time), rows);
  return undefined;
}

/** What is said of the columns that decide and are no features themselves. */
export const deciding = (by: SplitBy | undefined): ReadonlyMap<string, string> =>
  new Map([
    ...(by?.group === undefined ? [] : [[by.group, "rows that share a value stay on one side, as asked"] as const]),
    ...(by?.part === undefined ? [] : [[by.part, "says which part each row is of, as asked"] as const]),
  ]);
