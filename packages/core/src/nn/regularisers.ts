/** Penalties on the weight matrices, to be added to the loss. Biases, gains and shifts are left alone. */
import type { Expr } from "../graph/expr.ts";
import type { Operand } from "../ops/elementwise.ts";
import { add, mul, square } from "../ops/ring.ts";
import { abs } from "../ops/select.ts";
import { sum } from "../ops/sum-broadcast.ts";
import { inRange, nonNegative } from "./options.ts";

/** A scalar from at least one weight matrix and a strength λ ≥ 0 (a number or a scalar). Throws RangeError. */
export type Regulariser = (weights: readonly Expr[], strength: Operand) => Expr;

/** The regularisers that go by a name. */
export type RegulariserName = "l1" | "l2";

function penalty(name: RegulariserName, scale: number, perElement: (w: Expr) => Expr): Regulariser {
  return (weights, strength) => {
    if (weights.length === 0) throw new RangeError(`${name}: there is no weight matrix to regularise`);
    const total = weights.map((w) => sum(perElement(w))).reduce((a, b) => add(a, b));
    const lambda = typeof strength === "number" ? inRange(`${name}: strength`, strength, nonNegative) : strength;
    return mul(typeof lambda === "number" ? scale * lambda : mul(scale, lambda), total);
  };
}

/** All regularisers by name. */
export const regularisers: Readonly<Record<RegulariserName, Regulariser>> = {
  // λ Σ |W|          Tibshirani, "Regression shrinkage and selection via the lasso", 1996
  l1: penalty("l1", 1, abs),
  // λ/2 Σ ‖W‖²          Hoerl & Kennard, "Ridge regression", 1970
  l2: penalty("l2", 0.5, square),
};
