/**
 * Ops that choose by integer index: rows of a matrix, and one-hot codes.
 *   y = x[index]            x̄ = zeros, then x̄[index[r]] += ȳ[r]        (gather and scatter are each other's transpose)
 */
import { type Attributes, type Expr, expr, none } from "../graph/expr.ts";
import { call } from "../graph/notation.ts";
import type { Batched, Op } from "../graph/op.ts";
import { type FloatType, isFloat, ShapeError, sizeOf, type TensorType, tensorType } from "../graph/type.ts";
import { cast } from "./convert.ts";
import { add } from "./ring.ts";
import { batchedAt, reshape } from "./shape.ts";
import { constant } from "./source.ts";

function checkIndex(index: TensorType): void {
  if (index.dtype !== "i32" || index.shape.length !== 1) throw new ShapeError("the index must be i32 with one axis");
}

function checkRow(row: number, rows: number): void {
  if (!(row >= 0 && row < rows)) throw new RangeError(`row index ${row} is outside 0 to ${rows - 1}`);
}

const gatherRowsOp: Op = {
  name: "gather-rows",
  infer([x, index]) {
    checkIndex(index);
    if (x.shape.length === 0) throw new ShapeError("a scalar has no rows");
    return tensorType([index.shape[0], ...x.shape.slice(1)], x.dtype);
  },
  evaluate([x, index], node) {
    const [rows, ...rest] = node.operands[0].type.shape;
    const width = sizeOf(rest);
    const result = new Float64Array(index.length * width);
    index.forEach((row, i) => {
      checkRow(row, rows);
      result.set(x.subarray(row * width, (row + 1) * width), i * width);
    });
    return result;
  },
  jvp: (node, [tangent]) => (tangent ? gatherRows(tangent, node.operands[1]) : null),
  vjp: (node, cotangent) => [scatterRows(cotangent, node.operands[1], node.operands[0].type.shape[0]), null],
  batch(node, [x, index], size) {
    if (index.axis === undefined) return batchRows(x, size, (table) => gatherRows(table, index.expr));
    const [rows, ...rest] = node.operands[0].type.shape;
    const table = x.axis === undefined ? x.expr : reshape(batchedAt(x, 0, size), [size * rows, ...rest]);
    const chosen = gatherRows(table, stacked(index, size, x.axis === undefined ? 0 : rows));
    return { expr: reshape(chosen, [size, ...node.type.shape]), axis: 0 };
  },
  notation: ([x, index]) => call("rows", [x, index]),
  kernel: () => ({ kind: "gather-rows" }),
};

/** Rows of a batch of tables: its axis goes inside the rows, which are copied whole. */
function batchRows(x: Batched, size: number, rule: (table: Expr) => Expr): Batched {
  const axis = Math.max(1, x.axis ?? 1);
  return { expr: rule(batchedAt(x, axis, size)), axis };
}

/** A batch of indices as one, [size · r], into tables of so many rows each that stand below one another; 0: into one table. */
function stacked(index: Batched, size: number, rows: number): Expr {
  const whole = batchedAt(index, 0, size);
  const [, count] = whole.type.shape;
  const flat = reshape(whole, [size * count]);
  if (rows === 0) return flat;
  const starts = Array.from({ length: size * count }, (_, i) => rows * Math.floor(i / count));
  // Integers are added as numbers: float64 holds every one of them.
  return cast(add(cast(flat, "f64"), constant(starts, [size * count], "f64")), "i32");
}

interface ScatterAttributes extends Attributes {
  readonly rows: number;
}

const scatterRowsOp: Op<ScatterAttributes> = {
  name: "scatter-rows",
  infer([y, index], { rows }) {
    checkIndex(index);
    if (!isFloat(y)) throw new ShapeError("what is added up must hold floats");
    if (y.shape[0] !== index.shape[0]) throw new ShapeError(`${index.shape[0]} indices for ${y.shape[0]} rows`);
    return tensorType([rows, ...y.shape.slice(1)], y.dtype);
  },
  evaluate([y, index], node) {
    const result = new Float64Array(sizeOf(node.type.shape));
    const width = sizeOf(node.type.shape.slice(1));
    index.forEach((row, i) => {
      checkRow(row, node.attributes.rows);
      for (let j = 0; j < width; j++) result[row * width + j] += y[i * width + j];
    });
    return result;
  },
  jvp: (node, [tangent]) => (tangent ? scatterRows(tangent, node.operands[1], node.attributes.rows) : null),
  vjp: (node, cotangent) => [gatherRows(cotangent, node.operands[1]), null],
  batch(node, [y, index], size) {
    const { rows } = node.attributes;
    if (index.axis === undefined) return batchRows(y, size, (own) => scatterRows(own, index.expr, rows));
    const [count, ...rest] = node.operands[0].type.shape;
    const all = reshape(batchedAt(y, 0, size), [size * count, ...rest]);
    const added = scatterRows(all, stacked(index, size, rows), size * rows);
    return { expr: reshape(added, [size, ...node.type.shape]), axis: 0 };
  },
  notation: ([y, index]) => call("scatter", [y, index]),
  kernel: () => ({ kind: "scatter-rows" }),
};

interface OneHotAttributes extends Attributes {
  readonly classes: number;
  readonly dtype: FloatType;
}

const oneHotOp: Op<OneHotAttributes> = {
  name: "one-hot",
  infer([index], { classes, dtype }) {
    checkIndex(index);
    return tensorType([index.shape[0], classes], dtype);
  },
  evaluate([index], node) {
    const { classes } = node.attributes;
    const result = new Float64Array(index.length * classes);
    index.forEach((label, row) => {
      if (label >= 0 && label < classes) result[row * classes + label] = 1;
    });
    return result;
  },
  jvp: () => null,
  vjp: () => [null],
  batch(node, [index], size) {
    const { classes, dtype } = node.attributes;
    const flat = reshape(batchedAt(index, 0, size), [size * node.type.shape[0]]);
    return { expr: reshape(oneHot(flat, classes, dtype), [size, ...node.type.shape]), axis: 0 };
  },
  notation: (parts) => call("one-hot", parts),
  kernel: () => ({ kind: "one-hot" }),
};

/** Rows of x ([n, …]) chosen by an i32 index ([r]): [r, …]. Running it throws RangeError on an index outside. */
export function gatherRows(x: Expr, index: Expr): Expr {
  return expr(gatherRowsOp, [x, index], none);
}
/** Rows of y ([r, …]) added into a zeroed [rows, …] at an i32 index ([r]): the transpose of `gatherRows`. */
export function scatterRows(y: Expr, index: Expr, rows: number): Expr {
  return expr(scatterRowsOp, [y, index], { rows });
}
/** A row of zeros with a 1 at each label: [r] → [r, classes]. A label outside 0 to classes − 1 gives a row of zeros. */
export function oneHot(index: Expr, classes: number, dtype: FloatType): Expr {
  return expr(oneHotOp, [index], { classes, dtype });
}
