import { type Dialect, DialectError, type DialectOptions, dialectOf, UserError } from "@chaingrad/tables";
import { exactPath, literal } from "../duckdb.ts";
import type { Input } from "../input.ts";
import { checkNames } from "../names.ts";
import { alias, type Source } from "./source.ts";

/**
 * How a CSV file is written. Its start is read here and not by DuckDB, whose sniffer guesses when a header is unusual:
 * it invents names for empty ones and renames the second of two equal names.
 *
 * @throws UserError where the header names no columns
 */
export function readDialect(input: Input, options: DialectOptions): Dialect {
  const text = input.head.toString("utf8").replace(/^\uFEFF/, "");
  if (!input.whole && !/[\r\n]/.test(text)) {
    throw new UserError(`${input.label}, line 1: a header longer than ${input.head.length} bytes`);
  }
  try {
    const dialect = dialectOf(text, input.whole, options);
    checkHeader(dialect, `${input.label}, line ${dialect.headerLine}`);
    checkNames(dialect.names, input.label);
    return dialect;
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    throw new UserError(`${input.label}, line ${error.line}: ${error.message}`, undefined, { cause: error });
  }
}

function checkHeader({ names, headerLine }: Dialect, place: string): void {
  if (names.every((name) => name === "")) throw new UserError(`${place}: expected column names, got a blank line`);
  const looksLikeData = names.every(isNumber) || names.some((name) => isNumber(name) && name.includes("."));
  if (looksLikeData) {
    const some = `${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
    const above = headerLine > 1 ? " If it stands elsewhere, say how many lines to skip: --skip N." : "";
    throw new UserError(
      `${place}: expected column names, got numbers: ${some}`,
      `The first row must name the columns: add one.${above}`,
    );
  }
  if (names.some((name) => name.includes("\uFFFD"))) {
    throw new UserError(`${place}: the text is not valid UTF-8`, "Save the file as UTF-8.");
  }
}

function isNumber(text: string): boolean {
  return text !== "" && Number.isFinite(Number(text));
}

/**
 * CSV with nothing left to DuckDB's guesses: names and delimiter come from the dialect, every value is text, and a row
 * of another length is an error.
 */
export function csvSource(input: Input, { names, delimiter, headerText, lineEnd, notes }: Dialect): Source {
  const types = names.map((_, index) => `c${index}: 'VARCHAR'`).join(", ");
  const mark = input.head.toString("utf8", 0, 3) === "\uFEFF" ? "\uFEFF" : "";
  const from = `read_csv(${literal(exactPath(input.file))}, auto_detect = false, header = true, columns = {${types}},
    delim = ${literal(delimiter)}, quote = '"', escape = '"', comment = '', compression = 'none', encoding = 'utf-8',
    nullstr = '', allow_quoted_nulls = true, strict_mode = true, null_padding = false, ignore_errors = false,
    hive_partitioning = false) AS ${alias(names.length)}`;
  return {
    from,
    columns: names.map((name, index) => ({ name, sql: `c${index}`, type: "infer" })),
    layout: { delimiter, lineEnd: lineEnd || "\n", mark, header: headerText },
    notes,
  };
}
