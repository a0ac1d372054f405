/** Columns whose type the caller declares (`--type zip=category`): each cell is that, or missing, or the table is refused. */
import { type Column, textAt } from "../table/table.ts";
import type { Entry, Judged } from "./kinds.ts";
import { adviceFor } from "./odd-rows.ts";
import type { ColumnType } from "./reading.ts";
import { ValueError } from "./value-error.ts";

/** @throws ValueError at the first cell that is neither missing nor of the declared type */
export function checkDeclared(judged: Judged, declared: "number" | "date"): void {
  const { cells, entries } = judged;
  const kinds = declared === "number" ? ["number"] : ["date", "time"];
  const wrong = entries
    .filter(({ is }) => is.kind !== "missing" && is.kind !== "mark" && !kinds.includes(is.kind))
    .reduce<Entry | undefined>((least, one) => (least && least.first < one.first ? least : one), undefined);
  if (wrong === undefined) return;
  const advice = adviceFor(judged, wrong);
  throw new ValueError(cells.name, wrong.first, wrong.text, expected(declared), advice && `a row ${advice}`);
}

const expected = (declared: ColumnType): string => `a ${declared}, as the column was declared`;

/**
 * A column whose file keeps its type (Parquet, Arrow, plain numbers) as what it was declared to be.
 * @throws ValueError where its values cannot be that: days are no numbers
 */
export function redeclared(column: Column, declared: ColumnType): Column {
  const { name, type } = column;
  const texts = Array.from({ length: column.values.length }, (_, row) => textAt(column, row));
  if (type === declared) return { ...column, declared };
  if (declared === "category" || declared === "text") {
    return { name, type: "text", values: texts, declared };
  }
  const row = texts.findIndex((text) => text !== null);
  if (row < 0) return { name, ...nothing(declared, texts.length), declared };
  throw new ValueError(name, row, String(texts[row]), expected(declared));
}

function nothing(declared: "number" | "date", rows: number) {
  return declared === "number"
    ? ({ type: "number", values: new Float64Array(rows).fill(Number.NaN) } as const)
    : ({ type: "date", values: new Array<null>(rows).fill(null) } as const);
}
