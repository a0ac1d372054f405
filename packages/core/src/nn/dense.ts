/** A dense layer: z = W x + b for one row; on a batch Z = X Wᵀ + 1 bᵀ. */
import type { Expr } from "../graph/expr.ts";
import { type Shape, ShapeError } from "../graph/type.ts";
import { matmul } from "../ops/matmul.ts";
import { add } from "../ops/ring.ts";

/**
 * x: [batch, in], W: [out, in], b: [out] → [batch, out].
 * Throws ShapeError, "dense 'hidden2' expects [batch, 16], got [batch, 12]", when x does not fit.
 */
export function dense(x: Expr, W: Expr, b: Expr | undefined, name: string): Expr {
  const [, width] = W.type.shape;
  if (x.type.shape.length !== 2 || x.type.shape[1] !== width) {
    throw new ShapeError(`dense '${name}' expects [batch, ${width}], got ${printBatch(x.type.shape)}`);
  }
  const product = matmul(x, W, { transposeB: true });
  return b === undefined ? product : add(product, b);
}

/** "[batch, 12]": the first axis by its meaning, where there is more than one. */
function printBatch(shape: Shape): string {
  return shape.length < 2 ? `[${shape.join(", ")}]` : `[batch, ${shape.slice(1).join(", ")}]`;
}
