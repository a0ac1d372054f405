/** Columns filled from DuckDB's chunks, vector by vector: no row objects, no array in between. */
import type { DuckDBConnection, DuckDBVector } from "@duckdb/node-api";
import { UserError } from "./errors.ts";
import type { Column } from "./table.ts";

/** Copies the vector's values to `at` and after. */
type Copy = (vector: DuckDBVector, at: number) => void;

/** What to select: names, types and SQL of the columns. */
export interface Selection {
  readonly name: string;
  readonly type: Column["type"];
  readonly sql: string;
}

/** Runs `SELECT … FROM from` and copies its `rows` rows. Throws UserError at a NaN or an infinity. */
export async function copyColumns(
  connection: DuckDBConnection,
  selection: readonly Selection[],
  from: string,
  rows: number,
  label: string,
): Promise<Column[]> {
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
  return targets.map(({ column }) => column);
}

function target({ name, type }: Selection, rows: number, label: string): { column: Column; copy: Copy } {
  if (type === "number") {
    const values = new Float64Array(rows);
    return { column: { name, type, values }, copy: copyNumbers(values, `${label}, column '${name}'`) };
  }
  if (type === "boolean") {
    const values = new Array<boolean | null>(rows);
    return { column: { name, type, values }, copy: copyValues(values) };
  }
  const values = new Array<string | null>(rows);
  return { column: { name, type, values }, copy: copyStrings(values) };
}

function copyNumbers(values: Float64Array, place: string): Copy {
  return (vector, at) => {
    const { itemCount } = vector;
    for (let index = 0; index < itemCount; index++) {
      const value = vector.getItem(index) as number | null;
      if (value !== null && !Number.isFinite(value)) throw notFinite(value, at + index + 1, place);
      values[at + index] = value ?? Number.NaN;
    }
  };
}

function notFinite(value: number, row: number, place: string): UserError {
  const given = Number.isNaN(value) ? "NaN" : `${value} (or a number too large for 64 bits)`;
  return new UserError(
    `${place}, row ${row}: expected a finite number, got ${given}`,
    "Rows are counted from 1, without the header. If the value is missing, leave the field empty or write NA.",
  );
}

function copyValues<T>(values: T[]): Copy {
  return (vector, at) => {
    const { itemCount } = vector;
    for (let index = 0; index < itemCount; index++) values[at + index] = vector.getItem(index) as T;
  };
}

/** A category that a hundred thousand rows share is kept in memory once. */
function copyStrings(values: (string | null)[]): Copy {
  const known = new Map<string, string>();
  return (vector, at) => {
    const { itemCount } = vector;
    for (let index = 0; index < itemCount; index++) {
      const value = vector.getItem(index) as string | null;
      values[at + index] = value === null ? null : share(value, known);
    }
  };
}

function share(value: string, known: Map<string, string>): string {
  const first = known.get(value);
  if (first !== undefined) return first;
  known.set(value, value);
  return value;
}
