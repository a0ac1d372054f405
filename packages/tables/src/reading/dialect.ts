/**
 * How a text is a table: which sign separates its columns, where its header stands, and what stands above it. All rows
 * vote for the separator, not the header alone; what is skipped is said.
 */

const DELIMITERS = ["\t", ";", "|", ","] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** Rows that vote. */
const VOTERS = 500;
/** The share of rows that must have as many fields as most for a sign to be the separator on their word. */
const AGREED = 0.8;

export interface DialectOptions {
  /** The separator, where the caller knows it. */
  readonly delimiter?: Delimiter | undefined;
  /** Lines above the header, where the caller knows. */
  readonly skip?: number | undefined;
}

export interface Dialect {
  readonly delimiter: Delimiter;
  /** The header's fields, trimmed. */
  readonly names: readonly string[];
  /** The header's first line and the first line after it, counted from 1. */
  readonly headerLine: number;
  readonly dataLine: number;
  /** Where the rows begin, in characters of the text. */
  readonly dataStart: number;
  /** The line break after the header; empty where it ends the text. */
  readonly lineEnd: string;
  /** What was skipped, a sentence each. */
  readonly notes: readonly string[];
}

/** A header that cannot be read; `line` counts from 1. */
export class DialectError extends Error {
  override readonly name: string = "DialectError";
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** One record of a text: its fields, trimmed, and where it stands. */
interface TextRecord {
  readonly fields: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly lineEnd: string;
}

/**
 * The dialect of a text without its byte order mark, which may be the start of a longer one (`whole` false).
 * @throws DialectError where the header's quotes do not close
 */
export function dialectOf(text: string, whole: boolean, options: DialectOptions = {}): Dialect {
  const declared = /^sep=([\t;|,])\r?\n/i.exec(text);
  const given = options.delimiter ?? (declared?.[1] as Delimiter | undefined);
  const start = options.skip === undefined ? aboveEnd(text, declared?.[0].length ?? 0) : lineStart(text, options.skip);
  const ballots = (given ? [given] : DELIMITERS).map((delimiter) => ballot(text, start, whole, delimiter));
  const elected = ballots
    .filter(({ most, share }) => most >= 2 && share >= AGREED)
    .reduce<Ballot | undefined>((best, one) => (best && best.share >= one.share ? best : one), undefined);
  const chosen = elected ?? ballots.reduce((best, one) => (one.names >= best.names ? one : best));
  const header = headerOf(chosen, text, start, elected !== undefined && options.skip === undefined);
  if (header === undefined) throw new DialectError("a quote in the header is not closed", lineAt(text, start));
  const headerLine = lineAt(text, header.start);
  const notes =
    options.skip === undefined && headerLine > 1 ? [skipped(text.slice(0, header.start), headerLine - 1)] : [];
  const dataLine = lineAt(text, header.end);
  const { fields: names, end: dataStart, lineEnd } = header;
  return { delimiter: chosen.delimiter, names, headerLine, dataLine, dataStart, lineEnd, notes };
}

interface Ballot {
  readonly delimiter: Delimiter;
  readonly records: readonly TextRecord[];
  /** Fields in the first record. */
  readonly names: number;
  /** Fields in most records, and the share of the records, from the header on, that have so many. */
  readonly most: number;
  readonly share: number;
}

function ballot(text: string, start: number, whole: boolean, delimiter: Delimiter): Ballot {
  const records = recordsOf(text, start, delimiter);
  // The end of a text that goes on may cut a record in two.
  if (!whole && records.length > 1) records.pop();
  const counts = new Map<number, number>();
  const filled = records.filter(({ fields }) => fields.length > 1 || fields[0] !== "");
  for (const { fields } of filled) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  const [most, votes] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  const names = records[0]?.fields.length ?? 0;
  // Titles above the header have no vote.
  const header = filled.findIndex(({ fields }) => fields.length === most);
  const titles = filled.slice(0, header).every(({ fields }) => fields.length === 1) ? header : 0;
  return { delimiter, records, names, most, share: filled.length === 0 ? 0 : votes / (filled.length - titles) };
}

/**
 * The first record that has as many fields as most, where all above it are lines of one field; otherwise the first.
 * It may be a comment itself: NumPy and gnuplot write `# x,y` above their numbers.
 */
function headerOf(
  { records, most, delimiter }: Ballot,
  text: string,
  start: number,
  seek: boolean,
): TextRecord | undefined {
  const at = seek ? records.findIndex(({ fields }) => fields.length === most) : 0;
  const header = records.slice(0, at).every(({ fields }) => fields.length === 1) ? records[at] : records[0];
  if (header === undefined || at > 0) return header;
  const comment = /(?:^|[\r\n])(#+[ \t]?)([^\r\n]*)(\r\n|\n|\r)$/.exec(text.slice(0, start));
  if (comment === null) return header;
  const [, sign, line, lineEnd] = comment;
  const [named] = recordsOf(line, 0, delimiter);
  if (named?.fields.length !== header.fields.length || named.fields.some(isNumber)) return header;
  const isHeader = header.fields.some(isNumber) || (named.fields.length > 1 && sign === "#");
  const from = start - lineEnd.length - line.length - sign.length;
  return isHeader ? { fields: named.fields, start: from, end: start, lineEnd } : header;
}

const isNumber = (text: string): boolean => text !== "" && Number.isFinite(Number(text.replace(",", ".")));

/** At most so many records from `start` on; none where the first one's quotes do not fit the delimiter. */
function recordsOf(text: string, start: number, delimiter: Delimiter): TextRecord[] {
  const end = delimiter === "|" ? "\\|" : delimiter;
  const field = new RegExp(`(?: *"((?:[^"]|"")*)" *|(?! *")([^${end}\r\n]*))(${end}|\r\n|[\r\n]|$)`, "y");
  const records: TextRecord[] = [];
  let fields: string[] = [];
  let from = start;
  field.lastIndex = start;
  while (records.length < VOTERS && field.lastIndex < text.length) {
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

/** Where the comments at the start of a text end; its start where there is nothing else. */
function aboveEnd(text: string, start: number): number {
  const comments = /(?:#[^\r\n]*(?:\r\n|\n|\r))*/y;
  comments.lastIndex = start;
  comments.exec(text);
  return text.slice(comments.lastIndex).trim() === "" ? start : comments.lastIndex;
}

function lineStart(text: string, lines: number): number {
  const line = /[^\r\n]*(?:\r\n|\n|\r)/y;
  for (let i = 0; i < lines; i++) if (line.exec(text) === null) return text.length;
  return line.lastIndex;
}

/** The line of a place, from 1. */
function lineAt(text: string, place: number): number {
  return [...text.slice(0, place).matchAll(/\r\n|\n|\r/g)].length + 1;
}

function skipped(above: string, lines: number): string {
  const first = above.split(/[\r\n]/, 1)[0];
  const start = first.length > 40 ? `${first.slice(0, 40)}…` : first;
  return lines === 1
    ? `line 1 stands above the header and is skipped: '${start}'`
    : `lines 1 to ${lines} stand above the header and are skipped: '${start}' …`;
}
