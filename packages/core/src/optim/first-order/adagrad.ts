/**
 * AdaGrad: the gradient over the root of all its squares so far.
 *   s ← s + g²
 *   w ← w − η g / (√s + ε)
 * Duchi, Hazan & Singer, "Adaptive subgradient methods", JMLR 2011
 *
 * s starts at 0, and ε = 1e-10 stands outside the root, as in PyTorch. Keras starts s at 0.1 and has ε = 1e-7 inside the
 * root, so that its first steps are shorter.
 */
import { positive, readOptions } from "../../nn/options.ts";
import { sqrt } from "../../ops/elementary.ts";
import { add, div, mul, square, sub } from "../../ops/ring.ts";
import type { Optimizer } from "./optimizer.ts";

export interface AdagradOptions {
  /** ε > 0 (default 1e-10). */
  readonly epsilon?: number;
}

/** Throws RangeError on an option out of range. */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { epsilon } = readOptions("adagrad", options, { epsilon: [1e-10, positive] });
  return {
    kind: "first-order",
    name: "adagrad",
    defaultRate: 0.01,
    state: { squares: 0 },
    update(w, g, state, { rate }) {
      const squares = add(state.squares, square(g));
      return { param: sub(w, div(mul(rate, g), add(sqrt(squares), epsilon))), state: { squares } };
    },
  };
}
