/** The lines of a text table as they stand: with the quotes and spaces that its writer put around the cells. */
import { createReadStream } from "node:fs";
import { type Delimiter, recordsOf } from "@chaingrad/tables";

/** What a row's line is, asked row by row; undefined where the file's lines are not its rows. */
export type RawLine = (cells: readonly (string | null)[]) => Promise<string | undefined>;

/** The lines below the header of a file, each compared with the cells that were read from it. */
export function rawLines(file: string, delimiter: Delimiter): RawLine {
  const lines = linesOf(file, delimiter);
  let isHeader = true;
  return async (cells) => {
    if (isHeader) await lines.next();
    isHeader = false;
    let { value } = await lines.next();
    // Between rows of more than one field, readers skip blank lines.
    while (cells.length > 1 && value?.text === "") ({ value } = await lines.next());
    const isSame = (line: Line): boolean =>
      line.fields.length === cells.length && cells.every((cell, i) => (cell ?? "").trim() === line.fields[i]);
    if (value !== undefined && isSame(value)) return value.text;
    // From here on lines and rows may be out of step.
    await lines.return(undefined);
    return undefined;
  };
}

interface Line {
  readonly text: string;
  readonly fields: readonly string[];
}

async function* linesOf(file: string, delimiter: Delimiter): AsyncGenerator<Line, undefined> {
  let text = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 18 })) {
    text += chunk;
    const records = recordsOf(text, 0, delimiter, Number.POSITIVE_INFINITY);
    // The last record may go on in the next chunk.
    const rest = records.pop();
    for (const { fields, start, end, lineEnd } of records)
      yield { text: text.slice(start, end - lineEnd.length), fields };
    if (rest !== undefined) text = text.slice(rest.start);
  }
  for (const { fields, start, end, lineEnd } of recordsOf(text, 0, delimiter, Number.POSITIVE_INFINITY))
    yield { text: text.slice(start, end - lineEnd.length), fields };
  return undefined;
}
