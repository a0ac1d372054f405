/** What about the rows should make one doubt the result, a sentence each. */
import { type ColumnRole, isFreeText } from "./columns.ts";
import { timeOrder } from "./order.ts";
import type { ColumnOutliers } from "./outliers.ts";
import type { Part } from "./parts.ts";
import { type Column, type Table, textAt } from "./table.ts";

export function orderNotes(table: Table): string[] {
  const name = timeOrder(table);
  if (name === undefined) return [];
  return [
    `the rows are in the order of '${name}', and the parts are drawn at random: rows beside each other fall into different parts, so the scores say how well gaps are filled, not how well the future is foretold; --time '${name}' judges by what came later`,
  ];
}

/** More outliers than these are counted. */
const MOST_OUTLIERS = 3;

/** @param aside rows that are left out for their outliers */
export function outlierNotes(outliers: readonly ColumnOutliers[], aside: readonly number[]): string[] {
  return outliers.map(({ name, found, least, most }) => {
    const shown = found.slice(0, MOST_OUTLIERS).map(({ row, value }) => `row ${row + 1} holds ${value}`);
    const more = found.length > MOST_OUTLIERS ? ` and ${found.length - MOST_OUTLIERS} more are as far` : "";
    const others = `all others lie between ${Number(least.toPrecision(4))} and ${Number(most.toPrecision(4))}`;
    const isAside = found.length === 1 && aside.includes(found[0].row);
    const left = isAside ? "the row is left out, as one row cannot teach what such a value means; " : "";
    return `column '${name}': ${shown.join(", ")}${more}; ${others}: ${left}correct it, or leave it empty, if it is a mistake`;
  });
}

/** More columns than these are counted. */
const MOST_NAMES = 3;

/**
 * What is set aside for being free text, and what only looks like that for a few cells that are no numbers or dates.
 * @param drop what was to be left out
 */
export function textNotes(table: Table, roles: readonly ColumnRole[], drop: readonly string[]): string[] {
  const aside = table.columns.flatMap((column, i) => (roles[i].role === "aside" ? [{ column, role: roles[i] }] : []));
  const spoilt = aside.filter(({ column }) => isSpoilt(column) && !drop.includes(column.name));
  const names = aside.filter(({ column, role }) => isFreeText(role) && !isSpoilt(column)).map(({ role }) => role.name);
  const said = spoilt.map(({ column: { name, note } }) => `column '${name}' is set aside: ${note}`);
  if (names.length === 0) return said;
  const shown = names.slice(0, MOST_NAMES).map((name) => `'${name}'`);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return [...said, `free text is set aside: ${shown.join(", ")}${more}; --type COLUMN=text takes its words`];
}

const isSpoilt = (column: Column): boolean =>
  column.type === "text" && column.note !== undefined && (column.almost === "number" || column.almost === "date");

/** Classes of one row, which are neither learnt nor judged by. */
export function asideNotes(column: Column, aside: readonly number[]): string[] {
  if (aside.length === 0) return [];
  const shown = aside.slice(0, 5).map((row) => `'${textAt(column, row)}' (row ${row + 1})`);
  const more = aside.length > 5 ? ` and ${aside.length - 5} more` : "";
  const what = aside.length === 1 ? "class with one row is" : "classes with one row each are";
  return [
    `target '${column.name}': the ${what} left out, as it cannot be both learnt and judged by: ${shown.join(", ")}${more}`,
  ];
}

/** What it means that no rows are kept for a last judgement. */
export const NO_TEST = "no test rows are kept: the scores of the validation rows decided when to stop, and flatter";

/** Fewer rows than this in a part give scores that hang on the seed. */
const FEW_ROWS = 10;

/**
 * What so few rows, or so few parts, can tell.
 * @param isAsked whether it was asked for that all rows are trained on
 * @param folds whether training leaves out training rows in turn, and judges by them
 */
export function sizeNotes(
  rows: Readonly<Record<Part, ArrayLike<number>>>,
  { isAsked, folds }: { readonly isAsked: boolean; readonly folds: boolean },
): string[] {
  const [train, validation, test] = [rows.train.length, rows.validation.length, rows.test.length];
  const counted = (count: number, what: string): string => `${count} ${what} ${count === 1 ? "row" : "rows"}`;
  if (validation + test === 0 && !folds) {
    const why = isAsked ? "" : ", for there are too few to keep some";
    return [
      `the model is trained on all ${train} rows${why}: none is kept to judge by, so its scores are of rows that it has seen, and how it does on others is not known`,
    ];
  }
  const notes: string[] = [];
  if (test === 0) notes.push(NO_TEST);
  if (validation === 0 && !folds)
    notes.push("no validation rows are kept: training stops by its own loss, and may learn its rows by heart");
  const few = Math.min(...[folds ? train : validation, test].filter((count) => count > 0));
  if (few < FEW_ROWS) {
    const parts = [counted(train, "training"), ...(folds ? [] : [counted(validation, "validation")])];
    notes.push(
      `${train + validation + test} rows tell little: ${parts.join(", ")} and ${counted(test, "test")}; another seed may give quite other scores`,
    );
  }
  return notes;
}
