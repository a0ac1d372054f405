/**
 * The matrix product C = op(A) op(B), where op transposes or not. With the flags, each pullback is exactly one product:
 *   C = A B        Ā = C̄ Bᵀ        B̄ = Aᵀ C̄
 */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import { infix, transposed } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { isFloat, ShapeError, tensorType } from "../graph/type.ts";
import { add } from "./ring.ts";
import { transposedMatrix } from "./shape.ts";

export interface MatmulFlags extends Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
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
  kernel: (node) => ({ kind: "matmul", ...node.attributes }),
};

/** op(A) op(B) for matrices [m, k] and [k, n] after the flagged transposes. Throws ShapeError. */
export function matmul(a: Expr, b: Expr, flags: Partial<MatmulFlags> = {}): Expr {
  return expr(matmulOp, [a, b], { transposeA: flags.transposeA ?? false, transposeB: flags.transposeB ?? false });
}
