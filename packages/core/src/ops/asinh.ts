/**
 * The inverse of the hyperbolic sine: a logarithm far from 0 on either side, linear at 0, and smooth.
 *   y = ln(x + √(x² + 1)) = sign(x) ln(1 + |x| + x²/(1 + √(1 + x²)));   y′ = (1 + x²)^(−1/2)
 * The second form cancels nothing. Far out, where x² may overflow, y is sign(x) (ln|x| + ln 2): the same but for rounding.
 */
import { type Expr, expr, none } from "../graph/expr.ts";
import { call } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { log1p, pow, sqrt } from "./elementary.ts";
import { elementwiseOp } from "./elementwise.ts";
import { add, div, mul, square } from "./ring.ts";
import { less, where } from "./select.ts";

/** From here on 1 is lost beside |x| in f64, and x² is still finite in f32. */
const FAR = 1e17;

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
    const isFar = less(FAR, size);
    // |x| as a factor, not a term: so −0 stays −0.
    const near = mul(size, add(1, div(size, add(1, sqrt(add(1, square(x)))))));
    const log = log1p(where(isFar, size, near));
    return mul(side, where(isFar, add(log, Math.LN2), log));
  },
};

/** ln(x + √(x² + 1)), element by element, of any x; ±∞ at ±∞. y′ = (1 + x²)^(−1/2), which is 0 where x² overflows */
export const asinh = (x: Expr): Expr => expr(op, [x], none);
