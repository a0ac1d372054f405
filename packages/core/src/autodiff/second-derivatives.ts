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

/**
 * The sum of two terms of different sites, of which the second has only one share of the second site.
 * @param term of all of both sites, with a place of its own for each element
 */
export function withMore(term: Term, more: Term, first: Site, second: Site, { at, width }: Share): Term {
  const [values, added] = [flat(term.values), flat(more.values)];
  // Place 0 is a zero for what the second term has not.
  const places = new Int32Array(size(values));
  for (let u = 0; u < first.units; u++) {
    const [low, high] = more.diagonal ? [u, u + 1] : [0, width];
    for (let k = 0; k < second.units; k++) {
      const unit = u * second.units + k;
      for (let a = 0; a < first.width; a++) {
        for (let b = low; b < high; b++) {
          const carrier = a * second.width + at + b;
          places[term.units[unit] + term.carriers[carrier]] = 1 + more.units[unit] + more.carriers[carrier];
        }
      }
    }
  }
  const zero = fill(0, [1], values.type.dtype as FloatType);
  return { ...term, values: add(values, take(concat([zero, added], 0), places)) };
}

const size = (node: Expr): number => sizeOf(node.type.shape);
const flat = (node: Expr): Expr => reshape(node, [size(node)]);

/** The numbers of a vector at these places. */
function take(values: Expr, places: Int32Array): Expr {
  const index = constant(places, [places.length], "i32");
  return reshape(gatherRows(reshape(values, [size(values), 1]), index), [places.length]);
}

export class SecondDerivatives {
  readonly #starts: readonly number[];
  readonly #n: number;
  /** All values one after another, first a zero for elements that no term has. */
  readonly #values: Expr[];
  #length = 1;
  /** The place of each element of the matrix. */
  readonly #places: Int32Array;

  /** @param sizes of the parameters */
  constructor(sizes: readonly number[], dtype: FloatType) {
    this.#n = sizes.reduce((total, size) => total + size, 0);
    this.#starts = sizes.map((_, i) => sizes.slice(0, i).reduce((total, size) => total + size, 0));
    this.#values = [fill(0, [1], dtype)];
    this.#places = new Int32Array(this.#n ** 2);
  }

  /** The derivatives by all parameters of a site and by some of another, both ways. */
  add(term: Term, first: Site, second: Site, shares: readonly Share[] = second.shares): void {
    first.shares.forEach((p, i) => {
      // Within a site the other way round is the mirror image.
      for (const q of first === second ? shares.slice(i) : shares) this.#place(term, [first, p], [second, q]);
    });
    this.#values.push(flat(term.values));
    this.#length += size(term.values);
  }

  #place({ units, carriers, diagonal }: Term, [first, p]: [Site, Share], [second, q]: [Site, Share]): void {
    // Only local names within the loops: they run but once or twice, and are interpreted.
    const places = this.#places;
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

  /** The different numbers, in one vector: what is to be added up over chunks of rows. */
  get values(): Expr {
    return concat(this.#values, 0);
  }

  /** Where in `values` each element of the matrix is, row-major. */
  get places(): Int32Array {
    return this.#places;
  }

  /** [n, n] */
  matrix(): Expr {
    return reshape(take(this.values, this.#places), [this.#n, this.#n]);
  }
}
