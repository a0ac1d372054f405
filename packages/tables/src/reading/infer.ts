/**
 * What each column of text holds, and its values: the one place where a table's cells become numbers, dates, booleans
 * or text, whichever reader brought them.
 *
 * The decimal sign is one for a file: a column whose own cells show it (1,5) is read by it, every other column by the
 * sign that most such columns show. What had to be guessed is said.
 */
import type { Column } from "../table/table.ts";
import type { Cells } from "./cells.ts";
import { printDate } from "./dates.ts";
import { countWhere, type Entry, type Judged, judge } from "./kinds.ts";
import type { DecimalSign, WrittenNumber } from "./numbers.ts";
import { affixNote, marksNote, minusNote, numberTrouble, type Remark, spoilt } from "./remarks.ts";
import { spellings } from "./spellings.ts";

/** What the caller knows of how numbers are written. */
export interface InferOptions {
  /** How numbers are written, where the caller knows. */
  readonly decimal?: DecimalSign | undefined;
  /** The sign where no cell of the file shows one: a comma in files separated by semicolons. */
  readonly likely?: DecimalSign;
  /** The names of columns that the reader itself found to be numbers with decimal points. */
  readonly pointColumns?: readonly string[];
}

/** Columns of text as what they hold, and what had to be guessed for it. */
export interface Inferred {
  /** In the order of the columns given. */
  readonly columns: readonly Column[];
  readonly decimal: DecimalSign;
  /** What was guessed about the file as a whole, a sentence each. */
  readonly notes: readonly string[];
}

/** A number that cannot be worked with, named by column and row. */
export class ValueError extends Error {
  override readonly name: string = "ValueError";
  readonly column: string;
  /** From 0. */
  readonly row: number;
  constructor(column: string, row: number, text: string) {
    super(`column '${column}', row ${row + 1}: expected a finite number, got '${text}'`);
    this.column = column;
    this.row = row;
  }
}

/**
 * What columns of text hold: numbers, dates, truth values, categories or text, by rules that are said.
 * @throws ValueError where a column of numbers holds an infinity, or a number too large for 64 bits
 */
export function inferColumns(columns: readonly Cells[], options: InferOptions = {}): Inferred {
  const judged = columns.map(judge);
  const decimal = options.decimal ?? decimalOf(judged, options);
  const read = judged.map((column) => columnOf(column, signOf(column, decimal, options), options.decimal));
  return { columns: read, decimal, notes: notesOf(judged, read, decimal, options) };
}

/** The sign that most columns show by themselves. */
function decimalOf(judged: readonly Judged[], { likely = ".", pointColumns = [] }: InferOptions): DecimalSign {
  const shows = (sign: DecimalSign, other: DecimalSign): number =>
    judged.filter((column) => isNumbers(column) && column.evidence[sign] && !column.evidence[other]).length;
  const [points, commas] = [shows(".", ",") + pointColumns.length, shows(",", ".")];
  if (points === commas) return likely;
  return points > commas ? "." : ",";
}

function signOf({ evidence }: Judged, file: DecimalSign, { decimal }: InferOptions): DecimalSign {
  if (decimal !== undefined || Boolean(evidence["."]) === Boolean(evidence[","])) return file;
  return evidence["."] ? "." : ",";
}

const isNumbers = ({ entries, values }: Judged): boolean =>
  values > 0 && countWhere(entries, ({ kind }) => kind === "number") === values;

/** The column, by what all its values are; text where they are of more than one kind. */
function columnOf(judged: Judged, sign: DecimalSign, given: DecimalSign | undefined): Column {
  const { entries, values } = judged;
  const all = (...kinds: string[]): boolean => countWhere(entries, ({ kind }) => kinds.includes(kind)) === values;
  if (values === 0) return textColumn(judged, { almost: "missing" });
  if (all("boolean")) return booleanColumn(judged);
  if (all("date", "time")) return dateColumn(judged, all("date") ? "date" : "time");
  if (!isNumbers(judged)) return textColumn(judged, spoilt(judged));
  const trouble = numberTrouble(judged, sign, given);
  return trouble === undefined ? numberColumn(judged, sign) : textColumn(judged, trouble);
}

/** Cells as they are written; null where they are missing. */
function textColumn(judged: Judged, remark: Remark): Column {
  const values = valuesOf(judged, ({ text, is }) => (is.kind === "missing" ? null : text));
  return { name: judged.cells.name, type: "text", values, ...remark };
}

/** True and false in the spelling that most rows have. */
function booleanColumn(judged: Judged): Column {
  const usual = (truth: string): string | undefined =>
    judged.entries
      .filter(({ text }) => text.toLowerCase() === truth)
      .reduce<Entry | undefined>((best, one) => (best && best.count >= one.count ? best : one), undefined)?.text;
  const spelt = new Map(["true", "false"].map((truth) => [truth, usual(truth) ?? null]));
  const values = valuesOf(judged, ({ text }) => spelt.get(text.toLowerCase()) ?? null);
  return { name: judged.cells.name, type: "boolean", values, ...noted(marksNote(judged)) };
}

function dateColumn(judged: Judged, kind: "date" | "time"): Column {
  const values = valuesOf(judged, ({ is }) => ("milliseconds" in is ? printDate(is.milliseconds, kind) : null));
  const offsets = new Set(judged.entries.flatMap(({ is }) => ("milliseconds" in is ? [is.offset] : [])));
  const [offset] = offsets;
  const zone = offsets.size === 1 && offset !== undefined ? { offset } : {};
  return { name: judged.cells.name, type: "date", values, ...zone, ...noted(marksNote(judged)) };
}

/** Notes joined to one; nothing where there are none. */
function noted(...notes: (string | undefined)[]): Pick<Column, "note"> {
  const said = notes.filter((note) => note !== undefined);
  return said.length === 0 ? {} : { note: said.join("; ") };
}

function valuesOf({ cells, entries }: Judged, value: (entry: Entry) => string | null): (string | null)[] {
  const values = entries.map(value);
  return Array.from(cells.places, (place) => (place < 0 ? null : values[place]));
}

function numberColumn(judged: Judged, sign: DecimalSign): Column {
  const { cells, entries } = judged;
  const read = entries.map((entry) => numberOf(entry, sign));
  const infinite = entries.find((_, i) => Math.abs(read[i]) === Number.POSITIVE_INFINITY);
  if (infinite) throw new ValueError(cells.name, infinite.first, infinite.text);
  const values = Float64Array.from(cells.places, (place) => (place < 0 ? Number.NaN : read[place]));
  const written = spellings(entries.map(({ text, count }, i) => [text, read[i], count] as const));
  const notes = noted(affixNote(entries), minusNote(entries), marksNote(judged));
  return { name: cells.name, type: "number", values, ...(written.size > 0 ? { written } : {}), ...notes };
}

function numberOf({ is }: Entry, sign: DecimalSign): number {
  return is.kind === "number" ? ((sign === "." ? is.point : is.comma) ?? Number.NaN) : Number.NaN;
}

/** What was guessed for the whole file: decimal commas, and numbers that could be read in two ways. */
function notesOf(
  judged: readonly Judged[],
  columns: readonly Column[],
  decimal: DecimalSign,
  { decimal: given, pointColumns = [] }: InferOptions,
): string[] {
  if (given !== undefined) return [];
  const numbers = judged.filter((_, i) => columns[i].type === "number");
  const evident = numbers.find(({ evidence }) => evidence[decimal]);
  const other = numbers.filter(({ evidence }) => evidence[decimal === "." ? "," : "."]);
  const open = numbers.filter(({ ambiguous, evidence }) => ambiguous && !evidence["."] && !evidence[","]);
  const isShown = evident !== undefined || other.length > 0 || pointColumns.length > 0;
  const comma = decimal === "," ? evident?.evidence[","] : undefined;
  const points = decimal === "," ? pointColumns : [];
  return [
    ...(comma ? [`numbers are read with decimal commas, as '${comma.text}' in '${evident?.cells.name}'`] : []),
    ...few([...other.map((column) => unlikeNote(column, decimal)), ...points.map((name) => unlike(name, "point"))]),
    ...few(
      open
        .filter((column) => !isShown || isGrouped(column, decimal))
        .map((column) => openNote(column, decimal, isShown)),
    ),
  ];
}

/** More columns than these are counted. */
const MOST_NOTES = 5;

function few(notes: readonly string[]): string[] {
  const rest = notes.length - MOST_NOTES;
  return rest <= 1 ? [...notes] : [...notes.slice(0, MOST_NOTES), `and ${rest} more columns likewise`];
}

const unlike = (name: string, sign: string): string =>
  `column '${name}' is read with a decimal ${sign}, unlike the rest of the file`;

function unlikeNote({ cells, evidence }: Judged, file: DecimalSign): string {
  const [entry, sign] = file === "." ? [evidence[","], "comma"] : [evidence["."], "point"];
  return `${unlike(cells.name, sign)}, as '${entry?.text}' shows`;
}

/** Whether the sign in its number is read as that of thousands. */
const isGrouped = ({ ambiguous }: Judged, decimal: DecimalSign): boolean =>
  ambiguous?.text.includes(decimal === "." ? "," : ".") === true;

function openNote({ cells, ambiguous }: Judged, decimal: DecimalSign, isShown: boolean): string {
  const { text, is } = ambiguous as Entry;
  const { point, comma } = is as WrittenNumber;
  const [read, unread, way] = decimal === "." ? [point, comma, ","] : [comma, point, "."];
  const why = isShown ? "as the other columns show" : "which nothing in the file decides";
  return `column '${cells.name}': '${text}' is read as ${read}, ${why}; with decimal '${way}' it is ${unread}`;
}
