/** Numbers as aligned rows of text that fit a width; what does not fit is left out before the last row or column. */
import { type Shape, sizeOf } from "../../graph/type.ts";
import { printNumber } from "../notation/print.ts";

export interface MatrixOptions {
  readonly width: number;
  /** Significant digits. */
  readonly digits: number;
  /** The most rows shown (at least 2). */
  readonly rows: number;
  /** What stands in the place of rows that are left out: "3 more rows" (default in English). */
  readonly more?: (rows: number) => string;
}

/** A scalar as a number, anything else as rows along its last axis: "[ 0.5   −1.25 ]". */
export function matrixLines(values: ArrayLike<number>, shape: Shape, options: MatrixOptions): string[] {
  if (shape.length === 0) return [printNumber(values[0], options.digits)];
  const columns = shape[shape.length - 1];
  const rows = sizeOf(shape.slice(0, -1));
  if (rows * columns === 0) return ["[ ]"];
  const shown = ends(rows, Math.max(2, options.rows));
  const cell = (row: number, column: number): string => printNumber(values[row * columns + column], options.digits);
  // A cell with its gap takes three characters or more, so no more columns than that can fit.
  let count = Math.max(1, Math.floor(options.width / 3));
  let lines = linesOf(shown, ends(columns, count), columns, cell);
  while (count > 1 && lines[0].length > options.width) lines = linesOf(shown, ends(columns, --count), columns, cell);
  const hidden = rows - shown.length;
  const more = options.more ?? ((count) => `${count} more ${count === 1 ? "row" : "rows"}`);
  return hidden === 0 ? lines : lines.toSpliced(-1, 0, `⋮ ${more(hidden)}`);
}

function linesOf(
  rows: readonly number[],
  shown: readonly number[],
  columns: number,
  cell: (row: number, column: number) => string,
): string[] {
  const cells = shown.map((column) => alignPoints(rows.map((row) => cell(row, column))));
  const all =
    shown.length < columns
      ? cells.toSpliced(
          -1,
          0,
          rows.map(() => "…"),
        )
      : cells;
  return rows.map((_, i) => `[ ${all.map((column) => column[i]).join("  ")} ]`);
}

/** The first positions and the last, `count` in all; all positions if there are no more. */
function ends(length: number, count: number): number[] {
  const all = Math.min(length, count);
  return Array.from({ length: all }, (_, i) => (i === all - 1 ? length - 1 : i));
}

/** Texts of one width with their decimal points below each other. */
function alignPoints(texts: readonly string[]): string[] {
  const split = texts.map((text) => {
    const point = text.indexOf(".");
    return point < 0 ? [text, ""] : [text.slice(0, point), text.slice(point)];
  });
  const [before, after] = [0, 1].map((side) => Math.max(...split.map((parts) => parts[side].length)));
  return split.map(([whole, fraction]) => whole.padStart(before) + fraction.padEnd(after));
}
