/** Text tables: cells padded to the width of their column. */

const width = (text: string): number => [...text].length;

/** Lines of cells, two spaces apart; `sides` says "l" or "r" for each column. */
export function alignColumns(rows: readonly (readonly string[])[], sides: string): string[] {
  const widths = [...sides].map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = " ".repeat(widths[column] - width(cell));
        return sides[column] === "r" ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd(),
  );
}
