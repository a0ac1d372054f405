/** Tables for people: aligned columns where they fit, else one block of lines for each row. */
import { alignColumns } from "./align.ts";
import { Line, type Shown, shown, widthOf } from "./line.ts";
import { paragraph } from "./wrap.ts";

const GAP = "  ";

/** The table in lines of at most `width` columns, as far as single words allow. `sides` as in `alignColumns`. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  sides: string,
  width: number,
): Shown[] {
  const lines = alignColumns([titles, ...rows], sides);
  return lines.every((line) => widthOf(line) <= width) ? lines : rows.flatMap((row) => block(titles, row, width));
}

/** The row's first cell, and below it each other cell after its column's title, in a column of its own. */
function block([, ...titles]: readonly string[], [first, ...cells]: readonly string[], width: number): Shown[] {
  const column = 2 * GAP.length + Math.max(0, ...titles.map(widthOf));
  const below = cells.flatMap((cell, c) => {
    const [head, ...rest] = paragraph(cell, width, " ".repeat(column));
    const title = GAP + shown(titles[c]) + " ".repeat(column - GAP.length - widthOf(titles[c]));
    return [new Line((title + head.text.slice(column)).trimEnd()), ...rest];
  });
  return [first, ...below];
}
