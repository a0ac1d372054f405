/** The rows that a network is looked at with: from a BATCH.json, for a trained model from a table, or random ones. */
import { oneRow, randomBatch } from "@chaingrad/core/net";
import type { ReadingOptions } from "@chaingrad/duckdb";
import { batchOf, UserError } from "@chaingrad/tables";
import { randomRows } from "@chaingrad/tables/chain";
import type { ChosenRows, OpenedNetwork } from "@chaingrad/tables/explain";
import { refusing } from "../given/refusing.ts";
import { fileLabel, readBatch } from "./read.ts";

export interface RowChoice {
  /** A BATCH.json, or a table for a model; without it rows are drawn. */
  readonly file: string | undefined;
  /** One row, counted from 1; without it all. */
  readonly row: number | undefined;
  /** How many rows are drawn, where there is no file. */
  readonly drawn: number;
  readonly seed: number;
  /** Whether each row needs the target that a loss is taken of (default true). */
  readonly withTarget?: boolean;
  /** How a table is to be read. */
  readonly reading?: ReadingOptions;
}

/** Throws UserError where the file cannot be used, or has no such row. */
export async function chooseRows(net: OpenedNetwork, choice: RowChoice): Promise<ChosenRows> {
  const { model } = net;
  const { file, row, withTarget } = choice;
  if (model !== undefined) {
    if (file === undefined) return batchOf(model, randomRows(model, choice.drawn, choice.seed), { row, withTarget });
    // Readers of tables are many files, and a network without one is to be shown at once.
    const { readTable, sourceOf } = await import("@chaingrad/duckdb");
    const table = await readTable(sourceOf(file), { ...choice.reading, remembered: model.reading });
    if (row !== undefined) checkRow(row, table.rows, fileLabel(file));
    return refusing(file, () => batchOf(model, table, { row, withTarget }));
  }
  const batch =
    file === undefined
      ? randomBatch(net.network, net.objective.loss, choice.drawn, choice.seed)
      : await readBatch(file, net);
  if (row === undefined) return batch;
  checkRow(row, batch.rows, file === undefined ? "the random batch" : fileLabel(file));
  return oneRow(batch, row - 1);
}

function checkRow(row: number, rows: number, label: string): void {
  if (row > rows) throw new UserError(`${label} has no row ${row}`, `Its rows are counted from 1 to ${rows}.`);
}
