/** Columns filled from DuckDB's chunks, vector by vector: no row objects, no array in between. */
import { CellCollector, type Cells, type Column, UserError } from "@chaingrad/tables";
import { NumberCollector } from "@chaingrad/tables/rules";
import type { DuckDBConnection, DuckDBVector } from "@duckdb/node-api";

/** What to select: names and SQL of the columns, and their types; `cells` are text that is yet to be judged. */
export interface Selection {
  readonly name: string;
  readonly type: Column["type"] | "cells";
  readonly sql: string;
  /** What a number column gives where a value is missing, by default null; DuckDB gives numbers faster than nulls. */
  readonly missing?: "NaN";
}

export type Copied = Column | Cells;

/** A column that is being filled: `copy` takes the vector's values to the rows from `at` on. */
interface Target {
  readonly copy: (vector: DuckDBVector, at: number) => void;
  readonly done: () => Copied;
}

/** Runs `SELECT … FROM from` and copies its `rows` rows. Throws UserError at an infinity. */
export async function copyColumns(
  connection: DuckDBConnection,
  selection: readonly Selection[],
  from: string,
  rows: number,
  label: string,
): Promise<Copied[]> {
  const targets = selection.map((column) => target(column, rows, label));
  const result = await connection.stream(`SELECT ${selection.map(({ sql }) => sql).join(", ")} FROM ${from}`);
  let at = 0;
  for (let chunk = await result.fetchChunk(); chunk; chunk = await result.fetchChunk()) {
    const count = chunk.rowCount;
    if (count === 0) break;
    if (at + count > rows) break;
    for (const [index, { copy }] of targets.entries()) copy(chunk.getColumnVector(index), at);
    at += count;
  }
  if (at !== rows) throw new UserError(`${label} changed while it was read`, "Try again once it is complete.");
  return targets.map(({ done }) => done());
}

function target({ name, type, missing }: Selection, rows: number, label: string): Target {
  if (type === "number") return numbers(name, rows, label, missing === "NaN");
  if (type === "cells") {
    const collector = new CellCollector(name, rows);
    return {
      copy: each<string | null>((row, cell) => collector.set(row, cell)),
      done: () => collector.cells(),
    };
  }
  const values = new Array<string | boolean | null>(rows);
  return {
    copy: each<string | boolean | null>((row, value) => {
      values[row] = value;
    }),
    done: () => ({ name, type, values }),
  };
}

function each<T>(take: (row: number, value: T) => void): Target["copy"] {
  return (vector, at) => {
    const { itemCount } = vector;
    for (let index = 0; index < itemCount; index++) take(at + index, vector.getItem(index) as T);
  };
}

function numbers(name: string, rows: number, label: string, isNaNMissing: boolean): Target {
  const collector = new NumberCollector(name, rows, label);
  const known = (value: number | null): number | null => (isNaNMissing && Number.isNaN(value) ? null : value);
  return {
    copy: each<number | null>((row, value) => collector.set(row, known(value))),
    done: () => collector.column(),
  };
}
