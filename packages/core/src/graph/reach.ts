/**
 * How far a change reaches: which elements of a node can differ where some of its operands' do, and which elements of the
 * operands these are computed from. It follows from what kernels compute:
 *   y = f(a, b, …)        yᵢ from aᵢ, bᵢ, …
 *   y = x repeated        y[…, i, …] from x[i]
 *   y = reduce x          yᵢ from x[i, …]
 *   C = A B               C[i, j] from row i of A and column j of B
 *   C = A blockdiag(B)    row i from row i of A
 */
import { type Box, hull, shapeOf, wholeBox } from "./box.ts";
import type { Expr } from "./expr.ts";
import { sizeOf } from "./type.ts";

/** A part of a node, and what it is computed from. */
export interface Reach {
  readonly box: Box;
  /** Of each operand. */
  readonly from: readonly Box[];
}

/** Of each operand what may have changed; undefined where nothing has. */
export type Moved = readonly (Box | undefined)[];

/** Of other kernels nothing is known: undefined. */
export function reachOf(node: Expr, moved: Moved): Reach | undefined {
  const some = moved.filter((box) => box !== undefined);
  const box = (): Box => some.reduce(hull);
  if (node.op.elementwise) return { box: box(), from: node.operands.map(box) };
  const kernel = node.op.kernel?.(node);
  switch (kernel?.kind) {
    case "broadcast":
      return {
        box: wholeBox(node.type.shape).map((all, axis) => along(kernel.axes, axis, box()) ?? all),
        from: [box()],
      };
    case "reduce": {
      const all = wholeBox(node.operands[0].type.shape);
      const isReduced = (axis: number): boolean => kernel.axes.includes(axis);
      return {
        box: box().filter((_, axis) => !isReduced(axis)),
        from: [box().map((range, axis) => (isReduced(axis) ? all[axis] : range))],
      };
    }
    case "matmul": {
      const [a, b] = node.operands.map(({ type }) => wholeBox(type.shape));
      const [row, column] = [Number(kernel.transposeA), Number(!kernel.transposeB)];
      // Where both have changed, so has every row and every column.
      const rows = moved[1] === undefined ? (moved[0] as Box)[row] : a[row];
      const columns = moved[0] === undefined ? (moved[1] as Box)[column] : b[column];
      return { box: [rows, columns], from: [a.with(row, rows), b.with(column, columns)] };
    }
    case "block-matmul": {
      // Rows times blocks; what a block changes is not cut out of its row.
      if (kernel.below.to || moved[1] !== undefined) return undefined;
      const [a, b] = node.operands.map(({ type }) => wholeBox(type.shape));
      const [rows] = moved[0] as Box;
      return { box: wholeBox(node.type.shape).with(0, rows), from: [a.with(0, rows), b] };
    }
    default:
      return undefined;
  }
}

/** Of a node that nothing is known of, all of it. */
export const wholeReach = (node: Expr): Reach => ({
  box: wholeBox(node.type.shape),
  from: node.operands.map(({ type }) => wholeBox(type.shape)),
});

/** Multiplications, about, that it takes to follow a change through nodes in order: this depends on sizes alone. */
export function costOf(order: readonly Expr[], moved: ReadonlyMap<Expr, Box>): number {
  const boxes = new Map(moved);
  let cost = 0;
  for (const node of order) {
    const own = node.operands.map((operand) => boxes.get(operand));
    if (boxes.has(node) || own.every((box) => box === undefined)) continue;
    const reach = reachOf(node, own) ?? wholeReach(node);
    boxes.set(node, reach.box);
    cost += NODE + costOfPart(node, reach);
  }
  return cost;
}

/** What an element costs beside a multiplication in a product of matrices, and any node, however small. */
const ELEMENT = 10;
const NODE = 2000;

function costOfPart(node: Expr, { box, from }: Reach): number {
  const sizes = [box, ...from].map((part) => sizeOf(shapeOf(part)));
  const kernel = node.op.kernel?.(node);
  // Of matrices [m, k], [k, n] and [m, n] it takes m n k.
  const multiplications = (blocks: number): number => Math.sqrt(sizes.reduce((a, b) => a * b) / blocks);
  if (kernel?.kind === "matmul") return multiplications(1);
  if (kernel?.kind === "block-matmul") return multiplications(kernel.blocks);
  return ELEMENT * Math.max(...sizes);
}

const along = (axes: readonly number[], axis: number, box: Box): Box[number] | undefined =>
  axes.includes(axis) ? box[axes.indexOf(axis)] : undefined;

/** The node as if a part were all of it: what its op evaluates to give the part alone. */
export function partOf(node: Expr, { box, from }: Reach): Expr {
  const cut = (whole: Expr, part: Box): Expr => ({ ...whole, type: { ...whole.type, shape: shapeOf(part) } });
  return { ...cut(node, box), operands: node.operands.map((operand, i) => cut(operand, from[i])) };
}
