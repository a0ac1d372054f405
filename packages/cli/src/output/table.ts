/** Tables for people: aligned columns where they fit, else one block of lines for each row. */
import { alignColumns } from "./align.ts";
import { Line, type Shown, shown, widthOf } from "./line.ts";

const GAP = "  ";

/** The table in lines of at most `width` columns, as far as single cells allow. `sides` as in `alignColumns`. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  sides: string,
  width: number,
): Shown[] {
  const lines = alignColumns([titles, ...rows], sides);
  return lines.every((line) => widthOf(line) <= width) ? lines : rows.flatMap((row) => block(titles, row));
}

/** The row's first cell, and below it each other cell after its column's title. */
function block([, ...titles]: readonly string[], [first, ...cells]: readonly string[]): Shown[] {
  const below = cells.map((cell, c) => [titles[c], cell]);
  return [first, ...alignColumns(below, "ll").map((line) => new Line(GAP + shown(line)))];
}
