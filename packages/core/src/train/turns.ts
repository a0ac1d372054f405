/** Long work in slices, between which timers, signals and I/O have their turn. */

import { awaited, type Work } from "../graph/work.ts";

/** How long a slice may hold the event loop by default, in milliseconds. */
export const SLICE = 12;

export class Turns {
  readonly #seconds: number;
  #since = now();

  constructor(milliseconds: number = SLICE) {
    this.#seconds = milliseconds / 1000;
  }

  /** Returns at once while the slice lasts, else after everybody else had a turn. */
  async pass(): Promise<void> {
    if (now() - this.#since < this.#seconds) return;
    await nextTurn();
    this.#since = now();
  }

  /** All of some work, with turns for others in between. */
  all<T>(work: Work<T>): Promise<T> {
    return awaited(work, () => this.pass());
  }
}

/** Seconds, from an arbitrary start. */
export const now = (): number => performance.now() / 1000;

function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (f: () => void) => void };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
