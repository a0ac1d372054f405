/**
 * The lines of a text table that are its rows beyond doubt, many at a time. Where every record has as many fields as there
 * are columns, none is torn or odd, and there are as many as rows, row i is record i, and no cell need be compared.
 */
import { createReadStream } from "node:fs";
import { type Delimiter, refusals } from "@chaingrad/tables/rules";

const [LINE_FEED, RETURN, SPACE, QUOTE] = ["\n", "\r", " ", '"'].map((text) => text.charCodeAt(0));

/** What is found where a record should begin. */
type Found = "record" | "unfinished" | "odd";

/** Goes through a text record by record. */
class Records {
  readonly #delimiter: number;
  readonly #fields: number;
  /** Behind the last character of the record that was found, and behind its line break. */
  end = 0;
  next = 0;

  constructor(delimiter: Delimiter, fields: number) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#fields = fields;
  }

  /** Finds the end of the record that begins at `start`; a blank line is one. `isLast`: nothing follows the text. */
  find(text: string, start: number, isLast: boolean): Found {
    let fields = 0;
    for (let at = start; ; at++) {
      at = this.#endOfField(text, at);
      if (at < 0) return "unfinished";
      fields++;
      const code = text.charCodeAt(at);
      if (code === this.#delimiter) continue;
      this.end = at;
      this.next = at + (code === RETURN ? 2 : 1);
      if (at === text.length ? !isLast : code === RETURN && at + 1 === text.length) return "unfinished";
      const ends =
        at === text.length || code === LINE_FEED || (code === RETURN && text.charCodeAt(at + 1) === LINE_FEED);
      return ends && (fields === this.#fields || at === start) ? "record" : "odd";
    }
  }

  /** Where a field that begins at `start` ends: at its delimiter or line break, at what is odd, or −1 within its quotes. */
  #endOfField(text: string, start: number): number {
    let at = start;
    while (text.charCodeAt(at) === SPACE) at++;
    if (text.charCodeAt(at) !== QUOTE) {
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === this.#delimiter || code === LINE_FEED || code === RETURN) break;
      }
      return at;
    }
    do {
      at = text.indexOf('"', at + 1);
      if (at < 0) return -1;
      at++;
    } while (text.charCodeAt(at) === QUOTE);
    while (text.charCodeAt(at) === SPACE) at++;
    return at;
  }
}

/** The lines of a file chunk by chunk, header included and blank ones left out; undefined, and no more, at an odd one. */
export async function* plainLines(
  file: string,
  delimiter: Delimiter,
  fields: number,
): AsyncGenerator<readonly string[] | undefined> {
  const records = new Records(delimiter, fields);
  let text = "";
  const taken = (isLast: boolean): string[] | undefined => {
    const lines: string[] = [];
    let start = 0;
    while (start < text.length) {
      const found = records.find(text, start, isLast);
      if (found === "odd" || (found === "unfinished" && isLast)) return undefined;
      if (found === "unfinished") break;
      if (records.end > start) lines.push(text.slice(start, records.end));
      start = records.next;
    }
    text = text.slice(start);
    return text.length > 2 * refusals.LONGEST_LINE ? undefined : lines;
  };
  for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 18 })) {
    text += chunk;
    const lines = taken(false);
    yield lines;
    if (lines === undefined) return;
  }
  yield taken(true);
}

/**
 * Whether a file has a header and then a line for each of `rows` rows. One field a row is never sure: a blank line may be
 * a row without a value.
 */
export async function areRows(file: string, delimiter: Delimiter, fields: number, rows: number): Promise<boolean> {
  if (fields === 1) return false;
  let count = -1;
  for await (const lines of plainLines(file, delimiter, fields)) {
    if (lines === undefined) return false;
    count += lines.length;
  }
  return count === rows;
}
