/** What each column of a table is good for, and why: decided before training, in words a person can check. */
import { nearest } from "@chaingrad/core";
import { allRows, type Column, countValues, numberAt, type Table, TargetError } from "./table.ts";

/** `number` and `date` are standardised, `category` is one-hot; `aside` is not used, `weight` and `offset` are no features. */
export type Role = "target" | "number" | "category" | "date" | "aside" | "weight" | "offset";

/** What a column is taken for, and why. */
export interface ColumnRole {
  readonly name: string;
  readonly role: Role;
  /** One line: "free text: 311 different values in 398 rows". */
  readonly why: string;
}

/**
 * A category with fewer rows than this is rare: one in a hundred, but 2 at least (one
 * row teaches nothing that holds for another) and 10 at most (they are enough for one weight in a table of any length).
 */
export function rareBelow(rows: number): number {
  return Math.max(2, Math.min(10, Math.ceil(rows / 100)));
}

/**
 * The role of every column, in the table's order. A caller may change `role` before the encoder is fitted: a number
 * column may be a category, and text that spells numbers a number.
 * Throws TargetError when the table has no such target.
 */
export function describeColumns(table: Table, target: string): ColumnRole[] {
  const names = table.columns.map(({ name }) => name);
  if (!names.includes(target)) {
    const near = nearest(target, names);
    const hint = near === undefined ? `the columns are ${listed(names)}` : `did you mean '${near}'?`;
    throw new TargetError(`the table has no column '${target}' to predict; ${hint}`, target);
  }
  const roles = table.columns.map((column): ColumnRole => {
    const { name } = column;
    const { role, why }: Description =
      name === target ? { role: "target", why: "to be predicted" } : describe(column, table);
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
const IDENTIFIER = "an identifier: every value differs";

type Description = Omit<ColumnRole, "name">;
const aside = (why: string): Description => ({ role: "aside", why });

function describe(column: Column, table: Table): Description {
  const { counts, missing } = countValues(column, allRows(table));
  if (counts.length === 0) return aside("no values at all");
  if (counts.length === 1 && missing === 0) return aside("the same value in every row");
  const rows = table.rows - missing;
  const gaps = missing > 0 ? `, ${missing} missing` : "";
  if (column.type === "number") return describeNumbers(column.name, column.values, counts.length, gaps);
  if (column.type === "date") return describeDates(column, table.rows, gaps);
  const values = `${counts.length} different values in ${rows} rows`;
  if (column.type === "text") {
    if (counts.length === rows) return aside(IDENTIFIER);
    const few = counts.length <= rows / 5 || (counts.length <= 10 && counts.length <= rows / 2);
    if (!few || counts[0][1] < rareBelow(table.rows)) return aside(`free text: ${values}`);
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

function describeDates(column: Column, rows: number, gaps: string): Description {
  try {
    for (let row = 0; row < rows; row++) numberAt(column, row, "date");
  } catch (error) {
    return aside(`dates that cannot be read: ${(error as Error).message}`);
  }
  return { role: "date", why: `dates: as days since 1970-01-01${gaps}` };
}
