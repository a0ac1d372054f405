/**
 * What a column of text holds, asked of every value and answered by DuckDB in one pass. Each value sets the bit of
 * its kind; a column is a number column when the bits of all its values are NUMBER and nothing else.
 * The same rule serves all formats, so a model trained on a CSV file predicts on the same rows as JSON or Parquet.
 */
import { literal } from "./duckdb.ts";
import type { Column } from "./table.ts";

/** What stands for a missing value in a text format, beside the empty field. */
const MISSING: readonly string[] = ["NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "?"];

export const NUMBER = 1;
const BOOLEAN = 2;
const DATE = 4;
const TIME = 8;
const TEXT = 16;
/** A JSON object or array, which is no cell. */
export const NESTED = 32;

const DATE_PATTERN = String.raw`\s*\d{4}-\d\d?-\d\d?([ T].*)?`;
const missing = `(${["", ...MISSING].map(literal).join(", ")})`;

/** SQL for the number in a text, null if it is none. */
function parseNumber(text: string, decimalComma: boolean): string {
  return `TRY_CAST(${decimalComma ? `replace(${text}, ',', '.')` : text} AS DOUBLE)`;
}

/** SQL for the kind of one text value, where TEXT stands for all but numbers; null if it is missing. */
export function numberOrText(text: string, decimalComma: boolean): string {
  return kind(text, decimalComma, "");
}

/** SQL for the kind of one text value, null if it is missing. */
export function kindOf(text: string, decimalComma: boolean): string {
  return kind(
    text,
    decimalComma,
    `WHEN trim(${text}) IN ${missing} THEN NULL
    WHEN lower(trim(${text})) IN ('true', 'false') THEN ${BOOLEAN}
    WHEN regexp_full_match(${text}, ${literal(DATE_PATTERN)}) AND TRY_CAST(${text} AS TIMESTAMPTZ) IS NOT NULL
      THEN CASE WHEN contains(${text}, ':') THEN ${TIME} ELSE ${DATE} END`,
  );
}

// DuckDB reads 12_34 as 1234, where it is more likely an identifier.
function kind(text: string, decimalComma: boolean, others: string): string {
  return `CASE
    WHEN ${text} IS NULL THEN NULL
    WHEN ${parseNumber(text, decimalComma)} IS NOT NULL AND NOT contains(${text}, '_') THEN ${NUMBER}
    ${others}
    ELSE ${TEXT} END`;
}

/** SQL for a point in time as Date.toISOString prints it. */
export function isoTime(time: string): string {
  return `strftime(${time} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')`;
}

/** A column's type, and the SQL that turns its text into that type; all bits of its values' kinds in `kinds`. */
export function columnOf(text: string, kinds: number, decimalComma: boolean): { type: Column["type"]; sql: string } {
  switch (kinds) {
    case NUMBER:
      return { type: "number", sql: parseNumber(text, decimalComma) };
    case BOOLEAN:
      return { type: "boolean", sql: `CASE lower(trim(${text})) WHEN 'true' THEN true WHEN 'false' THEN false END` };
    case DATE:
      return { type: "date", sql: `CAST(TRY_CAST(${text} AS DATE) AS VARCHAR)` };
    case TIME:
    case TIME | DATE:
      return { type: "date", sql: isoTime(`TRY_CAST(${text} AS TIMESTAMPTZ)`) };
    default:
      return { type: "text", sql: `CASE WHEN trim(${text}) NOT IN ${missing} THEN trim(${text}) END` };
  }
}
