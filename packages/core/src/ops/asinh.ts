/**
 * The inverse of the hyperbolic sine: a logarithm far from 0 on either side, linear at 0, and smooth.
 *   y = ln(x + √(x² + 1)) = sign(x) ln(1 + |x| + x²/(1 + √(1 + x²)));   y′ = (1 + x²)^(−1/2)
 * The second form cancels nothing.
 */
import { type Expr, expr, none } from "../graph/expr.ts";
import { call } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { log1p, pow, sqrt } from "./elementary.ts";
import { elementwiseOp } from "./elementwise.ts";
import { add, div, mul, square } from "./ring.ts";
import { less, where } from "./select.ts";

const { kernel: _, ...rest } = elementwiseOp(
  {
    name: "asinh",
    evaluate: Math.asinh,
    derivative: [(_, x) => pow(add(1, square(x)), -0.5)],
    notation: (parts) => call("asinh", parts),
  },
  mul,
  add,
);

const op: Op = {
  ...rest,
  decompose({ operands: [x] }) {
    const side = where(less(x, 0), -1, 1);
    const size = mul(side, x);
    return mul(side, log1p(add(size, div(square(x), add(1, sqrt(add(1, square(x))))))));
  },
};

/** ln(x + √(x² + 1)), element by element; x² must not overflow. y′ = (1 + x²)^(−1/2) */
export const asinh = (x: Expr): Expr => expr(op, [x], none);
