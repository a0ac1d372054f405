/**
 * L-BFGS: the inverse Hessian from the last m pairs alone, in compact form. With S = [s₁ … sₘ], Y = [y₁ … yₘ], the upper
 * triangle R of SᵀY, its diagonal D, and γ = sᵀy/yᵀy of the newest pair:
 *   H g = γ g + S p + γ Y q,   q = −R⁻¹ Sᵀg,   p = R⁻ᵀ ((D + γ YᵀY) R⁻¹ Sᵀg − γ Yᵀg)
 * Byrd, Nocedal & Schnabel, "Representations of quasi-Newton matrices and their use in limited memory methods", 1994
 */
import { solveUpper, solveUpperTransposed } from "../../linalg/triangular.ts";
import { addScaled, dot as dotOfParts } from "../../linalg/vector.ts";
import { count, readOptions } from "../../nn/options.ts";
import type { Memory, Minimizer } from "./minimizer.ts";
import { type InverseHessian, quasiNewton } from "./quasi-newton.ts";
import { dot, scaled } from "./vector.ts";

export interface LbfgsOptions {
  /** m, the number of pairs kept (default 20). */
  readonly memory?: number;
}

/** Throws RangeError unless `memory` is a whole number ≥ 1. */
export function lbfgs(options: LbfgsOptions = {}): Minimizer {
  const { memory } = readOptions("lbfgs", options, { memory: [20, count] });
  return {
    name: "lbfgs",
    kind: "minimizer",
    needs: [],
    bounded: true,
    iterate: (problem, start, tolerances, carried) =>
      quasiNewton(problem, start, tolerances, new Compact(memory), carried),
  };
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

class Compact implements InverseHessian {
  readonly #memory: number;
  #pairs: Pair[] = [];
  /** sᵢᵀyⱼ for i ≤ j, and yᵢᵀyⱼ: rows are `memory` numbers apart. */
  readonly #sy: Float64Array;
  readonly #yy: Float64Array;

  constructor(memory: number) {
    this.#memory = memory;
    this.#sy = new Float64Array(memory * memory);
    this.#yy = new Float64Array(memory * memory);
  }

  get isFresh(): boolean {
    return this.#pairs.length === 0;
  }

  update(s: Float64Array, y: Float64Array): void {
    if (this.#pairs.length === this.#memory) {
      this.#pairs = this.#pairs.slice(1);
      for (const products of [this.#sy, this.#yy]) products.copyWithin(0, this.#memory + 1);
    }
    this.#pairs = [...this.#pairs, { s, y }];
    const newest = this.#pairs.length - 1;
    this.#pairs.forEach((pair, i) => {
      this.#sy[i * this.#memory + newest] = dot(pair.s, y);
      const product = dot(pair.y, y);
      this.#yy[i * this.#memory + newest] = product;
      this.#yy[newest * this.#memory + i] = product;
    });
  }

  times(gradient: Float64Array): Float64Array {
    const m = this.#pairs.length;
    if (m === 0) return gradient;
    const [sy, yy, row] = [this.#sy, this.#yy, this.#memory];
    const last = (m - 1) * (row + 1);
    const gamma = sy[last] / yy[last];
    const [u, v] = [new Float64Array(m), new Float64Array(m)];
    this.#pairs.forEach(({ s, y }, i) => {
      u[i] = dot(s, gradient);
      v[i] = dot(y, gradient);
    });
    solveUpper(sy, m, u, row);
    const p = new Float64Array(m);
    for (let i = 0; i < m; i++) p[i] = sy[i * row + i] * u[i] + gamma * (dotOfParts(yy, i * row, u, 0, m) - v[i]);
    solveUpperTransposed(sy, m, p, row);
    const result = scaled(gradient, gamma);
    this.#pairs.forEach(({ s, y }, i) => {
      addScaled(result, 0, p[i], s, 0, s.length);
      addScaled(result, 0, -gamma * u[i], y, 0, y.length);
    });
    return result;
  }

  reset(): void {
    this.#pairs = [];
  }

  get state() {
    return { pairs: this.#pairs };
  }

  get memory(): Memory {
    const pairs = this.#pairs.flatMap(({ s, y }, i) => [
      [`s${i}`, s],
      [`y${i}`, y],
    ]);
    return { pairs: this.#pairs.length, ...Object.fromEntries(pairs), sy: this.#sy, yy: this.#yy };
  }

  recall(memory: Memory): void {
    const { pairs, sy, yy, ...vectors } = memory as Readonly<Record<string, Float64Array>>;
    this.#pairs = Array.from({ length: Number(pairs) }, (_, i) => ({ s: vectors[`s${i}`], y: vectors[`y${i}`] }));
    this.#sy.set(sy);
    this.#yy.set(yy);
  }
}
