/** Where the rows of a text file stand: readers count records, people see lines. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { type Delimiter, recordsOf, refusals } from "@chaingrad/tables/rules";

/** A record with its quotes and spaces as they stand. */
export interface Line {
  readonly text: string;
  readonly fields: readonly string[];
  /** The record's first line, from 1. */
  readonly line: number;
}

/** What is left of a file that cannot be taken apart to its end, and where that begins. */
type Rest = Omit<Line, "fields">;

/** All records of a file, blank lines among them, up to one whose quotes do not close: what is left is returned. */
export async function* linesOf(file: string, delimiter: Delimiter): AsyncGenerator<Line, Rest> {
  let text = "";
  let line = 1;
  const taken = function* (records: ReturnType<typeof recordsOf>): Generator<Line> {
    for (const { fields, start, end, lineEnd } of records) {
      yield { text: text.slice(start, end - lineEnd.length), fields, line };
      line += [...text.slice(start, end).matchAll(/\r\n|\n|\r/g)].length;
    }
  };
  for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 18 })) {
    text += chunk;
    const records = recordsOf(text, 0, delimiter, Number.POSITIVE_INFINITY);
    // The last record may go on in the next chunk.
    const rest = records.pop();
    yield* taken(records);
    if (rest !== undefined) text = text.slice(rest.start);
    if (text.length > 2 * refusals.LONGEST_LINE) return { text, line };
  }
  const records = recordsOf(text, 0, delimiter, Number.POSITIVE_INFINITY);
  yield* taken(records);
  return { text: text.slice(records.at(-1)?.end ?? 0), line };
}

/** The record of this number, from 1, blank lines counted; without fields where its quotes do not close. */
export async function recordAt(file: string, delimiter: Delimiter, number: number): Promise<Line | Rest> {
  const lines = linesOf(file, delimiter);
  for (let count = 1; ; count++) {
    const { value, done } = await lines.next();
    if (!done && count < number) continue;
    await lines.return(value);
    return value;
  }
}

/** The line of the object of this number, from 1, in a file of JSON lines: blank ones hold none. */
export async function objectLine(file: string, number: number): Promise<number> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let [line, objects] = [0, 0];
  for await (const text of lines) {
    line++;
    if (text.trim() !== "") objects++;
    if (objects === number) break;
  }
  lines.close();
  return line;
}
