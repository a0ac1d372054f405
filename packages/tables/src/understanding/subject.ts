/** What is looked into: a model, and the rows of a table that it is looked at with. */
import type { SyncEngine } from "@chaingrad/core";
import type { OfModel } from "../explain/explain-model.ts";
import type { TableModelData } from "../model/model-file.ts";
import { defaultEngine } from "../model/table-model.ts";
import { type Rows, tableOf } from "../rows.ts";
import type { Table } from "../table/table.ts";

/** What all that looks into a model is told. */
export interface EngineChoice {
  /** What computes, in float64 (default: the best that this host has by itself). */
  readonly engine?: SyncEngine | undefined;
}

export interface Subject {
  readonly model: TableModelData;
  readonly engine: SyncEngine;
  readonly table: Table;
}

/** Throws RowsError on rows that are no table. */
export async function subjectOf(given: OfModel, rows: Rows<object>, { engine }: EngineChoice): Promise<Subject> {
  const model = "model" in given ? given.model : given;
  return { model, table: tableOf(rows, model.reading), engine: engine ?? (await defaultEngine()) };
}

/** The place from 0 of a row that is counted from 1. Throws RangeError on one that there is not. */
export function placeOfRow({ rows }: Table, row: number, what = "row"): number {
  if (Number.isInteger(row) && row >= 1 && row <= rows) return row - 1;
  throw new RangeError(`${what}: the table has no row ${row}; its rows are counted from 1 to ${rows}`);
}
