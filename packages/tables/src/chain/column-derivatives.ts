/** Each column of one row with what it does to one output. */
import type { SyncEngine } from "@chaingrad/core";
import { RowGradient } from "../model/gradient.ts";
import type { TableModelData } from "../model/model-file.ts";
import { printDate } from "../reading/dates.ts";
import { findColumn } from "../table/encoder.ts";
import { numericKind } from "../table/encodings/kinds.ts";
import { numberAt, type Table } from "../table/table.ts";
import { numberCells, numberColumns } from "./number-cells.ts";

const DAY = 86_400_000;

interface ColumnDerivative {
  readonly column: string;
  readonly value: number | string;
  readonly derivative: number;
  readonly scale: number;
  readonly isDate: boolean;
}

/**
 * The derivative of one number by each column of a table, in their units.
 * @param place of the output: 0 for an amount, else that of the class
 */
export function columnDerivatives(
  model: TableModelData,
  engine: SyncEngine,
  table: Table,
  row: number,
  place: number,
): ColumnDerivative[] {
  const derivatives = new RowGradient(model, engine).of(table, row).outputs[place];
  return numberColumns(model).map((encoding) => {
    const { name, kind } = encoding;
    const value = numberAt(findColumn(table, name, []), row, kind);
    const { values } = numberCells(encoding, findColumn(table, name, []), [row]);
    const isShown = kind === "number" || Number.isNaN(value);
    return {
      column: name,
      value: isShown ? value : printDate(value * DAY, Number.isInteger(value) ? "date" : "time"),
      derivative: derivatives[name],
      scale: numericKind(encoding).reach(encoding, [values], 0, 0),
      isDate: kind === "date",
    };
  });
}
