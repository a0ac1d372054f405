/** What lets a model look better than it will be: rows on two sides, columns that give the target away. */
import type { Prepared } from "../table/prepare.ts";
import { allRows, type Column, countDifferent, numbersAt, type Table, textAt } from "../table/table.ts";
import { encodeTarget } from "../table/target.ts";
import { amountAt } from "../table/targets/amounts.ts";
import { hasClasses, targetsOf } from "../table/targets/target.ts";
import { toldAmounts, toldClasses } from "./giveaway.ts";
import { type SharedRow, sharedWith } from "./shared-rows.ts";

/** R² of a column alone, from which on it is hardly a coincidence. */
const GIVEN_AWAY = 0.999;
/** Of the errors of guessing, so few are left where a column alone tells classes. */
const ERRORS_LEFT = 0.01;
/** Fewer rows say nothing; of more, so many are looked at. */
const FEW = 20;
const MOST_ROWS = 20_000;
/** More are counted. */
const MOST_SHOWN = 3;

/** Sentences to be told before training; none where nothing is suspicious. */
export function leakNotes(table: Table, prepared: Prepared): string[] {
  return [...sharedNotes(table, prepared), ...giveawayNotes(table, prepared)];
}

/** Only where some column's values hardly repeat: of others rows are equal by chance. */
function sharedNotes(table: Table, { data, rows, roles, encoder }: Prepared): string[] {
  const names = new Set(roles.flatMap(({ name, role }) => (role === "number" || role === "date" ? [name] : [])));
  const isDistinct = (column: Column): boolean =>
    names.has(column.name) && countDifferent(column, allRows(table)).different > table.rows / 2;
  if (!table.columns.some(isDistinct)) return [];
  const parts = (["validation", "test"] as const).filter((part) => rows[part].length > 0);
  if (parts.length === 0) return [];
  const sharedBy = sharedWith(data.train, encoder.features.length);
  return parts.flatMap((part) => {
    const shared = sharedBy(data[part]);
    if (shared.length === 0) return [];
    const place = ({ judged, train }: SharedRow): string =>
      `row ${rows[part][judged] + 1} as row ${rows.train[train] + 1}`;
    const more = shared.length > MOST_SHOWN ? ", …" : "";
    return [
      `${shared.length} of ${rows[part].length} ${part} rows stand among the training rows as well (${shared.slice(0, MOST_SHOWN).map(place).join(", ")}${more}): the scores say in part how well rows are remembered`,
    ];
  });
}

function giveawayNotes(table: Table, { roles, rows, target }: Prepared): string[] {
  const features = roles.filter(({ role }) => role === "number" || role === "date" || role === "category");
  const all = Int32Array.from([...rows.train, ...rows.validation, ...rows.test]);
  const step = Math.ceil(all.length / MOST_ROWS);
  const looked = all.filter((_, i) => i % step === 0);
  if (features.length < 2 || looked.length < FEW) return [];
  return targetsOf(target).flatMap((one) => {
    const column = columnOf(table, one.name);
    if (!(hasClasses(one) || one.task === "regression")) return [];
    const truth = hasClasses(one)
      ? encodeTarget(one, column, looked)
      : Float64Array.from(looked, (row) => amountAt(column, row));
    return features.flatMap(({ name, role }) => {
      const values = valuesOf(columnOf(table, name), role, looked);
      const how = hasClasses(one) ? classesTold(values, truth) : amountsTold(values, truth);
      if (how === undefined) return [];
      return [
        `column '${name}' alone tells '${one.name}' (${how}): is it known when a prediction is due? If not, drop it`,
      ];
    });
  });
}

const columnOf = (table: Table, name: string): Column => table.columns.find((column) => column.name === name) as Column;

/** A category's values have no order: each is a number of its own. */
function valuesOf(column: Column, role: string, rows: Int32Array): Float64Array {
  if (role !== "category") return numbersAt(column, rows, role === "date" ? "date" : "number");
  const numbers = new Map<string | null, number>();
  return Float64Array.from(rows, (row) => {
    const text = textAt(column, row);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}

function amountsTold(values: Float64Array, amounts: ArrayLike<number>): string | undefined {
  const r2 = toldAmounts(values, amounts);
  return r2 !== null && r2 >= GIVEN_AWAY ? `R² ${r2.toPrecision(5)}` : undefined;
}

function classesTold(values: Float64Array, labels: ArrayLike<number>): string | undefined {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const guessed = 1 - Math.max(...counts.values()) / labels.length;
  const accuracy = toldClasses(values, labels);
  return guessed > 0 && 1 - accuracy <= ERRORS_LEFT * guessed ? `accuracy ${accuracy.toPrecision(5)}` : undefined;
}
