/**
 * Products of many pairs of matrices, those of each operand below one another: what `matmul` is on a batch of both operands.
 *   C_g = op(A_g) op(B_g)        Ā_g = C̄_g op(B_g)ᵀ        B̄_g = op(A_g)ᵀ C̄_g        for g < count
 * A kernel call for each, so that each has the bits that it has alone.
 */
import { type Expr, expr } from "../graph/expr.ts";
import { call, infix, transposed } from "../graph/notation.ts";
import type { Batched, Op } from "../graph/op.ts";
import { isFloat, ShapeError, type TensorType, tensorType } from "../graph/type.ts";
import type { MatmulFlags } from "./matmul.ts";
import { add } from "./ring.ts";
import { batchedAt, reshape } from "./shape.ts";

interface StackAttributes extends MatmulFlags {
  readonly count: number;
}

/** [m, k] and [k, n] of each pair after the flagged transposes. Throws ShapeError. */
function sizesOf([a, b]: readonly TensorType[], { count, transposeA, transposeB }: StackAttributes) {
  if (a.shape.length !== 2 || b.shape.length !== 2) throw new ShapeError("both operands must be matrices");
  if (!isFloat(a) || a.dtype !== b.dtype) throw new ShapeError("operands must be floats of one type");
  const each = ({ shape: [rows, columns] }: TensorType): [number, number] => {
    if (!Number.isInteger(rows / count)) throw new ShapeError(`${rows} rows are no ${count} matrices`);
    return [rows / count, columns];
  };
  const [m, k] = transposeA ? each(a).reverse() : each(a);
  const [k2, n] = transposeB ? each(b).reverse() : each(b);
  if (k !== k2) throw new ShapeError(`the inner sizes ${k} and ${k2} must agree`);
  return { m, n, k };
}

const sizesAt = ({ operands, attributes }: Expr<StackAttributes>) =>
  sizesOf(
    operands.map(({ type }) => type),
    attributes,
  );

const stackedOp: Op<StackAttributes> = {
  name: "stacked-matmul",
  infer(operands, attributes) {
    const { m, n } = sizesOf(operands, attributes);
    return tensorType([attributes.count * m, n], operands[0].dtype);
  },
  evaluate([a, b], node) {
    const { count, transposeA, transposeB } = node.attributes;
    const { m, n, k } = sizesAt(node);
    const c = new Float64Array(count * m * n);
    const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
    const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
    for (let g = 0; g < count; g++)
      for (let i = 0; i < m; i++)
        for (let p = 0; p < k; p++) {
          const factor = a[g * m * k + i * aRow + p * aColumn];
          for (let j = 0; j < n; j++) c[(g * m + i) * n + j] += factor * b[g * k * n + p * bRow + j * bColumn];
        }
    return c;
  },
  jvp({ operands: [a, b], attributes }, [aDot, bDot]) {
    const left = aDot ? stacked(aDot, b, attributes) : null;
    const right = bDot ? stacked(a, bDot, attributes) : null;
    return left && right ? add(left, right) : (left ?? right);
  },
  vjp({ operands: [a, b], attributes: { count, transposeA, transposeB } }, c, [wantA, wantB]) {
    const aBar = (): Expr =>
      transposeA
        ? stacked(b, c, { count, transposeA: transposeB, transposeB: true })
        : stacked(c, b, { count, transposeA: false, transposeB: !transposeB });
    const bBar = (): Expr =>
      transposeB
        ? stacked(c, a, { count, transposeA: true, transposeB: transposeA })
        : stacked(a, c, { count, transposeA: !transposeA, transposeB: false });
    return [wantA ? aBar() : null, wantB ? bBar() : null];
  },
  batch(node, operands, size) {
    const [a, b] = operands.map((operand) => {
      const many = batchedAt(operand, 0, size);
      const [, rows, columns] = many.type.shape;
      return reshape(many, [size * rows, columns]);
    });
    const { attributes, type } = node;
    const made = stacked(a, b, { ...attributes, count: size * attributes.count });
    return { expr: reshape(made, [size, ...type.shape]), axis: 0 };
  },
  notation: ([a, b], { attributes: { count, transposeA, transposeB } }) =>
    call("stack", [infix("", transposeA ? transposed(a) : a, transposeB ? transposed(b) : b)], String(count)),
  kernel: ({ attributes: { count: blocks, transposeA, transposeB } }) => ({
    ...{ kind: "block-matmul", blocks, transposeA, transposeB },
    below: { a: true, b: true, to: true },
  }),
};

const stacked = (a: Expr, b: Expr, attributes: StackAttributes): Expr => expr(stackedOp, [a, b], attributes);

/** `matmul` of `count` pairs, the matrices of each operand below one another. Throws ShapeError where they do not fit. */
export function stackedMatmul(a: Expr, b: Expr, count: number, flags: Partial<MatmulFlags> = {}): Expr {
  const { transposeA = false, transposeB = false } = flags;
  return stacked(a, b, { count, transposeA, transposeB });
}

/** The rule of `matmul` for a batch of both of its operands. */
export function stackedPairs(flags: MatmulFlags, [a, b]: readonly Batched[], size: number): Batched {
  const [left, right] = [a, b].map((operand) => {
    const many = batchedAt(operand, 0, size);
    const [, rows, columns] = many.type.shape;
    return reshape(many, [size * rows, columns]);
  });
  const made = stackedMatmul(left, right, size, flags);
  const [rows, n] = made.type.shape;
  return { expr: reshape(made, [size, rows / size, n]), axis: 0 };
}
