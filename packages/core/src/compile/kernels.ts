/** Kernel calls as plan steps: node and kernel in, buffers and sizes out. */
import type { Expr } from "../graph/expr.ts";
import type { BlockProduct, Kernel, StridedCopy } from "../graph/op.ts";
import { sizeOf, stridesOf } from "../graph/type.ts";
import { type Buffer, view } from "./memory.ts";

interface Common {
  readonly to: Buffer;
  readonly reads: readonly Buffer[];
}

export type KernelStep = Common &
  (
    | {
        readonly kind: "matmul";
        readonly m: number;
        readonly n: number;
        readonly k: number;
        readonly transposeA: boolean;
        readonly transposeB: boolean;
        /** Elements from a row to the next, of each operand as it lies in memory and of the result. */
        readonly leading: { readonly a: number; readonly b: number; readonly to: number };
        /** Which of so many products it is whose results are below one another. */
        readonly stacked?: { readonly place: number; readonly of: number };
      }
    /** to[o, i] = reduce over r of from[o, r, i], which is element (o · reduce + r) · stride + i */
    | {
        readonly kind: "reduce";
        readonly by: "sum" | "max" | "logsumexp";
        readonly outer: number;
        readonly reduce: number;
        readonly inner: number;
        readonly stride: number;
      }
    | { readonly kind: "copy"; readonly pieces: readonly StridedCopy[]; readonly cover: boolean }
    | {
        readonly kind: "random";
        readonly distribution: "uniform" | "normal";
        readonly stream: number;
        readonly first: number;
      }
    /** `rows` indices; `table`: the rows they choose from (for one-hot, the classes), each of `width` elements. */
    | {
        readonly kind: "gather-rows" | "scatter-rows" | "one-hot";
        readonly rows: number;
        readonly table: number;
        readonly width: number;
      }
    | { readonly kind: "cast" }
    | { readonly kind: "host"; readonly node: Expr }
  );

type Memory = (node: Expr) => Buffer;

/** One step for a kernel, but for each block of a block-diagonal product one, in place. */
export function kernelSteps(node: Expr, kernel: Kernel, memory: Memory): KernelStep[] {
  return kernel.kind === "block-matmul" ? blockSteps(node, kernel, memory) : [kernelStep(node, kernel, memory)];
}

/** A product for each block, which is a part of every matrix: its rows are as far apart as those of the whole. */
function blockSteps(node: Expr, kernel: BlockProduct, memory: Memory): KernelStep[] {
  const { blocks, below, transposeA, transposeB } = kernel;
  const [a, b] = node.operands;
  const part = ({ type: { shape } }: Expr, isBelow: boolean): { rows: number; columns: number; leading: number } =>
    isBelow
      ? { rows: shape[0] / blocks, columns: shape[1], leading: shape[1] }
      : { rows: shape[0], columns: shape[1] / blocks, leading: shape[1] };
  const [left, right, result] = [part(a, below.a), part(b, below.b), part(node, below.to)];
  const at = (of: Expr, { rows, columns, leading }: ReturnType<typeof part>, isBelow: boolean, block: number): Buffer =>
    view(memory(of), block * (isBelow ? rows * columns : columns), (rows - 1) * leading + columns);
  return Array.from({ length: blocks }, (_, block) => ({
    ...{ kind: "matmul", transposeA, transposeB, m: result.rows, n: result.columns },
    k: transposeA ? left.rows : left.columns,
    leading: { a: left.leading, b: right.leading, to: result.leading },
    reads: [at(a, left, below.a, block), at(b, right, below.b, block)],
    to: at(node, result, below.to, block),
    ...(below.to && { stacked: { place: block, of: blocks } }),
  }));
}

function kernelStep(node: Expr, kernel: Exclude<Kernel, { kind: "block-matmul" }>, memory: Memory): KernelStep {
  const common: Common = { to: memory(node), reads: node.operands.map(memory) };
  const { shape } = node.type;
  switch (kernel.kind) {
    case "matmul": {
      const k = node.operands[0].type.shape[kernel.transposeA ? 0 : 1];
      const [m, n] = shape;
      const leading = { a: kernel.transposeA ? m : k, b: kernel.transposeB ? k : n, to: n };
      return { ...common, ...kernel, m, n, k, leading };
    }
    case "reduce":
      return { ...common, kind: "reduce", by: kernel.by, ...reduceSizes(node, kernel.axes) };
    case "broadcast":
      return { ...common, kind: "copy", pieces: [broadcastPiece(node, kernel.axes)], cover: true };
    case "copy":
      return { ...common, ...kernel };
    case "random":
      return { ...common, ...kernel, first: 0 };
    // The sizes are the nodes' own: a buffer may be shared with another shape (reshape).
    case "gather-rows": {
      const [table, ...row] = node.operands[0].type.shape;
      return { ...common, kind: kernel.kind, rows: shape[0], table, width: sizeOf(row) };
    }
    case "one-hot":
      return { ...common, kind: kernel.kind, rows: shape[0], table: shape[1], width: 1 };
    case "scatter-rows": {
      const [table, ...row] = shape;
      return { ...common, kind: kernel.kind, rows: node.operands[1].type.shape[0], table, width: sizeOf(row) };
    }
    case "cast":
      return { ...common, kind: "cast" };
    case "host":
      return { ...common, kind: "host", node };
    case "elementwise":
      throw new Error(`${node.op.name}: elementwise work on ${node.type.dtype} is not supported`);
    case "input":
    case "constant":
    case "fill":
    case "alias":
      throw new Error(`${node.op.name}: '${kernel.kind}' is memory, not work`);
    default:
      return kernel satisfies never;
  }
}

/** `lower` has made sure that the axes adjoin. */
function reduceSizes(node: Expr, axes: readonly number[]) {
  const { shape } = node.operands[0].type;
  const first = axes[0] ?? 0;
  const inner = sizeOf(shape.slice(first + axes.length));
  return {
    outer: sizeOf(shape.slice(0, first)),
    reduce: sizeOf(shape.slice(first, first + axes.length)),
    inner,
    stride: inner,
  };
}

function broadcastPiece(node: Expr, axes: readonly number[]): StridedCopy {
  const { shape } = node.type;
  const strides = new Array<number>(shape.length).fill(0);
  stridesOf(node.operands[0].type.shape).forEach((stride, i) => {
    strides[axes[i]] = stride;
  });
  return { operand: 0, shape, from: { offset: 0, strides }, to: { offset: 0, strides: stridesOf(shape) } };
}
