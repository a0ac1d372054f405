/** Text tables: cells padded to the width of their column. */
import { visible } from "@chaingrad/core/visible";
import { Line } from "./line.ts";
import { widthOfText } from "./width.ts";

/** Lines of cells, two spaces apart; `sides` says "l" or "r" for each column. */
export function alignColumns(rows: readonly (readonly string[])[], sides: string): Line[] {
  const cells = rows.map((row) => row.map(visible));
  const widths = [...sides].map((_, column) => Math.max(...cells.map((row) => widthOfText(row[column] ?? ""))));
  return cells.map((row) => {
    const padded = row.map((cell, column) => {
      const padding = " ".repeat(widths[column] - widthOfText(cell));
      return sides[column] === "r" ? padding + cell : cell + padding;
    });
    return new Line(padded.join("  ").trimEnd());
  });
}
