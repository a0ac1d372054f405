/** Places of elements, in words that languages with arrays of numbers share. */
import { atom, product, sameSize, sizeText, sum, type Text } from "./text.ts";
import type { Piece, Size } from "./value.ts";

/** Where an element stands: a text for each axis, "0" along axes of size 1. */
export type Index = readonly string[];

/** How many elements there are: "rows * 3". */
export const countOf = (shape: readonly Size[]): string => shape.map(sizeText).reduce(times, atom("1")).text;

/** Where an element stands in memory: (i · d₁ + j) · d₂ + k */
export function rowMajor(index: Index, shape: readonly Size[]): string {
  return index.reduce((place, own, axis) => plus(times(place, sizeText(shape[axis])), atom(own)), atom("0")).text;
}

/** The same of what a piece of a copy reads at a place of the result. */
export function placeIn({ starts, offset, strides }: Piece, index: Index): string {
  return index.reduce((place, own, axis) => {
    const from = sizeText(starts[axis]);
    const inside = from.text === "0" ? atom(own) : atom(`(${own} - ${from.text})`);
    return plus(place, times(inside, sizeText(strides[axis])));
  }, sizeText(offset)).text;
}

const plus = (a: Text, b: Text): Text => (a.text === "0" ? b : b.text === "0" ? a : sum(a, b));

function times(a: Text, b: Text): Text {
  if (a.text === "0" || b.text === "0") return atom("0");
  return a.text === "1" ? b : b.text === "1" ? a : product(a, b);
}

/** Conditions for a place to be in a box of `size` from `start` on, along an axis of `whole`; none where it always is. */
export function bounds(place: string, start: Size, size: Size, whole: Size): string[] {
  if (sameSize(size, whole)) return [];
  const from = sizeText(start);
  const end = sizeText({ perRow: start.perRow + size.perRow, plus: start.plus + size.plus });
  const isLast = end.text === sizeText(whole).text;
  return [...(from.text === "0" ? [] : [`${place} >= ${from.text}`]), ...(isLast ? [] : [`${place} < ${end.text}`])];
}
