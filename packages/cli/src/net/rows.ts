/** The rows that a network is looked at with: from a BATCH.json, for a trained model from a table, or random ones. */

import { type Batch, oneRow, randomBatch } from "@chaingrad/core/net";
import type { ReadingOptions } from "@chaingrad/duckdb";
import { encode, encodeTarget, type Model, type Table, TargetError, textAt, UserError } from "@chaingrad/tables";
import { randomRows } from "@chaingrad/tables/chain";
import { refusing } from "../commands/refusing.ts";
import type { OpenedNetwork } from "./open-network.ts";
import { fileLabel, readBatch } from "./read.ts";

/** Rows as the network takes them, and where they are in the table that they come from. */
export interface ChosenRows extends Batch {
  readonly from?: { readonly table: Table; readonly rows: readonly number[] };
}

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
export async function chooseRows({ net, model }: OpenedNetwork, choice: RowChoice): Promise<ChosenRows> {
  const { file, row } = choice;
  if (model !== undefined) {
    if (file === undefined)
      return tableRows(model, randomRows(model, choice.drawn, choice.seed), "random rows", choice);
    // Readers of tables are many files, and a network without one is to be shown at once.
    const { readTable } = await import("@chaingrad/duckdb");
    return tableRows(model, await readTable(file, choice.reading), file, choice);
  }
  const batch =
    file === undefined ? randomBatch(net.network, net.loss, choice.drawn, choice.seed) : await readBatch(file, net);
  if (row === undefined) return batch;
  checkRow(row, batch.rows, file === undefined ? "the random batch" : fileLabel(file));
  return oneRow(batch, row - 1);
}

/** Rows of a table as the model's network takes them: one, or all that have a target where one is needed. */
function tableRows(model: Model, table: Table, file: string, { row, withTarget = true }: RowChoice): ChosenRows {
  const { encoder, target } = model;
  if (row !== undefined) checkRow(row, table.rows, fileLabel(file));
  return refusing(file, () => {
    const wanted = row === undefined ? Array.from({ length: table.rows }, (_, i) => i) : [row - 1];
    const made = (rows: readonly number[], y: Float64Array): ChosenRows => {
      const rowNumbers = rows.map((index) => index + 1);
      return {
        rows: rows.length,
        x: encode(encoder, table, rows),
        y,
        weight: undefined,
        rowNumbers,
        from: { table, rows },
      };
    };
    // Nothing is taken of it: any value will do.
    if (!withTarget) return made(wanted, new Float64Array(wanted.length));
    const column = table.columns.find(({ name }) => name === target.name);
    if (column === undefined) {
      throw new TargetError(`the table has no column '${target.name}', which the loss is taken of`, target.name);
    }
    const rows = wanted.filter((index) => textAt(column, index) !== null);
    if (rows.length === 0) {
      throw new TargetError(
        `${row === undefined ? "no row" : `row ${row}`} has no value in '${target.name}'`,
        target.name,
      );
    }
    return made(rows, Float64Array.from(encodeTarget(target, column, rows)));
  });
}

function checkRow(row: number, rows: number, label: string): void {
  if (row > rows) throw new UserError(`${label} has no row ${row}`, `Its rows are counted from 1 to ${rows}.`);
}
