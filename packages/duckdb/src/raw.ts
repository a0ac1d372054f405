/** The lines of a text table as they stand: with the quotes and spaces that its writer put around the cells. */
import type { Delimiter } from "@chaingrad/tables/rules";
import { type Line, linesOf } from "./lines.ts";

/** What a row's line is, asked row by row; undefined where the file's lines are not its rows. */
export type RawLine = (cells: readonly (string | null)[]) => Promise<string | undefined>;

/** The lines below the header of a file, each compared with the cells that were read from it. */
export function rawLines(file: string, delimiter: Delimiter): RawLine {
  const lines = linesOf(file, delimiter);
  const next = async (): Promise<Line | undefined> => {
    const { value, done } = await lines.next();
    return done ? undefined : value;
  };
  let isHeader = true;
  return async (cells) => {
    if (isHeader) await next();
    isHeader = false;
    let line = await next();
    // Between rows of more than one field, readers skip blank lines.
    while (cells.length > 1 && line?.text === "") line = await next();
    const isSame =
      line?.fields.length === cells.length && cells.every((cell, i) => (cell ?? "").trim() === line?.fields[i]);
    if (isSame) return line?.text;
    // From here on lines and rows may be out of step.
    await lines.return({ text: "", line: 0 });
    return undefined;
  };
}
