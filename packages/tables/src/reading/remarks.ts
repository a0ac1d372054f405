/** What there is to say about a column's cells: which of them spoil it, and what was read into them. */
import { isLikeDate } from "./dates.ts";
import { countWhere, type Entry, type Judged } from "./kinds.ts";
import type { DecimalSign } from "./numbers.ts";

/** Cells named in one remark. */
const MOST_NAMED = 3;

/** "'(92.91)' is read as -92.91", and so is '92.91-' */
export function minusNote(entries: readonly Entry[]): string | undefined {
  const first = entries.find(({ text, is }) => is.kind === "number" && (text.startsWith("(") || text.endsWith("-")));
  return first?.is.kind === "number" ? `'${first.text}' is read as ${first.is.point ?? first.is.comma}` : undefined;
}

/** "'-' (12×, first in row 7), 'n.k.' (row 9) and 4 more" */
function named(entries: readonly Entry[]): string {
  const sorted = entries.toSorted((a, b) => b.count - a.count || a.first - b.first);
  const shown = sorted.slice(0, MOST_NAMED).map(({ text, count, first }) => {
    const short = text.length > 30 ? `${text.slice(0, 30)}…` : text;
    return `'${short}' (${count > 1 ? `${count}×, first in ` : ""}row ${first + 1})`;
  });
  const rest = sorted.length - shown.length;
  return `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** What a text column has to say: its note, and what most of its values are. */
export interface Remark {
  readonly note?: string;
  readonly almost?: "number" | "date" | "missing";
}

/**
 * Which cells of a text column keep it from being numbers or dates, where at least half of them are; why digits are no
 * numbers, where they are codes.
 */
export function spoilt({ entries, values }: Judged): Remark {
  const count = (...kinds: string[]): number => countWhere(entries, ({ kind }) => kinds.includes(kind));
  const code = entries.find(({ is }) => is.kind === "code");
  if (code?.is.kind === "code" && count("number", "code") === values) {
    return { note: `digits kept as text, for ${code.is.why}: ${named([code])}` };
  }
  const [numbers, dates] = [count("number"), count("date", "time")];
  const [most, kinds, almost] =
    numbers >= dates ? ([numbers, ["number"], "number"] as const) : ([dates, ["date", "time"], "date"] as const);
  if (most < values / 2) return daysNote(entries, values);
  const others = entries.filter(
    ({ is: { kind } }) => kind !== "missing" && kind !== "mark" && !(kinds as readonly string[]).includes(kind),
  );
  return { note: `${most} of ${values} values are ${almost}s; not ${named(others)}`, almost };
}

/** Days whose order of parts only their writer knows. */
function daysNote(entries: readonly Entry[], values: number): Remark {
  const days = entries.filter(({ is, text }) => is.kind === "text" && isLikeDate(text));
  if (days.length === 0 || rows(days) < values / 2) return {};
  return { note: `dates are kept as text unless written as 2024-12-31 or 31.12.2024: ${named(days)}` };
}

/** What keeps numbers apart: two currencies, two decimal signs, a sign other than the given one. */
export function numberTrouble(
  { entries, evidence }: Judged,
  sign: DecimalSign,
  given: DecimalSign | undefined,
): Remark | undefined {
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
    if (rows(most) < rows(numbers) / 2) return {};
    const what = main === "" ? "without a unit" : `in '${main}'`;
    const rest = named(others.flatMap(([, of]) => of));
    return { note: `numbers of more than one kind: ${rows(most)} ${what}; not ${rest}`, almost: "number" };
  }
  if (given === undefined && evidence["."] && evidence[","]) {
    const both = `${named([evidence["."]])} beside ${named([evidence[","]])}`;
    return { note: `numbers with decimal points and with decimal commas: ${both}`, almost: "number" };
  }
  const wrong = entries.filter(({ is }) => is.kind === "number" && (sign === "." ? is.point : is.comma) === undefined);
  if (wrong.length === 0) return undefined;
  return { note: `no numbers with a decimal ${sign === "." ? "point" : "comma"}: ${named(wrong)}`, almost: "number" };
}

const affixOf = ({ is }: Entry): string => (is.kind === "number" ? is.affix : "");

const rows = (entries: readonly Entry[]): number => entries.reduce((sum, { count }) => sum + count, 0);

/** "in '%', as written" */
export function affixNote(entries: readonly Entry[]): string | undefined {
  const first = entries.find((entry) => affixOf(entry) !== "");
  return first && `in '${affixOf(first)}', as written ('${first.text}')`;
}

/** "'-' (12×, first in row 7) counts as missing" */
export function marksNote({ entries }: Judged): string | undefined {
  const marks = entries.filter(({ is }) => is.kind === "mark");
  if (marks.length === 0) return undefined;
  return `${named(marks)} ${marks.length > 1 ? "count" : "counts"} as missing`;
}
