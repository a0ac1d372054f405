/**
 * Dropout: while training each activation is kept with probability 1 − p and divided by it, so that the expectation is
 * the activation itself and predicting needs no change.
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014
 */
import type { Expr } from "../../graph/expr.ts";
import { randomBernoulli } from "../../ops/random.ts";
import { mul } from "../../ops/ring.ts";
import { fraction, inRange } from "../options.ts";
import type { LayerPart } from "./layer.ts";

/**
 * mask ⊙ h with mask = Bernoulli(1 − p)/(1 − p): a function of the key (i32[2]), the stream and the place alone.
 * Throws RangeError unless 0 ≤ p < 1.
 * @param mark gives the mask its symbol
 */
export function dropout(
  h: Expr,
  p: number,
  key: Expr,
  stream: number,
  mark: (mask: Expr) => Expr = (mask) => mask,
): Expr {
  inRange("dropout", p, fraction);
  if (p === 0) return h;
  const { shape, dtype } = h.type;
  const kept = randomBernoulli(key, stream, 1 - p, shape, dtype === "f32" ? "f32" : "f64");
  return mul(mark(mul(1 / (1 - p), kept)), h);
}

export const dropoutPart: LayerPart = {
  check({ dropout: p = 0 }, where) {
    inRange(`${where}: dropout`, p, fraction);
  },
  random: ({ dropout: p }) => (p ? "dropout" : undefined),
  forward(h, { name, number, spec, training, key, mark }) {
    if (!training || !spec.dropout) return h;
    if (key === undefined) throw new Error(`dropout in '${name}' needs context.key (i32[2]) while training`);
    return dropout(h, spec.dropout, key, number, (mask) => mark(mask, "mask", "mask"));
  },
};
