/** What is tried next: at first at random, then where trials did well, and in blocks of one shape that are trained together. */
import { Draws } from "./draws.ts";
import { type Observation, Parzen } from "./parzen.ts";
import { type Configuration, type SearchedOption, SHAPING, type Space, valueAt } from "./space.ts";

/** Trials of one shape: fewer would gain less by one plan, more would leave other shapes untried. */
export const BLOCK = 8;
/** So many must have been tried before anything is learnt from them … */
const LEAST_TRIED = 16;
/** … and still this share is drawn at random, in case what was learnt is wrong. */
const RANDOM = 0.25;
/** Draws for one that was not tried before: half of them of the block's shape. */
const ATTEMPTS = 64;

/** How trials are proposed: by what was learnt of those before, or all at random. */
export type Proposals = "tpe" | "random";

export class Proposer {
  readonly #space: Space;
  readonly #seed: number;
  readonly #kind: Proposals;
  readonly #tried = new Set<string>();
  #count = 0;
  readonly #block: number;

  constructor(space: Space, seed: number, kind: Proposals) {
    this.#space = space;
    this.#seed = seed;
    this.#kind = kind;
    const isFree = [...space.keys()].some((name) => !SHAPING.includes(name));
    this.#block = isFree ? BLOCK : 1;
  }

  /** How many have been proposed: the number of the next one. */
  get count(): number {
    return this.#count;
  }

  /** Up to so many that were not tried before; fewer where the space has no more. The same after the same observations. */
  propose(count: number, observations: readonly Observation[]): Configuration[] {
    const learnt = this.#kind === "tpe" && observations.length >= LEAST_TRIED ? new Parzen(observations) : undefined;
    const found: Configuration[] = [];
    let shape: Configuration = {};
    while (found.length < count) {
      const draws = new Draws(this.#seed, this.#count);
      if (found.length % this.#block === 0) shape = this.#draw(draws, learnt, (name) => SHAPING.includes(name));
      const own = this.#unlike(draws, learnt, shape);
      if (own === undefined) break;
      found.push(own);
      this.#count++;
    }
    return found;
  }

  #unlike(draws: Draws, learnt: Parzen | undefined, shape: Configuration): Configuration | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const isShaped = attempt < ATTEMPTS / 2;
      const by = isShaped ? learnt : undefined;
      const drawn = this.#draw(draws, by, (name) => !(isShaped && SHAPING.includes(name)));
      const own = this.#inOrder({ ...(isShaped && shape), ...drawn });
      const text = JSON.stringify(own);
      if (this.#tried.has(text)) continue;
      this.#tried.add(text);
      learnt?.await(own);
      return own;
    }
    return undefined;
  }

  #draw(draws: Draws, learnt: Parzen | undefined, isWanted: (name: SearchedOption) => boolean): Configuration {
    const by = draws.next() < RANDOM ? undefined : learnt;
    const drawn = [...this.#space].flatMap(([name, dimension]) =>
      isWanted(name) ? [[name, by?.propose(name, dimension, draws) ?? valueAt(dimension, draws.next())]] : [],
    );
    return Object.fromEntries(drawn);
  }

  #inOrder(own: Configuration): Configuration {
    return Object.fromEntries([...this.#space.keys()].map((name) => [name, own[name]]));
  }
}
