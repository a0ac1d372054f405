/**
 * A clip without corners. Near 0 it is x, far out ±c, and it grows everywhere:
 *   y = x / √(1 + (x/c)²);   y′ = (1 + (x/c)²)^(−3/2)
 *   Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data",
 *   NeurIPS 2024
 */
import { type Expr, expr, none } from "../graph/expr.ts";
import { call, number } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { pow, sqrt } from "./elementary.ts";
import { elementwiseOp } from "./elementwise.ts";
import { add, div, mul, square } from "./ring.ts";
import { clamp } from "./select.ts";

/** So many limits from 0 the result is ±c to the last bit: what is farther counts as that far, so that no square overflows. */
const FAR = 1e9;

const ops = new Map<number, Op>();

/** x / √(1 + (x/c)²), element by element. @param limit c > 0, which no result exceeds, and which ±∞ become */
export function smoothClip(x: Expr, limit: number): Expr {
  const op = ops.get(limit) ?? clipTo(limit);
  ops.set(limit, op);
  return expr(op, [x], none);
}

function clipTo(limit: number): Op {
  const far = FAR * limit;
  const stretched = (x: Expr): Expr => add(1, square(div(x, limit)));
  const { kernel, ...op } = elementwiseOp(
    {
      name: "smooth-clip",
      evaluate(x) {
        const near = Math.min(far, Math.max(-far, x));
        return near / Math.sqrt(1 + (near / limit) * (near / limit));
      },
      derivative: [(_, x) => pow(stretched(x), -1.5)],
      notation: ([x]) => call("clip", [x, number(limit)]),
    },
    mul,
    add,
  );
  return {
    ...op,
    decompose({ operands: [x] }) {
      const near = clamp(x, -far, far);
      return div(near, sqrt(stretched(near)));
    },
  };
}
