/** Each column of one row with what it does to one output. */
import type { SyncEngine } from "@chaingrad/core";
import { RowGradient } from "../model/gradient.ts";
import type { TableModelData } from "../model/model-file.ts";
import { printDate } from "../reading/dates.ts";
import { findColumn } from "../table/encoder.ts";
import { numberAt, type Table } from "../table/table.ts";
import { numberColumns } from "./prepare-rows.ts";

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
  const cellOf = (name: string, kind: "number" | "date"): number | string => {
    const value = numberAt(findColumn(table, name, []), row, kind);
    if (kind === "number" || Number.isNaN(value)) return value;
    return printDate(value * DAY, Number.isInteger(value) ? "date" : "time");
  };
  return numberColumns(model).map(({ name, kind, scale }) => ({
    column: name,
    value: cellOf(name, kind),
    derivative: derivatives[name],
    scale,
    isDate: kind === "date",
  }));
}
