import { exactPath, literal } from "../duckdb.ts";
import type { Header } from "../header.ts";
import type { Input } from "../input.ts";
import { alias, type Source } from "./source.ts";

/**
 * CSV with nothing left to DuckDB's guesses: names and delimiter come from the header, every value is text, and a row
 * of another length is an error. In a file separated by semicolons a comma is the decimal point.
 */
export function csvSource(input: Input, { names, delimiter }: Header): Source {
  const types = names.map((_, index) => `c${index}: 'VARCHAR'`).join(", ");
  const from = `read_csv(${literal(exactPath(input.file))}, auto_detect = false, header = true, columns = {${types}},
    delim = ${literal(delimiter)}, quote = '"', escape = '"', comment = '', compression = 'none', encoding = 'utf-8',
    nullstr = '', allow_quoted_nulls = true, strict_mode = true, null_padding = false, ignore_errors = false,
    hive_partitioning = false) AS ${alias(names.length)}`;
  return {
    from,
    columns: names.map((name, index) => ({ name, sql: `c${index}`, type: "infer" })),
    decimalComma: delimiter === ";",
  };
}
