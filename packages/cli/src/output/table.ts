/** Tables for people: aligned columns where they fit, else one block of lines for each row. */
import { alignColumns } from "./align.ts";

const GAP = "  ";

/** The table in lines of at most `width` characters, as far as single cells allow. `sides` as in `alignColumns`. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  sides: string,
  width: number,
): string {
  const lines = alignColumns([titles, ...rows], sides);
  if (lines.every((line) => line.length <= width)) return lines.join("\n");
  return rows.map((row) => block(titles, row)).join("\n");
}

/** The row's first cell, and below it each other cell after its column's title. */
function block([, ...titles]: readonly string[], [first, ...cells]: readonly string[]): string {
  const widest = Math.max(...titles.map((title) => title.length));
  return [first, ...cells.map((cell, c) => `${GAP}${titles[c].padEnd(widest)}${GAP}${cell}`)].join("\n");
}
