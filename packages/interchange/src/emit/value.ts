/**
 * The graph of a network for any number of rows. A graph has fixed shapes, so it is built twice, with two different row
 * counts: what differs between the two depends on the rows, and how is read off both. Ops that can be
 * are taken apart on the way, so that a language only has to know the few things that kernels do.
 */
import type { DType, Expr, Kernel } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";

/** perRow · rows + plus */
export interface Size {
  readonly perRow: number;
  readonly plus: number;
}

/** value · rowsᵖ: the mean over the rows makes p = −1. */
export interface Scalar {
  readonly value: number;
  readonly power: number;
}

/** Part of a copy: the box of `shape` at `starts` of the result holds the operand's elements at offset + Σ place · stride. */
export interface Piece {
  readonly operand: number;
  readonly shape: readonly Size[];
  readonly starts: readonly Size[];
  readonly offset: Size;
  readonly strides: readonly Size[];
}

type Rewritten = "input" | "fill" | "copy" | "random" | "host" | "block-matmul";
/** What a value is computed by; an input is always known by name. */
export type ValueKernel =
  | Exclude<Kernel, { kind: Rewritten }>
  | { readonly kind: "input" }
  | { readonly kind: "fill"; readonly value: Scalar }
  | { readonly kind: "copy"; readonly pieces: readonly Piece[]; readonly cover: boolean };

export type KernelOf<Kind extends ValueKernel["kind"]> = Extract<ValueKernel, { kind: Kind }>;

export interface Value {
  readonly kernel: ValueKernel;
  readonly operands: readonly Value[];
  readonly shape: readonly Size[];
  readonly dtype: DType;
}

/** Prime, and larger than most layers are wide: no other size is mistaken for them, and none divides both. */
export const ROW_COUNTS = [10_007, 10_009] as const;
const [P, Q] = ROW_COUNTS;

/** One thing at both row counts. */
export type Both<T> = readonly [T, T];

export const both = <T>(make: (which: 0 | 1) => T): Both<T> => [make(0), make(1)];

export type Pairing = (nodes: Both<Expr>) => Value;

/** Makes values of pairs of nodes; the same nodes give the same value. */
export function pairing(): Pairing {
  const known = new Map<Expr, Value>();
  const decomposed = new Map<Expr, Both<Expr>>();
  const partsOf = (nodes: Both<Expr>): Both<Expr>[] => {
    const [a, b] = nodes;
    if (a.op.decompose === undefined) return a.operands.map((operand, i): Both<Expr> => [operand, b.operands[i]]);
    const parts = decomposed.get(a) ?? apart(nodes);
    decomposed.set(a, parts);
    return [parts];
  };
  return (nodes) => {
    const pending = [nodes];
    for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
      const [a, b] = next;
      const parts = partsOf(next);
      const missing = known.has(a) ? [] : parts.filter(([part]) => !known.has(part));
      for (const part of missing) pending.push(part);
      if (missing.length > 0) continue;
      pending.pop();
      if (known.has(a)) continue;
      const operands = parts.map(([part]) => known.get(part) as Value);
      const [shape, dtype] = [sizesOf([a.type.shape, b.type.shape]), a.type.dtype];
      known.set(a, a.op.decompose !== undefined ? operands[0] : { kernel: kernelOf(next), operands, shape, dtype });
    }
    return known.get(nodes[0]) as Value;
  };
}

function apart([a, b]: Both<Expr>): Both<Expr> {
  const [left, right] = [a.op.decompose?.(a), b.op.decompose?.(b)];
  if (left === undefined || right === undefined) throw new Error(`${a.op.name} has no kernel and no decomposition`);
  return [left, right];
}

/** Throws UserError where a size depends on the rows in another way than as perRow · rows + plus. */
function sizeOf([a, b]: Both<number>): Size {
  const perRow = (b - a) / (Q - P);
  if (!Number.isInteger(perRow)) throw unlike(`a size is ${a} for ${P} rows and ${b} for ${Q}`);
  return { perRow, plus: a - perRow * P };
}

/** Throws UserError where a number depends on the rows in another way than by a power of their number. */
export function scalarOf([a, b]: Both<number>): Scalar {
  if (Object.is(a, b)) return { value: a, power: 0 };
  const power = Math.round(Math.log(b / a) / Math.log(Q / P));
  const [value, same] = [a / P ** power, b / Q ** power];
  if (Math.abs(value - same) <= 1e-13 * Math.abs(value)) return { value, power };
  throw unlike(`a number is ${a} for ${P} rows and ${b} for ${Q}`);
}

const sizesOf = ([a, b]: Both<readonly number[]>): Size[] => a.map((size, i) => sizeOf([size, b[i]]));

const unlike = (what: string): UserError =>
  new UserError(
    `the network depends on the number of rows in a way that has no formula here: ${what}`,
    "Sums and means over the rows can be emitted.",
  );

function kernelOf([a, b]: Both<Expr>): ValueKernel {
  const [kernel, other] = [a.op.kernel?.(a), b.op.kernel?.(b)] as Both<Kernel>;
  if (kernel.kind === "fill" && other.kind === "fill") {
    return { kind: "fill", value: scalarOf([kernel.value, other.value]) };
  }
  if (kernel.kind === "copy" && other.kind === "copy") return copyOf([a, b], [kernel, other]);
  if (kernel.kind === "fill" || kernel.kind === "copy" || kernel.kind !== other.kind) {
    throw unlike(`${a.op.name} for ${P} rows, ${b.op.name} for ${Q}`);
  }
  if (kernel.kind === "block-matmul") throw new Error(`${a.op.name} is taken apart before`);
  if (kernel.kind === "random") {
    throw new UserError(`${a.op.name}: random numbers cannot be emitted`, "Give the network without them.");
  }
  if (kernel.kind === "host") {
    throw new UserError(
      `${a.op.name}: an op of one's own is a function here, which no other language has`,
      "Define it with decompose, from ops that are known.",
    );
  }
  return kernel;
}

type Copy = Extract<Kernel, { kind: "copy" }>;

function copyOf([a, b]: Both<Expr>, [left, right]: Both<Copy>): ValueKernel {
  const pieces = left.pieces.map((piece, i): Piece => {
    const other = right.pieces[i];
    return {
      operand: piece.operand,
      shape: sizesOf([piece.shape, other.shape]),
      starts: sizesOf([startsOf(piece.to.offset, a), startsOf(other.to.offset, b)]),
      offset: sizeOf([piece.from.offset, other.from.offset]),
      strides: sizesOf([piece.from.strides, other.from.strides]),
    };
  });
  return { kind: "copy", pieces, cover: left.cover };
}

/** The place of a box in a tensor from the place of its first element in memory. */
function startsOf(offset: number, { type: { shape } }: Expr): number[] {
  let rest = offset;
  return shape
    .toReversed()
    .map((size) => {
      const start = rest % size;
      rest = Math.floor(rest / size);
      return start;
    })
    .reverse();
}
