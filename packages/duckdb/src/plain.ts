/**
 * Whether a column of text is plain numbers throughout, asked of every value and answered by DuckDB in one pass: such
 * columns are copied as numbers, without a string for each cell. All others are read by the rules of
 * `@chaingrad/tables`, which give the same answer where both could.
 */
import { literal } from "./duckdb.ts";

/** The bits of the kinds that a column's values have. */
export const WHOLE = 1;
/** 1.5, which has a decimal point beyond doubt. */
export const POINT = 2;
/** 1.234, whose point may stand for thousands. */
export const EITHER = 4;
export const OTHER = 8;
/** A JSON object or array, which is no cell. */
export const NESTED = 16;

/** Missing in a column of any kind, as in `@chaingrad/tables`. A list, for DuckDB makes a join of each `IN (…)`. */
const MISSING = `[${["NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "?"].map(literal).join(", ")}]`;

/** SQL for the number in a text, null if it is none. */
export const numberIn = (text: string): string => `TRY_CAST(${text} AS DOUBLE)`;

/** SQL for a text without the white space that a cast to a number passes over. */
export const bare = (text: string): string => `trim(${text}, ' \t\n\v\f\r')`;

/** SQL for the kind of one text value, null if it is missing. */
export function plainKind(text: string): string {
  const number = numberIn(text);
  const cell = bare(text);
  const digits = `ltrim(${cell}, ' +-')`;
  return `CASE
    WHEN ${text} IS NULL THEN NULL
    WHEN ${number} IS NULL THEN CASE WHEN ${cell} = '' OR list_contains(${MISSING}, ${cell}) THEN NULL ELSE ${OTHER} END
    WHEN NOT abs(${number}) <= ${Number.MAX_SAFE_INTEGER} OR contains(${text}, '_') THEN ${OTHER}
    WHEN ${digits}[1:2] BETWEEN '00' AND '09' THEN ${OTHER}
    WHEN NOT contains(${text}, '.') THEN ${WHOLE}
    WHEN ${cell}[-4] = '.' AND length(${cell}) <= 8 AND ${digits}[1] <> '0' THEN ${EITHER}
    ELSE ${POINT} END`;
}
