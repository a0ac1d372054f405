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
  /** Only where b, counted within its parameter, is u. */
  readonly diagonal?: boolean;
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
  readonly #places = new Map<0 | 1, Int32Array>();

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
    const places = this.#places.get(order) ?? new Int32Array(this.#n ** 2);
    this.#places.set(order, places);
    first.shares.forEach((p, i) => {
      // Within a site the other way round is the mirror image.
      for (const q of first === second ? shares.slice(i) : shares) this.#place(places, term, [first, p], [second, q]);
    });
    this.#values.push(reshape(term.values, [sizeOf(term.values.type.shape)]));
    this.#length += sizeOf(term.values.type.shape);
  }

  #place(
    places: Int32Array,
    { units, carriers, diagonal }: Term,
    [first, p]: [Site, Share],
    [second, q]: [Site, Share],
  ): void {
    // Only local names within the loops: they run but once or twice, and are interpreted.
    const [n, base, many, wide, from] = [this.#n, this.#length, second.units, q.width, q.at];
    const [rows, columns] = [this.#positions(first, p), this.#positions(second, q)];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const u = Math.floor(i / p.width);
      const [low, high] = diagonal ? [u, u + 1] : [0, wide];
      const carrier = (p.at + (i % p.width)) * second.width + from;
      for (let k = 0; k < many; k++) {
        const start = base + units[u * many + k];
        for (let b = low; b < high; b++) {
          const column = columns[k * wide + b];
          places[row * n + column] = places[column * n + row] = start + carriers[carrier + b];
        }
      }
    }
  }

  /** Which row of the matrix each element of a parameter is, [units, width]. */
  #positions({ units }: Site, { parameter, width, strides }: Share): Int32Array {
    return table(units, width, (u, a) => this.#starts[parameter] + u * strides[0] + a * strides[1]);
  }

  /** [n, n] */
  matrix(): Expr {
    const [n, values] = [this.#n, reshape(concat(this.#values, 0), [this.#length, 1])];
    const terms = [...this.#places.values()].map((places) => gatherRows(values, constant(places, [n * n], "i32")));
    if (terms.length === 0) return fill(0, [n, n], values.type.dtype);
    const total = terms.reduce((a, b) => add(a, b));
    return reshape(total, [n, n]);
  }
}
