/** The records of a text, taken apart at its delimiters, with double quotes around fields that hold such. */

export type Delimiter = "\t" | ";" | "|" | ",";

/** One record: its fields, trimmed, and where it stands. */
export interface TextRecord {
  readonly fields: readonly string[];
  readonly start: number;
  /** Behind its line break. */
  readonly end: number;
  readonly lineEnd: string;
}

/** At most so many records from `start` on; none from one on whose quotes do not fit the delimiter. */
export function recordsOf(text: string, start: number, delimiter: Delimiter, most: number): TextRecord[] {
  const end = delimiter === "|" ? "\\|" : delimiter;
  const field = new RegExp(`(?: *"([^"]*(?:""[^"]*)*)" *|(?! *")([^${end}\r\n]*))(${end}|\r\n|[\r\n]|$)`, "y");
  const records: TextRecord[] = [];
  let fields: string[] = [];
  let from = start;
  field.lastIndex = start;
  while (records.length < most && field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) break;
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2]).trim());
    if (match[3] === delimiter && field.lastIndex < text.length) continue;
    if (match[3] === delimiter) fields.push("");
    records.push({ fields, start: from, end: field.lastIndex, lineEnd: match[3] === delimiter ? "" : match[3] });
    [fields, from] = [[], field.lastIndex];
  }
  return records;
}

/** The line of a place in a text, from 1. */
export function lineAt(text: string, place: number): number {
  return [...text.slice(0, place).matchAll(/\r\n|\n|\r/g)].length + 1;
}
