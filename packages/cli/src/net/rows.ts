/** The rows that a network is looked at with: from a BATCH.json, for a trained model from a table, or random ones. */

import { type Batch, oneRow, randomBatch } from "@chaingrad/core/net";
import type { ReadingOptions } from "@chaingrad/duckdb";
import { encode, encodeTarget, type Model, type Table, TargetError, textAt, UserError } from "@chaingrad/tables";
import { refusing } from "../commands/refusing.ts";
import type { OpenedNetwork } from "./open-network.ts";
import { fileLabel, readBatch } from "./read.ts";

export interface RowChoice {
  /** A BATCH.json, or a table for a model; without it rows are drawn. */
  readonly file: string | undefined;
  /** One row, counted from 1; without it all. */
  readonly row: number | undefined;
  /** How many rows are drawn, where there is no file. */
  readonly drawn: number;
  readonly seed: number;
  /** How a table is to be read. */
  readonly reading?: ReadingOptions;
}

/** Throws UserError where the file cannot be used, or has no such row. */
export async function chooseRows({ net, model }: OpenedNetwork, choice: RowChoice): Promise<Batch> {
  const { file, row } = choice;
  if (file !== undefined && model !== undefined) {
    // Readers of tables are many files, and a network without one is to be shown at once.
    const { readTable, sourceOf } = await import("@chaingrad/duckdb");
    return tableRows(model, await readTable(sourceOf(file), choice.reading), file, row);
  }
  const batch =
    file === undefined ? randomBatch(net.network, net.loss, choice.drawn, choice.seed) : await readBatch(file, net);
  if (row === undefined) return batch;
  checkRow(row, batch.rows, file === undefined ? "the random batch" : fileLabel(file));
  return oneRow(batch, row - 1);
}

/** Rows of a table as the model's network takes them: one, or all that have a target. */
function tableRows(model: Model, table: Table, file: string, row: number | undefined): Batch {
  const { encoder, target } = model;
  if (row !== undefined) checkRow(row, table.rows, fileLabel(file));
  return refusing(file, () => {
    const column = table.columns.find(({ name }) => name === target.name);
    if (column === undefined) {
      throw new TargetError(`the table has no column '${target.name}', which the loss is taken of`, target.name);
    }
    const wanted = row === undefined ? Array.from({ length: table.rows }, (_, i) => i) : [row - 1];
    const rows = wanted.filter((index) => textAt(column, index) !== null);
    if (rows.length === 0) {
      throw new TargetError(
        `${row === undefined ? "no row" : `row ${row}`} has no value in '${target.name}'`,
        target.name,
      );
    }
    const y = Float64Array.from(encodeTarget(target, column, rows));
    const rowNumbers = rows.map((index) => index + 1);
    return { rows: rows.length, x: encode(encoder, table, rows), y, weight: undefined, rowNumbers };
  });
}

function checkRow(row: number, rows: number, label: string): void {
  if (row > rows) throw new UserError(`${label} has no row ${row}`, `Its rows are counted from 1 to ${rows}.`);
}
