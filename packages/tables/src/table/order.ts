/** Whether the rows of a table follow each other in time. */
import type { Column, Table } from "./table.ts";

/** Of the steps from one row to the next, so many go the same way: a panel starts anew for each of its members … */
const SHARE = 0.75;
/** … and of fewer steps than these all do, for a few go the same way by chance. */
const FEW = 20;
/** Fewer different times say nothing of an order. */
const LEAST_DIFFERENT = 5;

/** Numbers that are times by their name: `year`, `timestamp`, `unix_time`. */
const TIME_NAME = /(?:^|[^a-z])(?:year|date|time|datetime|timestamp|epoch)$/i;

const isTime = ({ type, name }: Column): boolean => type === "date" || (type === "number" && TIME_NAME.test(name));

/** The first column of times by which the rows are ordered, ascending or descending; undefined where there is none. */
export function timeOrder(table: Table): string | undefined {
  return table.columns.find((column) => isTime(column) && isOrdered(column))?.name;
}

function isOrdered({ type, values }: Column): boolean {
  const known = Array.from<string | number | boolean | null>(values).filter(
    (value): value is string | number => value !== null && !Number.isNaN(value),
  );
  // A model's year sorts a catalogue; the year of a series is another in each row.
  if (new Set(known).size < (type === "date" ? LEAST_DIFFERENT : Math.max(LEAST_DIFFERENT, known.length / 2)))
    return false;
  let [up, down] = [0, 0];
  for (let i = 1; i < known.length; i++) {
    if (known[i] > known[i - 1]) up++;
    if (known[i] < known[i - 1]) down++;
  }
  const steps = up + down;
  return Math.min(up, down) <= (steps < FEW ? 0 : (1 - SHARE) * steps);
}
