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

/** Missing in a column of any kind, as in `@chaingrad/tables`. */
const MISSING = ["", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "?"].map((text) => text.replace("?", "[?]"));

/** White space that a cast to a number passes over, and all else, as classes of a regular expression. */
const [SPACE, OTHERS] = ["[ \\t\\n\\v\\f\\r]", "[^ \\t\\n\\v\\f\\r]"];

/** SQL for the number in a text, null if it is none. */
export const numberIn = (text: string): string => `TRY_CAST(${text} AS DOUBLE)`;

/** SQL for a text without the white space that a cast to a number passes over. */
export const bare = (text: string): string => `trim(${text}, ' \t\n\v\f\r')`;

const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, ${literal(pattern)})`;

/**
 * SQL for the kind of one text value, null if it is missing. Every cell of a file is asked: most numbers are told by one
 * expression, and no text is trimmed, which takes DuckDB longer than to read the file.
 */
export function plainKind(text: string): string {
  return `CASE
    WHEN ${text} IS NULL THEN NULL
    WHEN ${matches(text, " *-?(?:0|[1-9]\\d{0,14})(?:\\.\\d+)? *")} THEN CASE
      WHEN NOT contains(${text}, '.') THEN ${WHOLE}
      WHEN (strlen(${text}) <= 8 OR contains(${text}, ' ')) AND ${isEither(text)} THEN ${EITHER}
      ELSE ${POINT} END
    ELSE ${anyKind(text)} END`;
}

/** A point before the last three of up to eight characters that do not begin with 0. */
function isEither(text: string): string {
  const whole = `(?:[+-]?|[+-]${OTHERS.replace("[^", "[^0")}${OTHERS}{0,2}|${OTHERS.replace("[^", "[^-+0")}${OTHERS}{0,3})`;
  return matches(text, `${SPACE}*${whole}[.]${OTHERS}{3}${SPACE}*`);
}

/** The same of any text, of exponents and signs; +-1 is a number to DuckDB alone. */
function anyKind(text: string): string {
  const number = numberIn(text);
  return `CASE
    WHEN ${number} IS NULL THEN CASE WHEN ${matches(text, `${SPACE}*(?:${MISSING.join("|")})${SPACE}*`)} THEN NULL ELSE ${OTHER} END
    WHEN NOT abs(${number}) <= ${Number.MAX_SAFE_INTEGER} OR contains(${text}, '_') THEN ${OTHER}
    WHEN regexp_matches(${text}, ${literal(`^${SPACE}*(?:[+]-|[+-]?0[0-9])`)}) THEN ${OTHER}
    WHEN NOT contains(${text}, '.') THEN ${WHOLE}
    WHEN ${isEither(text)} THEN ${EITHER}
    ELSE ${POINT} END`;
}
