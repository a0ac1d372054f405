/** What no reader takes, in the same words whichever reads. `place` is a label with a line: "'a.csv', line 3". */
import { UserError, type UserErrorOptions } from "@chaingrad/core/user-error";

/** What is wrong with a line of CSV: a sentence without its place, what to do about it, and the option that helps. */
export type Refusal = readonly [what: string, hint?: string, options?: UserErrorOptions];

export const raggedRow = (expected: number, got: number): Refusal => [
  `expected ${expected === 1 ? "1 field" : `${expected} fields`} as in the header, got ${got}`,
  "Put a field that contains the separator in double quotes, and leave a missing value as an empty field. If lines stand above the header, say how many.",
  { remedy: "skip" },
];

export const OPEN_QUOTE: Refusal = [
  "a double quote is not closed, or does not enclose its whole field",
  'Inside a quoted field write a double quote twice: "5"" disk".',
];

export const NOT_UTF8: Refusal = [
  "the text is not valid UTF-8, nor plainly Windows-1252",
  "Save the file as UTF-8, or name its encoding (windows-1252, windows-1251, iso-8859-2, gbk, shift_jis, …).",
  { remedy: "encoding" },
];

export const MIXED_LINE_ENDS: Refusal = [
  "the lines do not all end alike (some in LF, some in CR LF)",
  "Save it with one kind of line ending.",
];

/** In bytes, without the line's end. */
export const LONGEST_LINE: number = 2_000_000;
export const LONG_LINE: Refusal = ["the line is too long (over 2 MB)", "Look for a double quote that is not closed."];

export const DAMAGED_PARQUET: Refusal = ["the Parquet file is damaged or cut off"];

/** The first line of a record that is refused, shortened. */
export function excerpt(record: string): string {
  const [line] = record
    .trim()
    .slice(0, 100)
    .split(/[\r\n]/, 1);
  if (line === "") return "";
  return `: ${line.length > 60 ? `${line.slice(0, 60)}…` : line}`;
}

export const refusal = (place: string, [what, hint, options]: Refusal, cause?: unknown, line = ""): UserError =>
  new UserError(`${place}: ${what}${line}`, hint, { cause, ...options });

export const noRows = (label: string): UserError =>
  new UserError(`${label} has no rows, only column names`, "Expected at least one row of data.");

const SPREAD = "Leave the column out, or spread its parts over columns of their own.";

/** A JSON column whose cells are objects or arrays. */
export const notCells = (name: string, label: string): UserError =>
  new UserError(`${label}: column '${name}' holds objects or arrays, expected numbers, text or booleans`, SPREAD);

/** @param what of a typed format: "lists", "values of type INTERVAL" */
export const notCellsOfType = (name: string, label: string, what: string): UserError =>
  new UserError(`${label}: column '${name}' holds ${what}, expected numbers, text, booleans or dates`, SPREAD);

/** @param got "an array", "a number" */
export const notObjects = (label: string, got: string): UserError =>
  new UserError(
    `${label}: expected every row to be an object, as {"age": 31, "city": "Oslo"}, got ${got}`,
    "Write one object per line (.jsonl), or an array of objects (.json).",
  );

export const noKeys = (label: string): UserError =>
  new UserError(`${label} holds no objects with keys, so it has no columns`);

export function badGzip(label: string, isCut: boolean, cause: unknown): UserError {
  const what = isCut ? "the gzip file is cut off: it ends too early" : "the gzip file is damaged";
  return new UserError(`cannot read ${label}: ${what}`, "Copy or download it again.", { cause });
}

export const ROWS_HINT =
  "Rows are counted from 1, without the header. If the value is missing, leave the field empty or write NA.";
