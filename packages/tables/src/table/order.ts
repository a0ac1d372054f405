/** Whether the rows of a table follow each other in time. */
import { allRows, type Column, countDifferent, knownRows, type Table } from "./table.ts";

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

function isOrdered(column: Column): boolean {
  const { type, values } = column;
  const { known } = knownRows(column, allRows({ rows: values.length }));
  // A model's year sorts a catalogue; the year of a series is another in each row.
  const least = type === "date" ? LEAST_DIFFERENT : Math.max(LEAST_DIFFERENT, known.length / 2);
  if (countDifferent(column, known).different < least) return false;
  let [up, down] = [0, 0];
  for (let i = 1; i < known.length; i++) {
    const [before, after] = [values[known[i - 1]] as string | number, values[known[i]] as string | number];
    if (after > before) up++;
    if (after < before) down++;
  }
  const steps = up + down;
  return Math.min(up, down) <= (steps < FEW ? 0 : (1 - SHARE) * steps);
}
