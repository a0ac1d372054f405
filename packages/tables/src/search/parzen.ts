/**
 * Tree-structured Parzen estimator: of what was tried the better part has a density l, the rest a density g, for each option by
 * itself, and of some values drawn from l the one is proposed for which l/g is largest; it is the one of largest expected
 * improvement.
 *   Bergstra, Bardenet, Bengio & Kégl, "Algorithms for hyper-parameter optimization", NeurIPS 2011
 * A density is the mean of a kernel at each place, as wide as the farther of its neighbours is away, and of the uniform density
 * as if one more place had been seen. The kernel is a triangle, reflected at the ends (Silverman, "Density estimation", 1986,
 * §2.10), so that nothing is lost outside.
 */
import type { Draws } from "./draws.ts";
import { type Configuration, type Dimension, placeOf, type SearchedOption, valueAt } from "./space.ts";

/** The share of what was tried that counts as good. */
const GOOD = 0.15;
const FEWEST_GOOD = 3;
/** Values that are drawn from l. */
const CANDIDATES = 24;
/** Kernels are at least as wide as this, and of few places wider: what is proposed at one time would else be all the same. */
const NARROWEST = 0.1;

/** What was tried, and what it came to; smaller is better. */
export interface Observation {
  readonly options: Configuration;
  readonly loss: number;
}

/** Values of one option, of the good and of the rest. */
export class Parzen {
  readonly #good: readonly Configuration[];
  readonly #rest: Configuration[];

  constructor(observations: readonly Observation[]) {
    const sorted = [...observations].sort((a, b) => a.loss - b.loss).map(({ options }) => options);
    const count = Math.max(FEWEST_GOOD, Math.ceil(GOOD * sorted.length));
    this.#good = sorted.slice(0, count);
    this.#rest = sorted.slice(count);
  }

  /** One whose loss is yet to come counts as bad until then, so that those proposed with it keep away from it. */
  await(options: Configuration): void {
    this.#rest.push(options);
  }

  propose(name: SearchedOption, dimension: Dimension, draws: Draws): Configuration[SearchedOption] {
    const values = (of: readonly Configuration[]) => of.map((one) => one[name]);
    const [good, rest] = [values(this.#good), values(this.#rest)].map((own) =>
      dimension.kind === "choice" ? new Shares(dimension.choices, own) : new Kernels(placesOf(dimension, own)),
    );
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < CANDIDATES; i++) {
      const place = good.draw(draws);
      const ratio = good.density(place) / rest.density(place);
      if (ratio > most) [best, most] = [place, ratio];
    }
    return valueAt(dimension, best);
  }
}

const placesOf = (dimension: Dimension & { readonly kind: "range" }, values: readonly unknown[]): number[] =>
  values.map((value) => placeOf(dimension, value as number));

/** A density over places in [0, 1]. */
interface Density {
  density(place: number): number;
  draw(draws: Draws): number;
}

/** Of choices: how often each was seen, and all of them once together. */
class Shares implements Density {
  readonly #shares: readonly number[];

  constructor(choices: readonly unknown[], seen: readonly unknown[]) {
    const texts = seen.map((value) => JSON.stringify(value));
    this.#shares = choices.map((choice) => {
      const text = JSON.stringify(choice);
      const count = texts.filter((own) => own === text).length;
      return (count + 1 / choices.length) / (seen.length + 1);
    });
  }

  density(place: number): number {
    const { length } = this.#shares;
    return this.#shares[Math.min(length - 1, Math.floor(place * length))] * length;
  }

  draw(draws: Draws): number {
    let left = draws.next();
    const { length } = this.#shares;
    const chosen = this.#shares.findIndex((share) => {
      left -= share;
      return left < 0;
    });
    return ((chosen < 0 ? length - 1 : chosen) + 0.5) / length;
  }
}

class Kernels implements Density {
  readonly #centres: readonly number[];
  readonly #widths: readonly number[];

  constructor(places: readonly number[]) {
    const sorted = [...places].sort((a, b) => a - b);
    const least = Math.max(NARROWEST, 1 / (sorted.length + 1));
    this.#centres = sorted;
    this.#widths = sorted.map((centre, i) => {
      const [left, right] = [centre - (sorted[i - 1] ?? 0), (sorted[i + 1] ?? 1) - centre];
      return Math.min(1, Math.max(least, left, right));
    });
  }

  density(place: number): number {
    const total = this.#centres.reduce((sum, centre, i) => {
      const width = this.#widths[i];
      const at = (from: number): number => Math.max(0, 1 - Math.abs(place - from) / width) / width;
      return sum + at(centre) + at(-centre) + at(2 - centre);
    }, 1);
    return total / (this.#centres.length + 1);
  }

  draw(draws: Draws): number {
    const chosen = Math.floor(draws.next() * (this.#centres.length + 1));
    if (chosen === this.#centres.length) return draws.next();
    const drawn = this.#centres[chosen] + this.#widths[chosen] * (draws.next() + draws.next() - 1);
    const positive = Math.abs(drawn);
    return positive > 1 ? 2 - positive : positive;
  }
}
