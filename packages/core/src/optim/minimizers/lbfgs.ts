/**
 * L-BFGS: the inverse Hessian from the last m pairs alone, in compact form. With S = [s₁ … sₘ], Y = [y₁ … yₘ], the upper
 * triangle R of SᵀY, its diagonal D, and γ = sᵀy/yᵀy of the newest pair:
 *   H g = γ g + S p + γ Y q,   q = −R⁻¹ Sᵀg,   p = R⁻ᵀ ((D + γ YᵀY) R⁻¹ Sᵀg − γ Yᵀg)
 * Byrd, Nocedal & Schnabel, "Representations of quasi-Newton matrices and their use in limited memory methods", 1994
 */
import { solveUpper, solveUpperTransposed } from "../../linalg/triangular.ts";
import { dot } from "../../linalg/vector.ts";
import { count, readOptions } from "../../nn/options.ts";
import type { Memory, Minimizer } from "./minimizer.ts";
import { type InverseHessian, quasiNewton } from "./quasi-newton.ts";

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
  #pairs: readonly Pair[] = [];
  /** sᵢᵀyⱼ for i ≤ j, and yᵢᵀyⱼ: rows are `memory` numbers apart. */
  readonly #sy: Float64Array;
  readonly #yy: Float64Array;
  /** Room for a number of each pair: Sᵀv and what it becomes, Yᵀv, p. */
  readonly #u: Float64Array;
  readonly #v: Float64Array;
  readonly #p: Float64Array;

  constructor(memory: number) {
    this.#memory = memory;
    this.#sy = new Float64Array(memory * memory);
    this.#yy = new Float64Array(memory * memory);
    [this.#u, this.#v, this.#p] = [0, 1, 2].map(() => new Float64Array(memory)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  get isFresh(): boolean {
    return this.#pairs.length === 0;
  }

  update(s: Float64Array, y: Float64Array): void {
    const [sy, yy, row] = [this.#sy, this.#yy, this.#memory];
    const isFull = this.#pairs.length === row;
    if (isFull) for (const products of [sy, yy]) products.copyWithin(0, row + 1);
    // An array of its own: who was told the pairs before keeps those.
    this.#pairs = [...(isFull ? this.#pairs.slice(1) : this.#pairs), { s, y }];
    const newest = this.#pairs.length - 1;
    productsWith(this.#pairs, y, this.#u, this.#v);
    for (let i = 0; i <= newest; i++) {
      sy[i * row + newest] = this.#u[i];
      yy[i * row + newest] = this.#v[i];
      yy[newest * row + i] = this.#v[i];
    }
  }

  times(gradient: Float64Array): Float64Array {
    const m = this.#pairs.length;
    if (m === 0) return gradient.slice();
    const [sy, yy, row] = [this.#sy, this.#yy, this.#memory];
    const last = (m - 1) * (row + 1);
    const gamma = sy[last] / yy[last];
    const [u, v, p] = [this.#u, this.#v, this.#p];
    productsWith(this.#pairs, gradient, u, v);
    solveUpper(sy, m, u, row);
    for (let i = 0; i < m; i++) p[i] = sy[i * row + i] * u[i] + gamma * (dot(yy, i * row, u, 0, m) - v[i]);
    solveUpperTransposed(sy, m, p, row);
    return combined(this.#pairs, gradient, gamma, p, u);
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

/** u ← Sᵀx and v ← Yᵀx. Two pairs at a time: a single sum waits for each of its additions. */
function productsWith(pairs: readonly Pair[], x: Float64Array, u: Float64Array, v: Float64Array): void {
  const last = pairs.length - 1;
  for (let i = 0; i <= last; i += 2) {
    const { s, y } = pairs[i];
    const { s: s1, y: y1 } = pairs[Math.min(i + 1, last)];
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < x.length; k++) {
      a += s[k] * x[k];
      b += y[k] * x[k];
      c += s1[k] * x[k];
      d += y1[k] * x[k];
    }
    [u[i], v[i]] = [a, b];
    if (i < last) [u[i + 1], v[i + 1]] = [c, d];
  }
}

/** γ g + S p − γ Y u */
function combined(
  pairs: readonly Pair[],
  gradient: Float64Array,
  gamma: number,
  p: Float64Array,
  u: Float64Array,
): Float64Array {
  const result = new Float64Array(gradient.length);
  for (let k = 0; k < result.length; k++) result[k] = gamma * gradient[k];
  for (let i = 0; i < pairs.length; i++) {
    const { s, y } = pairs[i];
    const [alongS, alongY] = [p[i], -gamma * u[i]];
    for (let k = 0; k < result.length; k++) result[k] = result[k] + alongS * s[k] + alongY * y[k];
  }
  return result;
}
