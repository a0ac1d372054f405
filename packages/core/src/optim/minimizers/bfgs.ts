/**
 * BFGS: the inverse Hessian as a dense matrix, changed as little as the new pair allows.
 *   H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ,   ρ = 1/(yᵀs);   H₀ = (yᵀs/yᵀy) I at the first pair
 * Broyden, Fletcher, Goldfarb, Shanno, 1970; Nocedal & Wright, "Numerical Optimization", 2nd ed., 6.17 and 6.20
 */
import { readOptions } from "../../nn/options.ts";
import type { Memory, Minimizer } from "./minimizer.ts";
import { type InverseHessian, quasiNewton } from "./quasi-newton.ts";
import { dot, matVec } from "./vector.ts";

const MOST = 3000;

export function bfgs(options: object = {}): Minimizer {
  readOptions("bfgs", options, {});
  return {
    name: "bfgs",
    kind: "minimizer",
    needs: [],
    bounded: true,
    most: { size: MOST, instead: "lbfgs" },
    iterate: (problem, start, tolerances, memory) =>
      quasiNewton(problem, start, tolerances, new Dense(problem.size), memory),
  };
}

class Dense implements InverseHessian {
  readonly #n: number;
  #matrix: Float64Array | undefined;

  constructor(n: number) {
    this.#n = n;
  }

  get isFresh(): boolean {
    return this.#matrix === undefined;
  }

  times(gradient: Float64Array): Float64Array {
    return this.#matrix ? matVec(this.#matrix, gradient) : gradient.slice();
  }

  update(s: Float64Array, y: Float64Array): void {
    const n = this.#n;
    const sy = dot(s, y);
    const H = this.#matrix ?? identity(n, sy / dot(y, y));
    const Hy = matVec(H, y);
    const square = (1 + dot(y, Hy) / sy) / sy;
    for (let i = 0; i < n; i++) {
      const [alongS, alongHy] = [square * s[i] - Hy[i] / sy, s[i] / sy];
      for (let j = 0; j < n; j++) H[i * n + j] += alongS * s[j] - alongHy * Hy[j];
    }
    this.#matrix = H;
  }

  reset(): void {
    this.#matrix = undefined;
  }

  get state() {
    return { inverseHessian: this.#matrix };
  }

  get memory(): Memory {
    return this.#matrix ? { inverse: this.#matrix } : {};
  }

  recall({ inverse }: Memory): void {
    this.#matrix = inverse as Float64Array | undefined;
  }
}

function identity(n: number, scale: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = scale;
  return result;
}
