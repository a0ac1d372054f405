/** Rows parted at moments: what is judged came after what was learnt from. */
import type { Split } from "@chaingrad/core";
import { ascending } from "../../judging/ascending.ts";
import { type Column, EncodingError, numbersAt, type Rows } from "../table.ts";
import type { SplitRows } from "./split-rows.ts";

/** Neighbours in time that stay together where rows are left out in turn, as far as times allow. */
const BLOCKS = 10;

/** Of rows their places in the order of time, and where in it a new moment begins, 0 among them. */
function inTime(column: Column, rows: Rows): { readonly order: Uint32Array; readonly begins: number[] } {
  const times = numbersAt(column, rows, column.type === "number" ? "number" : "date");
  const missing = times.findIndex(Number.isNaN);
  if (missing >= 0) {
    const row = rows[missing];
    throw new EncodingError(`column '${column.name}', row ${row + 1}: no time is given`, column.name, row);
  }
  const order = ascending(times);
  const begins: number[] = [];
  order.forEach((place, i) => {
    if (i === 0 || times[place] !== times[order[i - 1]]) begins.push(i);
  });
  return { order, begins };
}

/** The parts of time with their rows, the earliest first: as many, as evenly filled as times allow. */
export function periods(column: Column, rows: Int32Array, count: number): Int32Array[] {
  const { order, begins } = inTime(column, rows);
  const cuts = cutsAt(
    begins,
    Array.from({ length: count - 1 }, (_, i) => ((i + 1) * rows.length) / count),
    column,
  );
  return between(cuts, rows.length).map(([from, to]) =>
    Int32Array.from(order.subarray(from, to), (place) => rows[place]).sort(),
  );
}

/** Of each row the number of its block of neighbours in time. */
export function blocksOf(column: Column, rows: Rows): Int32Array {
  const { order, begins } = inTime(column, rows);
  const blocks = new Int32Array(rows.length);
  let [block, next] = [0, 0];
  order.forEach((place, i) => {
    if (begins[next] === i) {
      next++;
      block = Math.floor((BLOCKS * i) / rows.length);
    }
    blocks[place] = block;
  });
  return blocks;
}

/** The earliest rows train, later ones validate, the latest test. */
export function splitByTime(
  column: Column,
  { rows, validation, test }: Pick<SplitRows, "rows" | "validation" | "test">,
): Split {
  const { order, begins } = inTime(column, rows);
  const shares = [1 - validation - test, ...(validation > 0 ? [1 - test] : [])].filter((share) => share < 1);
  const cuts = cutsAt(
    begins,
    shares.map((share) => share * rows.length),
    column,
  );
  const parts = between(cuts, rows.length).map(([from, to]) =>
    Int32Array.from(order.subarray(from, to), (place) => rows[place]).sort(),
  );
  const [train, second = new Int32Array(0), third = new Int32Array(0)] = parts;
  return validation > 0 ? { train, validation: second, test: third } : { train, validation: third, test: second };
}

const between = (cuts: readonly number[], end: number): [from: number, to: number][] =>
  [...cuts, end].map((to, i) => [i === 0 ? 0 : cuts[i - 1], to]);

/** The beginnings of moments nearest to the wanted places, ascending, each another one. */
function cutsAt(begins: readonly number[], wanted: readonly number[], { name }: Column): number[] {
  if (begins.length <= wanted.length)
    throw new EncodingError(
      `column '${name}' has ${begins.length} different ${begins.length === 1 ? "time" : "times"}, and ${wanted.length + 1} parts need one each`,
      name,
    );
  let least = 1;
  return wanted.map((place, i) => {
    const last = begins.length - (wanted.length - i);
    let best = least;
    while (best < last && Math.abs(begins[best + 1] - place) <= Math.abs(begins[best] - place)) best++;
    least = best + 1;
    return begins[best];
  });
}
