/**
 * A Hessian from sums that hold its different elements in any order: a table of places, known beforehand, chooses for each
 * element of the matrix where it comes from, so that transposing, mirroring and putting blocks together is one pass.
 */
import type { Expr } from "../graph/expr.ts";
import { type FloatType, sizeOf } from "../graph/type.ts";
import { add } from "../ops/ring.ts";
import { gatherRows } from "../ops/rows.ts";
import { concat, reshape } from "../ops/shape.ts";
import { constant, fill } from "../ops/source.ts";
import type { Share, Site } from "./sites.ts";

/**
 * Terms of second derivatives by (u, a) and (k, b), where u and k are units of two sites, a and b elements of their
 * carriers: at place units[u · K + k] + carriers[a · B + b] of `values`, which has any shape.
 */
export interface Term {
  readonly values: Expr;
  readonly units: Int32Array;
  readonly carriers: Int32Array;
}

/** The n × m numbers of a function, row-major. */
export function table(n: number, m: number, at: (i: number, j: number) => number): Int32Array {
  const result = new Int32Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) result[i * m + j] = at(i, j);
  return result;
}

export class SecondDerivatives {
  readonly #starts: readonly number[];
  readonly #n: number;
  /** All values one after another, first a zero for elements that no term has. */
  readonly #values: Expr[];
  #length = 1;
  /** The place of each element of the matrix, of its first and of its second term. */
  readonly #places: Int32Array[] = [];

  /** @param sizes of the parameters */
  constructor(sizes: readonly number[], dtype: FloatType) {
    this.#n = sizes.reduce((total, size) => total + size, 0);
    this.#starts = sizes.map((_, i) => sizes.slice(0, i).reduce((total, size) => total + size, 0));
    this.#values = [fill(0, [1], dtype)];
  }

  /**
   * Terms of the derivatives by all parameters of a site and by some of another, both ways.
   * @param order 0 or 1: an element of the matrix is the sum of one term of each order
   */
  add(order: 0 | 1, term: Term, first: Site, second: Site, shares: readonly Share[] = second.shares): void {
    this.#places[order] ??= new Int32Array(this.#n ** 2);
    for (const p of first.shares)
      for (const q of shares) this.#place(this.#places[order], term, [first, p], [second, q]);
    this.#values.push(reshape(term.values, [sizeOf(term.values.type.shape)]));
    this.#length += sizeOf(term.values.type.shape);
  }

  #place(places: Int32Array, term: Term, [first, p]: [Site, Share], [second, q]: [Site, Share]): void {
    const [n, base] = [this.#n, this.#length];
    for (let u = 0; u < first.units; u++) {
      for (let a = 0; a < p.width; a++) {
        const row = this.#starts[p.parameter] + u * p.strides[0] + a * p.strides[1];
        for (let k = 0; k < second.units; k++) {
          const unit = base + term.units[u * second.units + k];
          const column = this.#starts[q.parameter] + k * q.strides[0];
          for (let b = 0; b < q.width; b++) {
            const at = column + b * q.strides[1];
            places[row * n + at] = unit + term.carriers[(p.at + a) * second.width + q.at + b];
            places[at * n + row] = places[row * n + at];
          }
        }
      }
    }
  }

  /** [n, n] */
  matrix(): Expr {
    const values = reshape(concat(this.#values, 0), [this.#length, 1]);
    const n = this.#n;
    const terms = this.#places.map((places) => gatherRows(values, constant(places, [n * n], "i32")));
    return terms.length === 0
      ? fill(0, [n, n], values.type.dtype)
      : reshape(
          terms.reduce((a, b) => add(a, b)),
          [n, n],
        );
  }
}
