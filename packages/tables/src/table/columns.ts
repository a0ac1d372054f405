/** What each column of a table is good for, and why: decided before training, in words a person can check. */
import { nearest } from "@chaingrad/core";
import { checkKeys, checkName } from "@chaingrad/core/given";
import { COLUMN_TYPES, type ColumnType } from "../reading/reading.ts";
import { rareBelow } from "./rare.ts";
import { allRows, type Column, countDifferent, numbersAt, type Rows, type Table, TargetError } from "./table.ts";

/**
 * `number` is an amount, `date` a trend and the cycles of the calendar, `category` one of a few values, `text` a bag of words;
 * `aside` is not used, `weight` and `offset` are no features.
 */
export type Role = "target" | "number" | "category" | "date" | "text" | "aside" | "weight" | "offset";

/** What a column is taken for, and why. */
export interface ColumnRole {
  readonly name: string;
  readonly role: Role;
  /** One line: "free text: 311 different values in 398 rows". */
  readonly why: string;
}

/** By the names of columns: what they are taken for, whatever they look like. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;

/**
 * The role of every column, in the table's order. A caller may change `role` before the encoder is fitted: a number
 * column may be a category, and text that spells numbers a number.
 * Throws TargetError when the table has no such target, and RangeError on a type of a column that there is not, or that is none.
 * @param types what columns are taken for, as somebody said; all others as they look, or as their reader was told
 */
export function describeColumns(table: Table, target: string, types: ColumnTypes = {}): ColumnRole[] {
  const names = table.columns.map(({ name }) => name);
  if (!names.includes(target)) {
    const near = nearest(target, names);
    const hint = near === undefined ? `the columns are ${listed(names)}` : `did you mean '${near}'?`;
    throw new TargetError(`the table has no column '${target}' to predict; ${hint}`, target);
  }
  checkKeys("types", types, Object.fromEntries(names.map((name) => [name, true])), "column");
  for (const [name, type] of Object.entries(types)) checkName(`types.${name}`, type, COLUMN_TYPES);
  const roles = table.columns.map((column): ColumnRole => {
    const { name } = column;
    const { role, why }: Description =
      name === target
        ? { role: "target", why: "to be predicted" }
        : describe(column, table, Object.hasOwn(types, name) ? types[name] : column.declared);
    return { name, role, why: column.note === undefined ? why : `${why}; ${column.note}` };
  });
  if (roles.some(({ role }) => role !== "aside" && role !== "target")) return roles;
  return roles.map((role) =>
    role.why === ROW_NUMBERS
      ? { ...role, role: "number", why: "numbers: they count rows, but nothing else is left" }
      : role,
  );
}

function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 20)
    .map((name) => `'${name}'`)
    .join(", ");
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

const ROW_NUMBERS = "an identifier: it counts the rows";
const FREE_TEXT = "free text";
/** Whether a column is set aside for holding texts that hardly repeat, though their words may tell something. */
export const isFreeText = ({ role, why }: ColumnRole): boolean => role === "aside" && why.startsWith(FREE_TEXT);
const IDENTIFIER = "an identifier: every value differs";

/** What each type is called. */
const ASKED: Readonly<Record<ColumnType, string>> = {
  ...{ number: "numbers", category: "a category", date: "dates", text: "text" },
};

type Description = Omit<ColumnRole, "name">;
const aside = (why: string): Description => ({ role: "aside", why });

function describe(column: Column, table: Table, type: ColumnType | undefined): Description {
  const { different, most, missing } = countDifferent(column, allRows(table));
  if (different === 0) return aside("no values at all");
  if (different === 1 && missing === 0) return aside("the same value in every row");
  const rows = table.rows - missing;
  const gaps = missing > 0 ? `, ${missing} missing` : "";
  if (type !== undefined) return { role: type, why: `${ASKED[type]}, as asked: ${different} different values${gaps}` };
  if (column.type === "number") return describeNumbers(column.name, column.values, different, gaps);
  if (column.type === "date") return describeDates(column, allRows(table), gaps);
  const values = `${different} different values in ${rows} rows`;
  if (column.type === "text") {
    if (different === rows) return aside(IDENTIFIER);
    const few = different <= rows / 5 || (different <= 10 && different <= rows / 2);
    if (!few || most < rareBelow(table.rows)) return aside(`${FREE_TEXT}: ${values}`);
  }
  return { role: "category", why: `a category: ${values}${gaps}` };
}

/** `id`, `user_id`, `userId`, `UUID`, … */
const ID_NAME = /(^|[^a-z])(id|uuid|guid|key|index|row|nr)$/i;
const ID_SUFFIX = /[a-z](Id|ID)$/;

function describeNumbers(name: string, values: Float64Array, different: number, gaps: string): Description {
  if (different === values.length && values.every(Number.isInteger)) {
    if (ID_NAME.test(name) || ID_SUFFIX.test(name)) return aside(IDENTIFIER);
    if (values.every((value, row) => row === 0 || value === values[row - 1] + 1)) return aside(ROW_NUMBERS);
  }
  return { role: "number", why: `numbers: ${different} different values${gaps}` };
}

function describeDates(column: Column, rows: Rows, gaps: string): Description {
  try {
    numbersAt(column, rows, "date");
  } catch (error) {
    return aside(`dates that cannot be read: ${(error as Error).message}`);
  }
  return { role: "date", why: `dates${gaps}` };
}
