/** Rows parted so that no group stands on two sides. */
import { type Split, shuffle } from "@chaingrad/core";
import { type Column, EncodingError, type Rows, textAt } from "../table.ts";
import type { SplitRows } from "./split-rows.ts";

/** Far from the streams that random splits, folds and epochs use. */
const GROUP_STREAM = 2 ** 31 - 101;

/** Of each row the number of its group, in the order in which they come. Throws EncodingError on a row of none. */
export function groupsOf(column: Column, rows: Rows): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(rows, (row) => {
    const name = textAt(column, row);
    if (name === null)
      throw new EncodingError(`column '${column.name}', row ${row + 1}: no group is given`, column.name, row);
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  });
}

/** Groups in random order, as many for each part as come nearest to its share of the rows, and one at least. */
export function splitByGroup(
  column: Column,
  { rows, seed, validation, test }: Pick<SplitRows, "rows" | "seed" | "validation" | "test">,
): Split {
  const groups = groupsOf(column, rows);
  const sizes: number[] = [];
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  const order = shuffle(
    sizes.map((_, group) => group),
    seed,
    GROUP_STREAM,
  );
  const wanted = [test, validation].filter((share) => share > 0);
  if (sizes.length < wanted.length + 1)
    throw new EncodingError(
      `column '${column.name}' has ${sizes.length} ${sizes.length === 1 ? "group" : "groups"}, and ${wanted.length + 1} parts need one each`,
      column.name,
    );
  let next = 0;
  const taken = (share: number, later: number): Set<number> => {
    const part = new Set<number>();
    let room = share * rows.length;
    while (share > 0 && next < order.length - later) {
      const size = sizes[order[next]];
      if (part.size > 0 && size / 2 > room) break;
      part.add(order[next++]);
      room -= size;
    }
    return part;
  };
  const inTest = taken(test, wanted.length);
  const inValidation = taken(validation, 1);
  const isTraining = (group: number): boolean => !inTest.has(group) && !inValidation.has(group);
  return {
    train: rows.filter((_, i) => isTraining(groups[i])),
    validation: rows.filter((_, i) => inValidation.has(groups[i])),
    test: rows.filter((_, i) => inTest.has(groups[i])),
  };
}
