/** Random numbers of a trial: the same for the same seed and number, whatever was drawn for others. */
import { threefry, uniformAt } from "@chaingrad/core/given";

/** "srch" in ASCII: keeps these numbers apart from what else is drawn from the same seed. */
const SEARCH = 0x73726368;

export class Draws {
  readonly #key: readonly [number, number];
  readonly #stream: number;
  #count = 0;

  constructor(seed: number, stream: number) {
    this.#key = threefry(seed, Math.floor(seed / 2 ** 32), SEARCH, 0);
    this.#stream = stream;
  }

  /** The next one, in [0, 1). */
  next(): number {
    return uniformAt(this.#key, this.#stream, this.#count++);
  }
}
