/**
 * The matrix product C = op(A) op(B), where op transposes or not. With the flags, each pullback is exactly one product:
 *   C = A B        Ā = C̄ Bᵀ        B̄ = Aᵀ C̄
 */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import { infix, symbol, transposed } from "../graph/notation.ts";
import type { Batched, Op, Values } from "../graph/op.ts";
import { isFloat, ShapeError, tensorType } from "../graph/type.ts";
import { add, mul } from "./ring.ts";
import { batchedAt, moveAxis, reshape, transposedMatrix } from "./shape.ts";
import { sum } from "./sum-broadcast.ts";

/** Which operands of a matrix product are transposed. */
export interface MatmulFlags extends Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface Product extends MatmulFlags {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** A Bᵀ: each element is a row of A times a row of B, added up in order; four at a time, as none waits for another. */
function ofRows(a: Values, b: Values, { m, n, k }: Product): Values {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      let [c0, c1, c2, c3] = [0, 0, 0, 0];
      for (let p = 0, from = j * k; p < k; p++, from++) {
        const factor = a[i * k + p];
        c0 += factor * b[from];
        c1 += factor * b[from + k];
        c2 += factor * b[from + 2 * k];
        c3 += factor * b[from + 3 * k];
      }
      c[i * n + j] = c0;
      c[i * n + j + 1] = c1;
      c[i * n + j + 2] = c2;
      c[i * n + j + 3] = c3;
    }
    for (; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p] * b[j * k + p];
      c[i * n + j] = sum;
    }
  }
  return c;
}

/** The products of A's elements with rows of op(B) are added up, whichever way A and B lie. */
function ofColumns(a: Values, b: Values, { m, n, k, transposeA, transposeB }: Product): Values {
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * aRow + p * aColumn];
      for (let j = 0; j < n; j++) c[i * n + j] += factor * b[p * bRow + j * bColumn];
    }
  }
  return c;
}

const matmulOp: Op<MatmulFlags> = {
  name: "matmul",
  infer([a, b], { transposeA, transposeB }) {
    if (a.shape.length !== 2 || b.shape.length !== 2) throw new ShapeError("both operands must be matrices");
    if (!isFloat(a) || a.dtype !== b.dtype) throw new ShapeError("operands must be floats of one type");
    const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
    if (k !== k2) {
      throw new ShapeError(
        `[${m}, ${k}]${transposeA ? " (transposed)" : ""} by [${k2}, ${n}]${transposeB ? " (transposed)" : ""}: ` +
          `the inner sizes ${k} and ${k2} must agree`,
      );
    }
    return tensorType([m, n], a.dtype);
  },
  evaluate([a, b], node) {
    const { transposeA, transposeB } = node.attributes;
    const [m, n] = node.type.shape;
    const k = node.operands[0].type.shape[transposeA ? 0 : 1];
    return (transposeB && !transposeA ? ofRows : ofColumns)(a, b, { m, n, k, transposeA, transposeB });
  },
  jvp(node, [aDot, bDot]) {
    const [a, b] = node.operands;
    const left = aDot ? matmul(aDot, b, node.attributes) : null;
    const right = bDot ? matmul(a, bDot, node.attributes) : null;
    return left && right ? add(left, right) : (left ?? right);
  },
  vjp(node, c, [wantA, wantB]) {
    const [a, b] = node.operands;
    const { transposeA, transposeB } = node.attributes;
    const aBar = (): Expr =>
      transposeA
        ? matmul(b, c, { transposeA: transposeB, transposeB: true })
        : matmul(c, b, { transposeB: !transposeB });
    const bBar = (): Expr =>
      transposeB
        ? matmul(c, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, c, { transposeA: !transposeA });
    return [wantA ? aBar() : null, wantB ? bBar() : null];
  },
  batch(node, [a, b], size) {
    if (b.axis === undefined) return manyLeft(node, a, b.expr, size);
    return a.axis === undefined ? manyRight(node, a.expr, b, size) : manyPairs(node, a, b, size);
  },
  /** (Aᵀ) B is a flag, not a copy. */
  simplify(node) {
    const [a, b] = node.operands.map(transposedMatrix);
    if (a === undefined && b === undefined) return undefined;
    const { transposeA, transposeB } = node.attributes;
    return matmul(a ?? node.operands[0], b ?? node.operands[1], {
      transposeA: transposeA !== (a !== undefined),
      transposeB: transposeB !== (b !== undefined),
    });
  },
  notation: ([a, b], node) =>
    infix("", node.attributes.transposeA ? transposed(a) : a, node.attributes.transposeB ? transposed(b) : b),
  /** One row x times op(B):  ∂/∂x = op(B)ᵀ  and, with the elements of B row by row,  ∂/∂B = I ⊗ xᵀ for Bᵀ, xᵀ ⊗ I for B. */
  jacobian([a, b], node, operand) {
    const { transposeA, transposeB } = node.attributes;
    if (node.type.shape[0] !== 1 || transposeA) return undefined;
    if (operand === 0) return transposeB ? b : transposed(b);
    const I = symbol("I");
    return transposeB ? infix("⊗", I, transposed(a)) : infix("⊗", transposed(a), I);
  },
  kernel: (node) => ({ kind: "matmul", ...node.attributes }),
};

/** Many A with one B: their rows one after another are the rows of one matrix, and so one product does it. */
function manyLeft(node: Expr<MatmulFlags>, a: Batched, b: Expr, size: number): Batched {
  const { transposeA, transposeB } = node.attributes;
  const [m, n] = node.type.shape;
  const k = node.operands[0].type.shape[transposeA ? 0 : 1];
  if (m === 1 && a.axis === 2) {
    // Single rows that stand as columns remain columns: (a B)ᵀ = Bᵀ aᵀ.
    const columns = matmul(b, reshape(a.expr, [k, size]), { transposeA: !transposeB });
    return { expr: reshape(columns, [1, n, size]), axis: 2 };
  }
  // A is [m, k] (or [k, m]); the batch may stand on either side of m.
  const [least, most] = transposeA ? [1, 2] : [0, 1];
  const axis = Math.min(most, Math.max(least, a.axis ?? 0));
  const merged = reshape(batchedAt(a, axis, size), transposeA ? [k, size * m] : [size * m, k]);
  const to = axis - least;
  return { expr: reshape(matmul(merged, b, node.attributes), [m, n].toSpliced(to, 0, size)), axis: to };
}

/** One A with many B: their columns side by side. */
function manyRight(node: Expr<MatmulFlags>, a: Expr, b: Batched, size: number): Batched {
  const { transposeB } = node.attributes;
  const [m, n] = node.type.shape;
  const k = node.operands[1].type.shape[transposeB ? 1 : 0];
  const [least, most] = transposeB ? [0, 1] : [1, 2];
  const axis = Math.min(most, Math.max(least, b.axis ?? 0));
  const merged = reshape(batchedAt(b, axis, size), transposeB ? [size * n, k] : [k, size * n]);
  const to = axis - least + 1;
  return { expr: reshape(matmul(a, merged, node.attributes), [m, n].toSpliced(to, 0, size)), axis: to };
}

/** Many A, each with its own B: Σₖ A[·, ·, k] B[·, k, ·], an outer product where k = 1 (one row's gradient of a layer). */
function manyPairs(node: Expr<MatmulFlags>, a: Batched, b: Batched, size: number): Batched {
  const { transposeA, transposeB } = node.attributes;
  const [m, n] = node.type.shape;
  const k = node.operands[0].type.shape[transposeA ? 0 : 1];
  const left = moveAxis(batchedAt(a, 0, size), 1, transposeA ? 2 : 1); // [size, m, k]
  const right = moveAxis(batchedAt(b, 0, size), 1, transposeB ? 2 : 1); // [size, k, n]
  if (k === 1) return { expr: mul(reshape(left, [size, m, 1]), reshape(right, [size, 1, n])), axis: 0 };
  return { expr: sum(mul(reshape(left, [size, m, k, 1]), reshape(right, [size, 1, k, n])), [2]), axis: 0 };
}

/** op(A) op(B) for matrices [m, k] and [k, n] after the flagged transposes. Throws ShapeError. */
export function matmul(a: Expr, b: Expr, flags: Partial<MatmulFlags> = {}): Expr {
  return expr(matmulOp, [a, b], { transposeA: flags.transposeA ?? false, transposeB: flags.transposeB ?? false });
}

/** The operands and flags of x, if it is a product of matrices. */
export function productOf(x: Expr): { a: Expr; b: Expr; flags: MatmulFlags } | undefined {
  const [a, b] = x.operands;
  return x.op === (matmulOp as Op) ? { a, b, flags: x.attributes as MatmulFlags } : undefined;
}
