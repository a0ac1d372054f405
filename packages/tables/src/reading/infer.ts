/**
 * What each column of text holds, and its values: the one place where a table's cells become numbers, dates, booleans
 * or text, whichever reader brought them.
 *
 * The decimal sign is one for a file: a column whose own cells show it (1,5) is read by it, every other column by the
 * sign that most such columns show. What had to be guessed is said.
 */
import type { Column } from "../table/table.ts";
import type { Cells } from "./cells.ts";
import { dateNotes, isDates, orderOf, shownOrder } from "./date-order.ts";
import { type DateOrder, printDate } from "./dates.ts";
import { checkDeclared } from "./declared.ts";
import { countWhere, type Entry, type Judged, judge } from "./kinds.ts";
import type { DecimalSign, WrittenNumber } from "./numbers.ts";
import { summaryNotes } from "./odd-rows.ts";
import type { ColumnType, Reading } from "./reading.ts";
import {
  affixNote,
  groupsNote,
  marksNote,
  minusNote,
  missingNote,
  numberTrouble,
  type Remark,
  spoilt,
  type Trouble,
} from "./remarks.ts";
import { spellings } from "./spellings.ts";
import { ValueError } from "./value-error.ts";

/** What the caller knows of how cells are written. */
export interface InferOptions {
  /** How numbers are written, where the caller knows. */
  readonly decimal?: DecimalSign | undefined;
  /** Whether the day comes first in 3/4/2024, where the caller knows. */
  readonly dates?: DateOrder | undefined;
  /** What columns are, by name, whatever their cells look like. */
  readonly types?: Readonly<Record<string, ColumnType>> | undefined;
  /** How the table was read that a model was trained on, for what nothing in this one shows. */
  readonly remembered?: Reading | undefined;
  /** The sign where no cell of the file shows one: a comma in files separated by semicolons. */
  readonly likely?: DecimalSign | undefined;
  /** The names of columns that the reader itself found to be numbers with decimal points. */
  readonly pointColumns?: readonly string[];
}

/** Columns of text as what they hold, and what had to be guessed for it. */
export interface Inferred {
  /** In the order of the columns given. */
  readonly columns: readonly Column[];
  readonly decimal: DecimalSign;
  /** What comes first in dates, where a column had to be decided. */
  readonly dates?: DateOrder;
  /** What was guessed about the file as a whole, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * What columns of text hold: numbers, dates, truth values, categories or text, by rules that are said.
 * @throws ValueError where a column of numbers holds an infinity, or a number too large for 64 bits, and where a cell is
 * not what its column was declared to be
 */
export function inferColumns(columns: readonly Cells[], options: InferOptions = {}): Inferred {
  const { remembered } = options;
  const types = { ...remembered?.types, ...options.types };
  const judged = columns.map((column) =>
    judge(column, Object.hasOwn(types, column.name) ? types[column.name] : undefined),
  );
  // Where every number reads alike either way, the table that was trained on says nothing about this one's sign.
  const isOpen = judged.some((column) => isNumbers(column) && column.ambiguous !== undefined);
  const likely = isOpen ? (remembered?.decimal ?? options.likely) : options.likely;
  const decimal = options.decimal ?? decimalOf(judged, { ...options, likely });
  const order = { dates: options.dates, remembered: remembered?.dates, file: shownOrder(judged) };
  const read = judged.map((column) => columnOf(column, signOf(column, decimal, options), options.decimal, order));
  const dates = options.dates ?? order.file ?? order.remembered;
  return {
    columns: read,
    decimal,
    ...(dates && { dates }),
    notes: [...notesOf(judged, read, decimal, options), ...summaryNotes(judged)],
  };
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

interface Order {
  readonly dates: DateOrder | undefined;
  readonly remembered: DateOrder | undefined;
  /** What the file's columns show. */
  readonly file: DateOrder | undefined;
}

/** The column, by what it was declared to be, or what all its values are; text where they are of more than one kind. */
function columnOf(judged: Judged, sign: DecimalSign, given: DecimalSign | undefined, order: Order): Column {
  const { entries, values, declared } = judged;
  if (declared === "category" || declared === "text") return { ...textColumn(judged, {}), declared };
  if (declared !== undefined) checkDeclared(judged, declared);
  else if (values === 0) return textColumn(judged, { almost: "missing" });
  else if (countWhere(entries, ({ kind }) => kind === "boolean") === values) return booleanColumn(judged);
  if (declared === "date" || (declared === undefined && isDates(judged))) return dateColumn(judged, order);
  if (declared === undefined && !isNumbers(judged)) return textColumn(judged, spoilt(judged));
  const trouble = numberTrouble(judged, sign, given);
  if (trouble === undefined) return numberColumn(judged, sign);
  return troubled(judged, trouble);
}

/** Text, unless the column was declared to be something else. */
function troubled(judged: Judged, { cell, ...remark }: Trouble): Column {
  const { cells, declared } = judged;
  if (declared === undefined) return textColumn(judged, remark);
  throw new ValueError(cells.name, cell.first, cell.text, `a ${declared} like the others`, remark.note);
}

/** Cells as they are written; null where they are missing. */
function textColumn(judged: Judged, remark: Remark): Column {
  const values = valuesOf(judged, ({ text, is }) => (is.kind === "missing" ? null : text));
  const note = noted(remark.note, remark.almost === "missing" ? undefined : missingNote(judged));
  return { name: judged.cells.name, type: "text", values, ...remark, ...note };
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

function dateColumn(judged: Judged, options: Order): Column {
  const { cells, entries, declared } = judged;
  const ordered = orderOf(judged, options.file, options);
  if ("trouble" in ordered) return troubled(judged, ordered.trouble);
  const { order, note } = ordered;
  const kind = entries.some(({ is }) => is.kind === "time") ? "time" : "date";
  const values = valuesOf(judged, ({ is }) =>
    "at" in is && is.at[order] !== undefined ? printDate(is.at[order], kind) : null,
  );
  const offsets = new Set(entries.flatMap(({ is }) => ("at" in is ? [is.offset] : [])));
  const [offset] = offsets;
  const zone = offsets.size === 1 && offset !== undefined ? { offset } : {};
  const notes = noted(note, ...dateNotes(judged, order), marksNote(judged));
  return { name: cells.name, type: "date", values, ...zone, ...(declared && { declared }), ...notes };
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
  const { cells, entries, declared } = judged;
  const read = entries.map((entry) => numberOf(entry, sign));
  const infinite = entries.find((_, i) => Math.abs(read[i]) === Number.POSITIVE_INFINITY);
  if (infinite) throw new ValueError(cells.name, infinite.first, infinite.text, "a finite number");
  const values = Float64Array.from(cells.places, (place) => (place < 0 ? Number.NaN : read[place]));
  const written = spellings(entries.map(({ text, count }, i) => [text, read[i], count] as const));
  const notes = noted(affixNote(entries), groupsNote(entries), minusNote(entries), marksNote(judged));
  const spelt = written.size > 0 ? { written } : {};
  return { name: cells.name, type: "number", values, ...spelt, ...(declared && { declared }), ...notes };
}

function numberOf({ is }: Entry, sign: DecimalSign): number {
  return is.kind === "number" ? ((sign === "." ? is.point : is.comma) ?? Number.NaN) : Number.NaN;
}

/** What was guessed for the whole file: decimal commas, and numbers that could be read in two ways. */
function notesOf(
  judged: readonly Judged[],
  columns: readonly Column[],
  decimal: DecimalSign,
  { decimal: given, pointColumns = [], remembered }: InferOptions,
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
        .map((column) =>
          openNote(
            column,
            decimal,
            isShown
              ? "as the other columns show"
              : remembered?.decimal === decimal
                ? "as in training"
                : "which nothing in the file decides",
          ),
        ),
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

function openNote({ cells, ambiguous }: Judged, decimal: DecimalSign, why: string): string {
  const { text, is } = ambiguous as Entry;
  const { point, comma } = is as WrittenNumber;
  const [read, unread, way] = decimal === "." ? [point, comma, ","] : [comma, point, "."];
  return `column '${cells.name}': '${text}' is read as ${read}, ${why}; with decimal '${way}' it is ${unread}`;
}
