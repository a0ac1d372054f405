/** Tables for tests: a few values in memory, and the real ones of examples/data. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Column, Table } from "../../src/table/table.ts";

/** Numbers (null and NaN missing) make a number column, true and false a boolean one, anything else text. */
export function column(name: string, values: readonly (number | string | boolean | null)[]): Column {
  const all = (type: string): boolean => values.every((value) => value === null || typeof value === type);
  if (values.some((value) => typeof value === "number")) {
    if (!all("number")) throw new Error(`mixed values in ${name}`);
    return {
      name,
      type: "number",
      values: Float64Array.from(values, (value) => (value as number | null) ?? Number.NaN),
    };
  }
  const type = values.some((value) => typeof value === "boolean") ? "boolean" : "text";
  return { name, type, values: values as (string | boolean | null)[] };
}

export function dates(name: string, values: readonly (string | null)[]): Column {
  return { name, type: "date", values };
}

export function table(...columns: readonly Column[]): Table {
  return { columns, rows: columns[0].values.length };
}

/** Repeats each value: repeat({ a: 2, b: 1 }) is ["a", "a", "b"]. */
export function repeat(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([value, count]) => new Array<string>(count).fill(value));
}

export const range = (length: number, start = 0): number[] => Array.from({ length }, (_, i) => start + i);

/** The example tables hold neither quotes nor commas inside a cell. */
export function example(name: string): Table {
  const path = resolve(import.meta.dirname, `../../../../examples/data/${name}.csv`);
  const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split(/\r?\n/);
  const cells = lines.map((line) => line.split(","));
  const columns = header.split(",").map((title, c) => {
    const values = cells.map((row) => row[c] || null);
    const numeric = values.every((value) => value === null || Number.isFinite(Number(value)));
    return column(title, numeric ? values.map((value) => (value === null ? null : Number(value))) : values);
  });
  return table(...columns);
}

export function columnOf({ columns }: Table, name: string): Column {
  const found = columns.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
}

/** What a function throws. */
export function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
