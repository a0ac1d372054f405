/** What each column of a table does to a prediction: one derivative for each, in the target's unit per unit of the column. */
import { infix, symbol } from "../../graph/notation.ts";
import { type Block, type Cell, heading, paragraph, table, text } from "../document/document.ts";

/** The derivative of a number by one column, with both units. */
export interface ColumnDerivative {
  readonly column: string;
  /** In the column's own unit, a date as it is written; NaN where the cell is missing. */
  readonly value: number | string;
  readonly derivative: number;
  /** How far the column moves, at this row, while none of the features made of it moves by more than about 1. */
  readonly scale: number;
  /** Whether its unit is a day. */
  readonly isDate: boolean;
}

/** The columns that move the prediction most come first: by derivative times scale. */
export function columnsView(prediction: string, columns: readonly ColumnDerivative[]): Block[] {
  const effect = ({ derivative, scale }: ColumnDerivative): number => derivative * scale;
  const sorted = [...columns].sort((a, b) => Math.abs(effect(b)) - Math.abs(effect(a)));
  const rows = sorted.map((one): Cell[] => {
    const { column, value, derivative, isDate } = one;
    const unit = isDate ? text("columns.per-day", { prediction }) : text("columns.per", { prediction, column });
    const cell = Number.isNaN(value) ? text("columns.missing") : value;
    return [column, cell, derivative, unit, effect(one)];
  });
  const gradient = infix("/", symbol(`∂${prediction}`), symbol("∂a"));
  return [
    heading("columns", { prediction: symbol(prediction) }),
    paragraph("columns.why", { prediction: symbol(prediction), gradient }),
    table(
      text("columns.caption", { prediction: symbol(prediction) }),
      ["columns.column", "value", "columns.derivative", "columns.unit", "columns.effect"],
      rows,
    ),
  ];
}
