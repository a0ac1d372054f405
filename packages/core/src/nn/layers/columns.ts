/** Layers that do something to some of their inputs: which, checked, and as columns of a batch. */
import type { Expr } from "../../graph/expr.ts";
import { concat, slice } from "../../ops/shape.ts";
import { inRange, type Range } from "../options.ts";

/** Throws RangeError unless these are one or more different places, from 0, of so many inputs. */
export function checkPlaces(what: string, places: unknown, inputs: number): asserts places is readonly number[] {
  if (!Array.isArray(places) || places.length === 0)
    throw new RangeError(`${what} must be a list of places among the inputs, got ${String(places) || "none"}`);
  const known: Range = {
    text: `a place from 0 to ${inputs - 1}`,
    holds: (place) => Number.isInteger(place) && place >= 0 && place < inputs,
  };
  places.forEach((place, i) => {
    inRange(`${what}: ${i}`, place, known);
    if (places.indexOf(place) < i) throw new RangeError(`${what} holds ${place} twice`);
  });
}

/** The places of so many inputs that are not in the list, in order. */
export const otherPlaces = (places: readonly number[], inputs: number): number[] =>
  Array.from({ length: inputs }, (_, i) => i).filter((i) => !places.includes(i));

/** Columns of x [rows, inputs] in the order of the places: as few slices as there are runs of neighbours. */
export function columns(x: Expr, places: readonly number[]): Expr {
  const [rows, inputs] = x.type.shape;
  const runs: { start: number; length: number }[] = [];
  for (const place of places) {
    const last = runs[runs.length - 1];
    if (last !== undefined && place === last.start + last.length) last.length++;
    else runs.push({ start: place, length: 1 });
  }
  if (runs.length === 1 && runs[0].length === inputs) return x;
  const parts = runs.map(({ start, length }) => slice(x, [0, start], [rows, length]));
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}

/** What the numbers are called that one becomes: "city: 1 of 4", … */
export const partsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}: ${i + 1} of ${count}`);
