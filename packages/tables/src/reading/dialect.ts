/**
 * How a text is a table: which sign separates its columns, where its header stands, and what stands above it. All rows
 * vote for the separator, not the header alone; what is skipped is said.
 */

import { readNumber } from "./numbers.ts";
import { type Delimiter, lineAt, recordsOf, type TextRecord } from "./records.ts";

const DELIMITERS: readonly Delimiter[] = ["\t", ";", "|", ","];

/** Rows that vote. */
const VOTERS = 500;
/** The share of rows that must have as many fields as most for a sign to be the separator on their word. */
const AGREED = 0.8;

/** What the caller knows of how a text spells a table. */
export interface DialectOptions {
  /** The separator, where the caller knows it. */
  readonly delimiter?: Delimiter | undefined;
  /** Lines above the header, where the caller knows. */
  readonly skip?: number | undefined;
}

/** How a text spells a table: what separates its columns, and where its header stands. */
export interface Dialect {
  readonly delimiter: Delimiter;
  /** The header's fields, trimmed. */
  readonly names: readonly string[];
  /** The header's first line and the first line after it, counted from 1. */
  readonly headerLine: number;
  readonly dataLine: number;
  /** Where the rows begin, in characters of the text. */
  readonly dataStart: number;
  /** The header as it stands, without its line break; undefined where it is a comment. */
  readonly headerText: string | undefined;
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

/**
 * The dialect of a text without its byte order mark, which may be the start of a longer one (`whole` false).
 * @throws DialectError where the header's quotes do not close, or spaces separate the columns
 */
export function dialectOf(text: string, whole: boolean, options: DialectOptions = {}): Dialect {
  const declared = /^sep=([\t;|,])\r?\n/i.exec(text);
  const given = options.delimiter ?? (declared?.[1] as Delimiter | undefined);
  const start = options.skip === undefined ? aboveEnd(text, declared?.[0].length ?? 0) : lineStart(text, options.skip);
  const ballots = (given ? [given] : DELIMITERS).map((delimiter) => ballot(text, start, whole, delimiter));
  const [elected] = ballots
    .filter(({ most, share }) => most >= 2 && share >= AGREED)
    .toSorted((a, b) => b.share - a.share || a.header - b.header);
  const chosen = elected ?? ballots.reduce((best, one) => (one.names >= best.names ? one : best));
  if (chosen.names < 2 && areSpaced(text, start, whole)) throw new DialectError(SPACED, lineAt(text, start));
  const at = elected === undefined || options.skip !== undefined ? 0 : elected.header;
  const header = chosen.records.at(at);
  if (header === undefined) throw new DialectError("a quote in the header is not closed", lineAt(text, start));
  const comment = at === 0 ? commentHeader(chosen, text, start) : undefined;
  const { fields: names, start: headerStart, end: dataStart, lineEnd } = comment ?? header;
  const [headerLine, dataLine] = [lineAt(text, headerStart), lineAt(text, dataStart)];
  const notes = comment === undefined ? [] : [`the comment in line ${headerLine} is taken for the header`];
  if (options.skip === undefined && headerLine > 1) notes.unshift(skipped(text.slice(0, headerStart), headerLine - 1));
  const headerText = comment === undefined ? text.slice(headerStart, dataStart - lineEnd.length) : undefined;
  return { delimiter: chosen.delimiter, names, headerLine, dataLine, dataStart, headerText, lineEnd, notes };
}

interface Ballot {
  readonly delimiter: Delimiter;
  readonly records: readonly TextRecord[];
  /** Fields in the first record. */
  readonly names: number;
  /** Fields in most records, and the share of the records, from the header on, that have so many. */
  readonly most: number;
  readonly share: number;
  /** The place of the record that is the header if the delimiter is elected. */
  readonly header: number;
}

function ballot(text: string, start: number, whole: boolean, delimiter: Delimiter): Ballot {
  const records = recordsOf(text, start, delimiter, VOTERS);
  // The end of a text that goes on may cut a record in two.
  if (!whole && records.length > 1) records.pop();
  const counts = new Map<number, number>();
  for (const { fields } of records.filter((record) => !isBlank(record)))
    counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  const [most, votes] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  const header = headerPlace(records, most);
  const voters = records.slice(header).filter((record) => !isBlank(record)).length;
  const names = records[0]?.fields.length ?? 0;
  return { delimiter, records, names, most, share: header < 0 ? 0 : votes / voters, header };
}

/**
 * The first record that has as many fields as most, where all above it are titles, or a blank line parts it from them;
 * otherwise the first. −1 where it would be a row of numbers below something else.
 */
function headerPlace(records: readonly TextRecord[], most: number): number {
  const isTitle = ({ fields }: TextRecord): boolean =>
    fields.length === 1 || (most > 2 && fields[0] !== "" && fields.slice(1).every((field) => field === ""));
  const at = records.findIndex((one) => one.fields.length === most && !isBlank(one) && !isTitle(one));
  if (at <= 0) return 0;
  if (records[at].fields.every((field) => field === "" || isNumber(field))) return -1;
  const above = records.slice(0, at);
  return isBlank(records[at - 1]) || above.every((one) => isBlank(one) || isTitle(one)) ? at : 0;
}

const isBlank = ({ fields }: TextRecord): boolean => fields.every((field) => field === "");

/**
 * The last comment above the first record, where it is its header: NumPy and gnuplot write `# x,y` above their numbers,
 * others `#id,name` above text. A first record of words above numbers is a header itself.
 */
function commentHeader({ records, delimiter }: Ballot, text: string, start: number): TextRecord | undefined {
  const comment = /(?<=^|[\r\n])#+([^\r\n]*)(\r\n|\n|\r)\s*$/.exec(text.slice(0, start));
  if (comment === null) return undefined;
  const [first, next] = records.map(({ fields }) => fields);
  const [named] = recordsOf(comment[1], 0, delimiter, 1);
  const fields = [...(named?.fields ?? [])];
  if (fields[0] === "" && fields.length === first.length + 1) fields.shift();
  if (fields[0] === "") fields[0] = "#";
  if (fields.length !== first.length || fields.some(isNumber)) return undefined;
  const isTight = fields.length > 1 && !comment[1].startsWith(" ") && !next?.some(isNumber);
  return first.some(isNumber) || isTight
    ? { fields, start: comment.index, end: start, lineEnd: comment[2] }
    : undefined;
}

const SPACED = "spaces separate the columns: expected commas, semicolons, tabs or bars between them";

/** Whether each line has as many words as the others, among them a number always in the same place. */
function areSpaced(text: string, start: number, whole: boolean): boolean {
  const lines = text
    .slice(start)
    .split(/\r\n|\n|\r/, VOTERS)
    .filter((line) => line.trim() !== "");
  if (!whole) lines.pop();
  const [header, ...rows] = lines.map((line) =>
    [...line.matchAll(/"((?:[^"]|"")*)"|\S+/g)].map(([all, quoted = all]) => quoted),
  );
  if (rows.length === 0 || rows.some(({ length }) => length < 2 || length !== rows[0].length)) return false;
  // R names the columns, but not that of the rows' names.
  const isHeader = header.length === rows[0].length || (header.length > 1 && header.length === rows[0].length - 1);
  const hasNumbers = rows[0].some((_, place) => rows.every((row) => isNumber(row[place])));
  return isHeader && hasNumbers && !lines.slice(1).every((line) => readNumber(line.trim()));
}

const isNumber = (text: string): boolean => text !== "" && Number.isFinite(Number(text.replace(",", ".")));

/** Where the comments at the start of a text end; its start where there is nothing else. */
function aboveEnd(text: string, start: number): number {
  const comments = /(?:#[^\r\n]*(?:\r\n|\n|\r)[\r\n]*)*/y;
  comments.lastIndex = start;
  comments.exec(text);
  return text.slice(comments.lastIndex).trim() === "" ? start : comments.lastIndex;
}

function lineStart(text: string, lines: number): number {
  const line = /[^\r\n]*(?:\r\n|\n|\r)/y;
  for (let i = 0; i < lines; i++) if (line.exec(text) === null) return text.length;
  return line.lastIndex;
}

function skipped(above: string, lines: number): string {
  const first = above.split(/[\r\n]/, 1)[0];
  const start = first.length > 40 ? `${first.slice(0, 40)}…` : first;
  return lines === 1
    ? `line 1 stands above the header and is skipped: '${start}'`
    : `lines 1 to ${lines} stand above the header and are skipped: '${start}' …`;
}
