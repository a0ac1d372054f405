/** What there is to say about a column's cells: which of them spoil it, and what was read into them. */
import { countWhere, type Entry, type Judged } from "./kinds.ts";
import { CLOCK, type DecimalSign } from "./numbers.ts";
import { adviceFor } from "./odd-rows.ts";

/** Cells named in one remark. */
const MOST_NAMED = 3;
/** A sheet has a row of units and one of totals at most: of more cells that spoil a column, no row is to blame. */
const MOST_ODD = 2;

/** "'(92.91)' is read as -92.91", and so is '92.91-' */
export function minusNote(entries: readonly Entry[]): string | undefined {
  const first = entries.find(({ text, is }) => is.kind === "number" && (text.startsWith("(") || text.endsWith("-")));
  return first?.is.kind === "number" ? `'${first.text}' is read as ${first.is.point ?? first.is.comma}` : undefined;
}

/**
 * "'-' (12×, first in row 7), 'n.k.' (row 9) and 4 more"
 * @param advice what may be done about one
 */
export function named(entries: readonly Entry[], advice?: (entry: Entry) => string | undefined): string {
  const sorted = entries.toSorted((a, b) => b.count - a.count || a.first - b.first);
  const shown = sorted.slice(0, MOST_NAMED).map((entry) => {
    const { text, count, first } = entry;
    const short = text.length > 30 ? `${text.slice(0, 30)}…` : text;
    const more = advice?.(entry);
    return `'${short}' (${count > 1 ? `${count}×, first in ` : ""}row ${first + 1}${more === undefined ? "" : `, ${more}`})`;
  });
  const rest = sorted.length - shown.length;
  return `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** What a text column has to say: its note, and what most of its values are. */
export interface Remark {
  readonly note?: string;
  readonly almost?: "number" | "date" | "missing";
}

/** Why a column whose cells are all numbers, or all dates, cannot be read as such, and the cell that is to blame. */
export interface Trouble extends Remark {
  readonly cell: Entry;
}

/**
 * Which cells of a text column keep it from being numbers or dates, where at least half of them are; why digits are no
 * numbers, where they are codes.
 */
export function spoilt(judged: Judged): Remark {
  const { entries, values } = judged;
  const count = (...kinds: string[]): number => countWhere(entries, ({ kind }) => kinds.includes(kind));
  const code = entries.find(({ is }) => is.kind === "code");
  if (code?.is.kind === "code" && count("number", "code") === values) {
    return { note: `digits kept as text, for ${code.is.why}: ${named([code])}` };
  }
  const [numbers, dates] = [count("number"), count("date", "time")];
  const [most, kinds, almost] =
    numbers >= dates ? ([numbers, ["number"], "number"] as const) : ([dates, ["date", "time"], "date"] as const);
  if (most < values / 2) return {};
  const others = entries.filter(
    ({ is: { kind } }) => kind !== "missing" && kind !== "mark" && !(kinds as readonly string[]).includes(kind),
  );
  const advice = others.length > MOST_ODD ? undefined : (entry: Entry) => adviceFor(judged, entry);
  return { note: `${most} of ${values} values are ${almost}s; not ${named(others, advice)}`, almost };
}

/** What keeps numbers apart: two currencies, two decimal signs, a sign other than the given one. */
export function numberTrouble(
  { entries, evidence }: Judged,
  sign: DecimalSign,
  given: DecimalSign | undefined,
): Trouble | undefined {
  const numbers = entries.filter(({ is }) => is.kind === "number");
  const affixes = new Map<string, Entry[]>();
  for (const entry of numbers) {
    const same = affixes.get(affixOf(entry));
    if (same) same.push(entry);
    else affixes.set(affixOf(entry), [entry]);
  }
  if (affixes.size > 1) {
    const [[main, most], ...others] = [...affixes].toSorted(([, a], [, b]) => rows(b) - rows(a));
    // Letters behind most of them are part of a code: 1012 AB, 1013 AC.
    const cell = others[0][1][0];
    if (rows(most) < rows(numbers) / 2) return { cell };
    const what = main === "" ? "without a unit" : main === CLOCK ? "as times of day" : `in '${main}'`;
    const rest = named(others.flatMap(([, of]) => of));
    return { note: `numbers of more than one kind: ${rows(most)} ${what}; not ${rest}`, almost: "number", cell };
  }
  const [point, comma] = [evidence["."], evidence[","]];
  if (given === undefined && point && comma) {
    const both = `${named([point])} beside ${named([comma])}`;
    const cell = point.first < comma.first ? comma : point;
    return { note: `numbers with decimal points and with decimal commas: ${both}`, almost: "number", cell };
  }
  const grouped = numbers.filter(({ is }) => is.kind === "number" && is.groups !== undefined);
  const [indian, western] = ["indian", "western"].map((way) =>
    grouped.find(({ is }) => is.kind === "number" && is.groups === way),
  );
  if (indian && western) {
    const both = `groups of two digits, as in India, beside groups of three: ${named([indian, western])}`;
    return { note: both, almost: "number", cell: indian };
  }
  const wrong = entries.filter(({ is }) => is.kind === "number" && (sign === "." ? is.point : is.comma) === undefined);
  if (wrong.length === 0) return undefined;
  const note = `no numbers with a decimal ${sign === "." ? "point" : "comma"}: ${named(wrong)}`;
  return { note, almost: "number", cell: wrong[0] };
}

const affixOf = ({ is }: Entry): string => (is.kind === "number" ? is.affix : "");

const rows = (entries: readonly Entry[]): number => entries.reduce((sum, { count }) => sum + count, 0);

/** "in '%', as written", or "times of day in hours" */
export function affixNote(entries: readonly Entry[]): string | undefined {
  const first = entries.find((entry) => affixOf(entry) !== "");
  if (first?.is.kind !== "number") return undefined;
  if (first.is.affix === CLOCK) return `times of day in hours: '${first.text}' is ${first.is.point}`;
  return `in '${first.is.affix}', as written ('${first.text}')`;
}

/** "'1,23,456' (row 5) is read as 123456, with groups of two digits as in India" */
export function groupsNote(entries: readonly Entry[]): string | undefined {
  const first = entries.find(({ is }) => is.kind === "number" && is.groups === "indian");
  if (first?.is.kind !== "number") return undefined;
  return `${named([first])} is read as ${first.is.point}, with groups of two digits as in India`;
}

/** "'-' (12×, first in row 7) counts as missing" */
export function marksNote({ entries }: Judged): string | undefined {
  return countedAsMissing(entries.filter(({ is }) => is.kind === "mark"));
}

/** "'NA' (row 7) counts as missing", of cells that stand for a missing value even among words */
export function missingNote({ entries }: Judged): string | undefined {
  return countedAsMissing(entries.filter(({ is, text }) => is.kind === "missing" && text !== ""));
}

function countedAsMissing(entries: readonly Entry[]): string | undefined {
  if (entries.length === 0) return undefined;
  return `${named(entries)} ${entries.length > 1 ? "count" : "counts"} as missing`;
}
