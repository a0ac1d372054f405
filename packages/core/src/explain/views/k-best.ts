/**
 * The k paths of largest |product| through a layered graph, by dynamic programming from the end: the k best of a place are
 * among the k best of the places after it, one step longer. (The k-best form of Viterbi's algorithm; Huang & Chiang,
 * "Better k-best parsing", IWPT 2005.) Paths are never enumerated.
 */

/** A way from a place to the end; a list that shares its tail with others. */
export interface Path<Place> {
  readonly place: Place;
  /** The factor of the step to `next`; 1 at the end. */
  readonly factor: number;
  /** All factors from here. */
  readonly product: number;
  readonly next: Path<Place> | undefined;
}

/** The k of largest |product|, in that order, kept while candidates come. */
export class Best<Place> {
  readonly #k: number;
  readonly paths: Path<Place>[] = [];

  constructor(k: number) {
    this.#k = k;
  }

  /** Whether a path of this |product| would be among the best; ties keep the first that came. */
  admits(size: number): boolean {
    return this.paths.length < this.#k || size > Math.abs(this.paths[this.paths.length - 1].product);
  }

  add(path: Path<Place>): void {
    let at = this.paths.length;
    while (at > 0 && Math.abs(this.paths[at - 1].product) < Math.abs(path.product)) at--;
    this.paths.splice(at, 0, path);
    if (this.paths.length > this.#k) this.paths.pop();
  }
}
