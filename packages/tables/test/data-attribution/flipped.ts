/** Tables with wrong labels that are known. */
import { shuffle } from "@chaingrad/core";
import { suspectLabels } from "../../src/data-attribution/index.ts";
import type { Table } from "../../src/table/table.ts";
import { columnOf, range } from "../table/tables.ts";

/** Streams of random numbers that nothing else takes. */
const [ROWS, CLASSES] = [101, 102];

/** Of 5 % of the rows another class, each as likely as any; which rows, counted from 1. */
function flipped(table: Table, target: string, seed: number): { table: Table; rows: Set<number> } {
  const column = columnOf(table, target);
  const values = Array.from<number | string | boolean | null>(column.values);
  const classes = [...new Set(values)];
  const rows = shuffle(range(table.rows), seed, ROWS).subarray(0, Math.round(0.05 * table.rows));
  const draws = shuffle(range(rows.length * (classes.length - 1)), seed, CLASSES);
  for (const [i, row] of rows.entries()) {
    const others = classes.filter((one) => one !== values[row]);
    values[row] = others[draws[i] % others.length];
  }
  const own = (column.type === "number" ? Float64Array.from(values as number[]) : values) as never;
  const columns = table.columns.map((one) => (one === column ? { ...column, values: own } : one));
  return { table: { ...table, columns: columns as Table["columns"] }, rows: new Set([...rows].map((row) => row + 1)) };
}

/** The share of the flipped rows that stand among as many rows ranked first. */
export async function foundShare(table: Table, target: string, seed: number): Promise<number> {
  const { table: wrong, rows } = flipped(table, target, seed);
  const { suspects } = await suspectLabels(wrong, { target, seed });
  return suspects.slice(0, rows.size).filter(({ row }) => rows.has(row)).length / rows.size;
}
