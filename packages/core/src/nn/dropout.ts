/**
 * Dropout: while training each activation is kept with probability 1 − p and divided by it, so that the expectation is
 * the activation itself and predicting needs no change.
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014
 */
import { type Expr, label } from "../graph/expr.ts";
import { randomBernoulli } from "../ops/random.ts";
import { mul } from "../ops/ring.ts";
import { fraction, inRange } from "./options.ts";

/**
 * mask ⊙ h with mask = Bernoulli(1 − p)/(1 − p): a function of the key (i32[2]), the stream and the place alone.
 * Throws RangeError unless 0 ≤ p < 1.
 */
export function dropout(h: Expr, p: number, key: Expr, stream: number): Expr {
  inRange("dropout", p, fraction);
  if (p === 0) return h;
  const { shape, dtype } = h.type;
  const kept = randomBernoulli(key, stream, 1 - p, shape, dtype === "f32" ? "f32" : "f64");
  return mul(label(mul(1 / (1 - p), kept), `mask${stream}`), h);
}
