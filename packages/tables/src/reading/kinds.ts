/** What the cells of a column are, each different one looked at once. */
import type { Cells } from "./cells.ts";
import { readClock, readCompactDate, readDate, type WrittenDate } from "./dates.ts";
import { isMissing, isMissingMark } from "./missing.ts";
import { CLOCK, type DecimalSign, readNumber, type WrittenCode, type WrittenNumber } from "./numbers.ts";
import type { ColumnType } from "./reading.ts";

export type Kind =
  | WrittenNumber
  | WrittenCode
  | WrittenDate
  | { readonly kind: "missing" | "mark" | "boolean" | "text" };

/** One different cell: what it is, how many rows hold it, and the first of them (from 0). */
export interface Entry {
  readonly text: string;
  readonly is: Kind;
  readonly count: number;
  readonly first: number;
}

export interface Judged {
  readonly cells: Cells;
  /** What the caller says the column is. */
  readonly declared: ColumnType | undefined;
  /** In the order of `cells.texts`. */
  readonly entries: readonly Entry[];
  /** Rows that hold a value: neither missing nor a mark that may stand for missing. */
  readonly values: number;
  /** Whether its numbers show what the decimal sign is: 1.5 or 1,5, where 1.234 does not. */
  readonly evidence: Readonly<Record<DecimalSign, Entry | undefined>>;
  /** A number that reads differently with a point and with a comma: 1.234. */
  readonly ambiguous: Entry | undefined;
}

function kindOf(text: string): Kind {
  if (isMissing(text)) return { kind: "missing" };
  if (isMissingMark(text)) return { kind: "mark" };
  return readNumber(text) ?? (isBoolean(text) ? { kind: "boolean" } : (readTime(text) ?? { kind: "text" }));
}

function readTime(text: string): WrittenNumber | WrittenDate | undefined {
  const hours = readClock(text);
  return hours === undefined ? readDate(text) : { kind: "number", point: hours, comma: hours, affix: CLOCK };
}

const isBoolean = (text: string): boolean => /^(true|false)$/i.test(text);

/** A cell as what its column was declared to be: codes are numbers, and 20240131 is a date, where that is asked for. */
function asDeclared(text: string, is: Kind, declared: ColumnType | undefined): Kind {
  if (declared === "number" && is.kind === "code") {
    const value = Number(text);
    return { kind: "number", point: value, comma: value, affix: "" };
  }
  return (declared === "date" ? readCompactDate(text) : undefined) ?? is;
}

/** @param declared what the caller says the column is */
export function judge(cells: Cells, declared?: ColumnType): Judged {
  const counts = new Int32Array(cells.texts.length);
  const firsts = new Int32Array(cells.texts.length).fill(-1);
  for (const [row, place] of cells.places.entries()) {
    if (place < 0) continue;
    if (counts[place]++ === 0) firsts[place] = row;
  }
  const entries = measured(
    cells.texts.map(
      (text, i): Entry => ({ text, is: asDeclared(text, kindOf(text), declared), count: counts[i], first: firsts[i] }),
    ),
  );
  const find = (holds: (number: WrittenNumber) => boolean): Entry | undefined =>
    entries.find(({ is }) => is.kind === "number" && holds(is));
  return {
    cells,
    declared,
    entries,
    values: countWhere(entries, ({ kind }) => kind !== "missing" && kind !== "mark"),
    evidence: {
      ".": find(({ point, comma }) => point !== undefined && comma === undefined),
      ",": find(({ point, comma }) => point === undefined && comma !== undefined),
    },
    ambiguous: find(({ point, comma }) => point !== undefined && comma !== undefined && point !== comma),
  };
}

/** Beside numbers with a fraction or an exponent, many digits are an amount (of 10¹⁶, say) and name nothing. */
function measured(entries: Entry[]): Entry[] {
  if (!entries.some(({ text, is }) => is.kind === "number" && /[.,]\d|\de/i.test(text))) return entries;
  return entries.map((entry) => {
    if (entry.is.kind !== "code" || entry.is.why === "leading zeros") return entry;
    const value = Number(entry.text);
    return { ...entry, is: { kind: "number", point: value, comma: value, affix: "" } };
  });
}

/** How many rows hold a cell of such a kind. */
export function countWhere(entries: readonly Entry[], holds: (kind: Kind) => boolean): number {
  return entries.reduce((sum, { is, count }) => sum + (holds(is) ? count : 0), 0);
}
