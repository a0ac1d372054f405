/** Which memory a step touches: rectangles of bytes, because a thread may have some columns of a matrix. */
import type { ChainStep } from "./chain.ts";
import type { KernelStep } from "./kernels.ts";
import { type Buffer, elementBytes } from "./memory.ts";
import type { Step } from "./step.ts";

/** Bytes start + r · stride … + width − 1 of a buffer, for r < rows. */
export interface Access {
  readonly buffer: Buffer;
  readonly start: number;
  readonly rows: number;
  readonly width: number;
  readonly stride: number;
  readonly write: boolean;
}

/** What a step, or a piece of one, reads and writes. */
export function accessesOf(step: Step): Access[] {
  switch (step.kind) {
    case "chain":
      return chainAccesses(step);
    case "matmul":
      return productAccesses(step);
    case "reduce": {
      const { outer, reduce, inner, stride, reads, to } = step;
      const from = outer > 1 ? whole(reads[0], false) : matrix(reads[0], 0, reduce, inner, stride, false);
      return [from, whole(to, true)];
    }
    case "take":
    case "put":
    case "move":
      return [whole(step.from, false), whole(step.to, true)];
    case "barrier":
      return [];
    case "copy":
    case "random":
    case "gather-rows":
    case "scatter-rows":
    case "one-hot":
    case "cast":
    case "host":
      return [...step.reads.map((buffer) => whole(buffer, false)), whole(step.to, true)];
    default:
      return step satisfies never;
  }
}

export function bytesOf({ rows, width }: Access): number {
  return rows * width;
}

/** How many bytes two accesses to one buffer have in common: exact for rectangles of one matrix, else at most so many. */
export function overlap(a: Access, b: Access): number {
  const [first, second] = [shaped(a, b), shaped(b, a)];
  const { stride } = first;
  const end = (of: Access): number => of.start + (of.rows - 1) * of.stride + of.width;
  const [row, column] = [(of: Access) => Math.floor(of.start / stride), (of: Access) => of.start % stride];
  const fits = (of: Access): boolean => of.stride === stride && column(of) + of.width <= stride;
  const common = (from: number, length: number, from2: number, length2: number): number =>
    Math.max(0, Math.min(from + length, from2 + length2) - Math.max(from, from2));
  if (!(fits(first) && fits(second))) {
    const spans = common(first.start, end(first) - first.start, second.start, end(second) - second.start);
    return spans > 0 ? Math.min(bytesOf(a), bytesOf(b)) : 0;
  }
  const columns = common(column(first), first.width, column(second), second.width);
  return columns * common(row(first), first.rows, row(second), second.rows);
}

/** Contiguous bytes as rows of the other's matrix, where they are whole rows of it. */
function shaped(access: Access, other: Access): Access {
  const { stride } = other;
  if (access.rows > 1 || access.start % stride !== 0 || access.width % stride !== 0) return access;
  return { ...access, rows: access.width / stride, width: stride, stride };
}

function whole(buffer: Buffer, write: boolean): Access {
  const { bytes } = buffer;
  return { buffer: buffer.whole ?? buffer, start: buffer.start ?? 0, rows: 1, width: bytes, stride: bytes || 1, write };
}

/** `rows` × `columns` elements from element `first` on, `stride` elements from row to row. */
function matrix(buffer: Buffer, first: number, rows: number, columns: number, stride: number, write: boolean): Access {
  const size = elementBytes(buffer.type);
  const start = (buffer.start ?? 0) + first * size;
  const contiguous = columns === stride || rows === 1;
  const width = (contiguous ? rows * columns : columns) * size;
  return {
    buffer: buffer.whole ?? buffer,
    start,
    rows: contiguous ? 1 : rows,
    width,
    stride: contiguous ? width || 1 : stride * size,
    write,
  };
}

function productAccesses(step: KernelStep & { readonly kind: "matmul" }): Access[] {
  const { m, n, k, transposeA, transposeB, leading, reads, to } = step;
  const [a, b] = reads;
  return [
    transposeA ? matrix(a, 0, k, m, leading.a, false) : matrix(a, 0, m, k, leading.a, false),
    transposeB ? matrix(b, 0, n, k, leading.b, false) : matrix(b, 0, k, n, leading.b, false),
    matrix(to, 0, m, n, leading.to, true),
  ];
}

function chainAccesses({ first, count, segments, stride, splats, body }: ChainStep): Access[] {
  const elements = (buffer: Buffer, write: boolean): Access => matrix(buffer, first, segments, count, stride, write);
  const repeated = (buffer: Buffer, inner: number, period: number): Access => {
    const column = first % period;
    if (inner === 1 && segments > 1 && stride === period) return matrix(buffer, column, 1, count, count, false);
    const from = Math.floor(first / inner);
    const end = Math.ceil((first + (segments - 1) * stride + count) / inner);
    return inner > 1 && end <= period ? matrix(buffer, from, 1, end - from, end - from, false) : whole(buffer, false);
  };
  return [
    ...splats.map(({ from }) => whole(from, false)),
    ...body.flatMap(({ to, operands, pattern }): Access[] => [
      ...operands.flatMap((place, i): Access[] => {
        if (!("buffer" in place)) return [];
        const isRepeated = pattern !== undefined && i === operands.length - 1;
        return [isRepeated ? repeated(place.buffer, pattern.inner, pattern.period) : elements(place.buffer, false)];
      }),
      ...("buffer" in to ? [elements(to.buffer, true)] : []),
    ]),
  ];
}
