/** Whether the rows of a table follow each other in time. */
import type { Table } from "./table.ts";

/** Of the steps from one row to the next, this share goes the same way (or stays): a panel starts anew for each member. */
const SHARE = 0.95;
/** Fewer different days say nothing of an order. */
const LEAST_DIFFERENT = 5;

/** The first date column by which the rows are ordered, ascending or descending; undefined where there is none. */
export function timeOrder(table: Table): string | undefined {
  return table.columns.find(({ type, values }) => {
    if (type !== "date") return false;
    const known = values.filter((value) => value !== null) as string[];
    if (new Set(known).size < LEAST_DIFFERENT) return false;
    let [up, down] = [0, 0];
    for (let i = 1; i < known.length; i++) {
      if (known[i] > known[i - 1]) up++;
      if (known[i] < known[i - 1]) down++;
    }
    return Math.min(up, down) <= (1 - SHARE) * (up + down);
  })?.name;
}
