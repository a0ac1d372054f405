import type { Dialect } from "@chaingrad/tables/rules";
import { fileList, literal } from "../duckdb.ts";
import type { Input } from "../input.ts";
import { alias, type Source } from "./source.ts";

/**
 * CSV with nothing left to DuckDB's guesses: names and delimiter come from the dialect, every value is text, and a row
 * of another length is an error.
 *
 * @param mark the byte order mark of the file that was given, or nothing
 */
export function csvSource(
  inputs: readonly Input[],
  { names, delimiter, headerText, lineEnd, notes }: Dialect,
  mark: string,
): Source {
  const types = names.map((_, index) => `c${index}: 'VARCHAR'`).join(", ");
  const from = `read_csv(${fileList(inputs)}, auto_detect = false, header = true, columns = {${types}},
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
