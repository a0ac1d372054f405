/**
 * How a step can be cut into pieces that different threads run. Every piece computes whole results: a sum is never cut,
 * so that it has the same bits however many threads there are.
 */

import { sizeOf } from "../graph/type.ts";
import type { ChainStep } from "./chain.ts";
import type { KernelStep } from "./kernels.ts";
import { type Buffer, view } from "./memory.ts";
import type { Step } from "./step.ts";

/** A step cut along an axis of so many units. */
export interface Cut {
  readonly units: number;
  slice(from: number, to: number): Step;
}

/** Columns that are narrower than two cache lines would have the lines of two threads side by side in every row. */
const NARROWEST = 32;

/** The ways to cut a step. */
export function cutsOf(step: Step): Cut[] {
  switch (step.kind) {
    case "chain":
      return cutChain(step);
    case "matmul":
      return step.n >= 2 * NARROWEST ? [productRows(step), productColumns(step)] : [productRows(step)];
    case "reduce":
      return [cutReduction(step)];
    case "gather-rows":
      return [cutRows(step, ({ reads: [table, index] }, from, to) => [table, view(index, from, to - from)])];
    case "one-hot":
      return [cutRows(step, ({ reads: [index] }, from, to) => [view(index, from, to - from)])];
    case "cast":
      return [cutElements(step.to, (to, part) => ({ ...step, to, reads: step.reads.map(part) }))];
    case "take":
      return [cutElements(step.to, (to, part) => ({ ...step, to, from: part(step.from) }))];
    case "random":
      // Random numbers come eight at a time.
      return rowWidth(step.to) % 8 === 0
        ? [cutElements(step.to, (to, _, first) => ({ ...step, to, first: step.first + first }))]
        : [];
    case "copy":
      return cutCopy(step);
    // The host computes on the thread that started the run.
    case "host":
    case "scatter-rows":
    case "put":
    case "move":
    case "barrier":
      return [];
    default:
      return step satisfies never;
  }
}

/** By rows, and by columns where they are wide. */
function cutChain(step: ChainStep): Cut[] {
  const { rows, count } = step;
  const width = count / rows;
  const byRows: Cut = {
    units: rows,
    slice(from, to) {
      const part = (to - from) * width;
      return { ...step, first: from * width, count: part, stride: part };
    },
  };
  const byColumns: Cut = {
    units: width,
    slice: (from, to) => ({ ...step, first: from, count: to - from, segments: rows, stride: width }),
  };
  return rows > 1 && width >= 2 * NARROWEST ? [byRows, byColumns] : [byRows];
}

type Product = KernelStep & { readonly kind: "matmul" };

/** Each thread has all of B, and writes whole rows. */
function productRows(step: Product): Cut {
  const { m, k, leading, transposeA, to, reads } = step;
  const [a, b] = reads;
  return {
    units: m,
    slice(from, end) {
      const [first, count] = transposeA
        ? [from, (k - 1) * leading.a + end - from]
        : [from * leading.a, (end - from) * k];
      const rows = view(to, from * leading.to, (end - from) * leading.to);
      return { ...step, m: end - from, reads: [view(a, first, count), b], to: rows };
    },
  };
}

/** Each thread has all of A: the inputs of its own units, whose weights stay where they are from step to step. */
function productColumns(step: Product): Cut {
  const { m, n, k, leading, transposeB, to, reads } = step;
  const [a, b] = reads;
  return {
    units: n,
    slice(from, end) {
      const [first, count] = transposeB
        ? [from * leading.b, (end - from) * k]
        : [from, (k - 1) * leading.b + end - from];
      const columns = view(to, from, (m - 1) * leading.to + end - from);
      return { ...step, n: end - from, reads: [a, view(b, first, count)], to: columns };
    },
  };
}

function cutReduction(step: KernelStep & { readonly kind: "reduce" }): Cut {
  const { outer, reduce, inner, stride, to, reads } = step;
  if (outer > 1) {
    const size = reduce * inner;
    return {
      units: outer,
      slice: (from, end) => ({
        ...step,
        outer: end - from,
        reads: [view(reads[0], from * size, (end - from) * size)],
        to: view(to, from * inner, (end - from) * inner),
      }),
    };
  }
  return {
    units: inner,
    slice: (from, end) => ({
      ...step,
      inner: end - from,
      reads: [view(reads[0], from, Math.max(0, (reduce - 1) * stride + end - from))],
      to: view(to, from, end - from),
    }),
  };
}

/** By the outermost axis, where it fills the result in order. */
function cutCopy(step: KernelStep & { readonly kind: "copy" }): Cut[] {
  const [piece, ...others] = step.pieces;
  if (!step.cover || piece === undefined || others.length > 0 || piece.shape.length === 0) return [];
  const { shape, from, to, operand } = piece;
  const [units, ...rest] = shape;
  const size = sizeOf(rest);
  if (to.offset !== 0 || to.strides[0] !== size || from.strides.some((stride) => stride < 0)) return [];
  const span = rest.reduce((sum, count, i) => sum + (count - 1) * from.strides[i + 1], 1);
  const slice = (first: number, end: number): Step => {
    const start = from.offset + first * from.strides[0];
    const read = view(step.reads[operand], start, (end - first - 1) * from.strides[0] + span);
    return {
      ...step,
      pieces: [{ ...piece, shape: [end - first, ...rest], from: { ...from, offset: 0 } }],
      reads: step.reads.map((item, i) => (i === operand ? read : item)),
      to: view(step.to, first * size, (end - first) * size),
    };
  };
  return size === 0 ? [] : [{ units, slice }];
}

type RowsStep = KernelStep & { readonly rows: number };

function cutRows(step: RowsStep, reads: (step: RowsStep, from: number, to: number) => readonly Buffer[]): Cut {
  const width = rowWidth(step.to);
  return {
    units: step.rows,
    slice: (from, to) => ({
      ...step,
      rows: to - from,
      to: view(step.to, from * width, (to - from) * width),
      reads: reads(step, from, to),
    }),
  };
}

/** Elements in a row of a tensor. */
function rowWidth({ type }: Buffer): number {
  return sizeOf(type.shape.slice(1));
}

/** By rows of the result, where the operands are laid out alike. */
function cutElements(
  result: Buffer,
  slice: (to: Buffer, part: (operand: Buffer) => Buffer, first: number) => Step,
): Cut {
  const width = rowWidth(result);
  return {
    units: result.type.shape[0] ?? 1,
    slice(from, to) {
      const part = (operand: Buffer): Buffer => view(operand, from * width, (to - from) * width);
      return slice(part(result), part, from * width);
    },
  };
}

/** The same step on other memory. */
export function onMemory(step: Step, replace: (buffer: Buffer) => Buffer): Step {
  switch (step.kind) {
    case "chain": {
      const place = <P extends ChainStep["body"][number]["to"]>(where: P): P =>
        "buffer" in where ? { ...where, buffer: replace(where.buffer) } : where;
      return {
        ...step,
        splats: step.splats.map((splat) => ({ ...splat, from: replace(splat.from) })),
        body: step.body.map((micro) => ({ ...micro, to: place(micro.to), operands: micro.operands.map(place) })),
      };
    }
    case "take":
    case "put":
    case "move":
      return { ...step, from: replace(step.from), to: replace(step.to) };
    case "barrier":
      return step;
    default:
      return { ...step, to: replace(step.to), reads: step.reads.map(replace) };
  }
}
