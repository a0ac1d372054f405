/** Boxes of a tensor: along each axis the places from a start up to an end. A scalar has one box, of no axes. */
import type { Values } from "./op.ts";
import { type Shape, sizeOf, stridesOf } from "./type.ts";

/** Of each axis its first place, and the one after its last. */
export type Box = readonly (readonly [start: number, end: number])[];

export const wholeBox = (shape: Shape): Box => shape.map((size) => [0, size]);

export const shapeOf = (box: Box): number[] => box.map(([start, end]) => end - start);

export const isWhole = (box: Box, shape: Shape): boolean =>
  box.every(([start, end], axis) => start === 0 && end === shape[axis]);

/** The least box around both. */
export const hull = (a: Box, b: Box): Box =>
  a.map(([start, end], axis) => [Math.min(start, b[axis][0]), Math.max(end, b[axis][1])]);

/** The elements in a box, row-major; the values themselves where it is the whole. */
export function readBox(values: Values, shape: Shape, box: Box): Values {
  if (isWhole(box, shape)) return values;
  const part = new Float64Array(sizeOf(shapeOf(box)));
  eachLine(shape, box, (line, length, at) => {
    for (let i = 0; i < length; i++) part[at + i] = values[line + i];
  });
  return part;
}

/** Replaces the elements in a box by `part`. */
export function writeBox(values: Values, shape: Shape, box: Box, part: Values): void {
  eachLine(shape, box, (line, length, at) => {
    for (let i = 0; i < length; i++) values[line + i] = part[at + i];
  });
}

/** Visits a box line by line along the last axis: where each begins in the tensor, its length, and where it begins in the box. */
function eachLine(shape: Shape, box: Box, visit: (line: number, length: number, at: number) => void): void {
  const strides = stridesOf(shape);
  const length = box.length === 0 ? 1 : box[box.length - 1][1] - box[box.length - 1][0];
  const index = box.map(([start]) => start);
  const lines = sizeOf(shapeOf(box.slice(0, -1)));
  let line = index.reduce((offset, place, axis) => offset + place * strides[axis], 0);
  for (let i = 0; i < lines; i++) {
    visit(line, length, i * length);
    for (let axis = box.length - 2; axis >= 0; axis--) {
      line += strides[axis];
      if (++index[axis] < box[axis][1]) break;
      line -= strides[axis] * (index[axis] - box[axis][0]);
      index[axis] = box[axis][0];
    }
  }
}

/** The least box around what differs in any bit; undefined where nothing does. */
export function boxOfChanges(before: Values, after: ArrayLike<number>, shape: Shape): Box | undefined {
  const strides = stridesOf(shape);
  const low = shape.slice();
  const high = shape.map(() => 0);
  let found = false;
  for (let i = 0; i < before.length; i++) {
    if (Object.is(before[i], after[i])) continue;
    found = true;
    for (let axis = 0; axis < shape.length; axis++) {
      const place = Math.floor(i / strides[axis]) % shape[axis];
      if (place < low[axis]) low[axis] = place;
      if (place >= high[axis]) high[axis] = place + 1;
    }
  }
  return found ? shape.map((_, axis) => [low[axis], high[axis]]) : undefined;
}
