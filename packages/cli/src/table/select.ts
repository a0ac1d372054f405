import type { DuckDBConnection } from "@duckdb/node-api";
import type { Selection } from "./copy.ts";
import { UserError } from "./errors.ts";
import { columnOf, kindOf, NESTED, NUMBER, numberOrText } from "./infer.ts";
import type { Source, SourceColumn } from "./sources/source.ts";

/**
 * How many rows a file has, and what to select from it: every column by the type that all its values have.
 * @throws UserError if it has no rows, or a column holds what is no cell
 */
export async function select(
  connection: DuckDBConnection,
  source: Source,
  label: string,
): Promise<{ rows: number; selection: Selection[] }> {
  const { columns, decimalComma } = source;
  // Two questions, because the full one is long: asked of 900 columns of numbers it takes a second to plan.
  const inferred = columns.filter(({ type }) => type === "infer");
  const [rows, ...first] = await ask(connection, source, inferred, ({ sql }) => numberOrText(sql, decimalComma));
  if (rows === 0) throw new UserError(`${label} has no rows, only column names`, "Expected at least one row of data.");
  const rest = inferred.filter((_, index) => first[index] !== NUMBER);
  const [, ...second] = rest.length > 0 ? await ask(connection, source, rest, (column) => kindSql(column, source)) : [];

  const kinds = new Map(rest.map((column, index) => [column, second[index]]));
  const selection = columns.map((column) => {
    const { name, sql, type } = column;
    if (type !== "infer") return { name, sql, type };
    const found = kinds.get(column) ?? NUMBER;
    if (found & NESTED) throw nested(name, label);
    return { name, ...columnOf(sql, found, decimalComma) };
  });
  return { rows, selection };
}

/** The number of rows, and for each column the kinds of all its values, 0 if there are none. */
async function ask(
  connection: DuckDBConnection,
  { from }: Source,
  columns: readonly SourceColumn[],
  kind: (column: SourceColumn) => string,
): Promise<number[]> {
  const questions = ["count(*)", ...columns.map((column) => `bit_or(${kind(column)})`)];
  const reader = await connection.runAndReadAll(`SELECT ${questions.join(", ")} FROM ${from}`);
  return reader.getRows()[0].map(Number);
}

function kindSql({ sql, nested }: SourceColumn, { decimalComma }: Source): string {
  const kind = kindOf(sql, decimalComma);
  return nested ? `CASE WHEN ${nested} THEN ${NESTED} ELSE ${kind} END` : kind;
}

function nested(name: string, label: string): UserError {
  return new UserError(
    `${label}: column '${name}' holds objects or arrays, expected numbers, text or booleans`,
    "Leave the column out, or spread its parts over columns of their own.",
  );
}
