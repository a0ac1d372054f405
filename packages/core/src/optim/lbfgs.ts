/**
 * L-BFGS: the inverse Hessian from the last m pairs alone, in compact form. With S = [s₁ … sₘ], Y = [y₁ … yₘ], the upper
 * triangle R of SᵀY, its diagonal D, and γ = sᵀy/yᵀy of the newest pair:
 *   H g = γ g + S p + γ Y q,   q = −R⁻¹ Sᵀg,   p = R⁻ᵀ ((D + γ YᵀY) R⁻¹ Sᵀg − γ Yᵀg)
 * Byrd, Nocedal & Schnabel, "Representations of quasi-Newton matrices and their use in limited memory methods", 1994
 */
import { solveUpper, solveUpperTransposed } from "../linalg/triangular.ts";
import { count, inRange } from "../nn/options.ts";
import type { Minimizer } from "./minimizer.ts";
import { type InverseHessian, quasiNewton } from "./quasi-newton.ts";
import { dot, plus, scaled } from "./vector.ts";

export interface LbfgsOptions {
  /** m, the number of pairs kept (default 20). */
  readonly memory?: number;
}

/** Throws RangeError unless `memory` is a whole number ≥ 1. */
export function lbfgs({ memory = 20 }: LbfgsOptions = {}): Minimizer {
  inRange("lbfgs: memory", memory, count);
  return {
    name: "lbfgs",
    needs: [],
    bounded: true,
    iterate: (problem, start, tolerances) => quasiNewton(problem, start, tolerances, new Compact(memory)),
  };
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

class Compact implements InverseHessian {
  readonly #memory: number;
  #pairs: Pair[] = [];
  /** sᵢᵀyⱼ and yᵢᵀyⱼ, [m, m] each. */
  #sy: Float64Array = new Float64Array(0);
  #yy: Float64Array = new Float64Array(0);

  constructor(memory: number) {
    this.#memory = memory;
  }

  get isFresh(): boolean {
    return this.#pairs.length === 0;
  }

  update(s: Float64Array, y: Float64Array): void {
    const dropped = this.#pairs.length === this.#memory ? 1 : 0;
    this.#pairs = [...this.#pairs.slice(dropped), { s, y }];
    this.#sy = this.#extend(this.#sy, dropped, (a, b) => dot(a.s, b.y));
    this.#yy = this.#extend(this.#yy, dropped, (a, b) => dot(a.y, b.y));
  }

  /** The matrix of products without its first row and column if a pair was dropped, and with those of the newest pair. */
  #extend(old: Float64Array, dropped: number, product: (a: Pair, b: Pair) => number): Float64Array {
    const m = this.#pairs.length;
    const before = m - 1 + dropped;
    return Float64Array.from({ length: m * m }, (_, at) => {
      const [i, j] = [Math.floor(at / m), at % m];
      const isNew = i === m - 1 || j === m - 1;
      return isNew ? product(this.#pairs[i], this.#pairs[j]) : old[(i + dropped) * before + j + dropped];
    });
  }

  times(gradient: Float64Array): Float64Array {
    const m = this.#pairs.length;
    if (m === 0) return gradient;
    const gamma = this.#sy[m * m - 1] / this.#yy[m * m - 1];
    const u = Float64Array.from(this.#pairs, ({ s }) => dot(s, gradient));
    const v = Float64Array.from(this.#pairs, ({ y }) => dot(y, gradient));
    solveUpper(this.#sy, m, u);
    const p = Float64Array.from({ length: m }, (_, i) => {
      const curved = u.reduce((total, uj, j) => total + this.#yy[i * m + j] * uj, 0);
      return this.#sy[i * m + i] * u[i] + gamma * (curved - v[i]);
    });
    solveUpperTransposed(this.#sy, m, p);
    return this.#pairs.reduce(
      (sum, { s, y }, i) => plus(plus(sum, s, p[i]), y, -gamma * u[i]),
      scaled(gradient, gamma),
    );
  }

  reset(): void {
    this.#pairs = [];
    this.#sy = new Float64Array(0);
    this.#yy = new Float64Array(0);
  }

  get state() {
    return { pairs: this.#pairs };
  }
}
