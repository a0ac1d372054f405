/**
 * Whether the machine stayed as fast as it was: a loop that is always the same, timed between rounds, in this process while all
 * entries stand still. What slows it down (another program, a host that takes time away, a lower clock) slows entries down, too.
 */
import { median } from "./numbers.js";

const ITERATIONS = 1_000_000;
const REPEATS = 5;
const WARM_UP = 20;

/** A run that drifts by more than this says so. */
export const MOST_DRIFT = 0.1;

/** Multiply-adds that each wait for the one before: bound by the clock alone. */
function loop() {
  let value = 1;
  for (let i = 0; i < ITERATIONS; i++) value = value * 0.999999 + 0.5;
  return value;
}

export class Calibration {
  #times = [];
  /** Kept, so that no compiler leaves the loop out. */
  last = 0;

  constructor() {
    for (let i = 0; i < WARM_UP; i++) this.last = loop();
  }

  /** Times the loop: the median of some. */
  tick() {
    const times = Array.from({ length: REPEATS }, () => {
      const before = performance.now();
      this.last = loop();
      return performance.now() - before;
    });
    this.#times.push(median(times));
  }

  /** How many ticks there were: what `drift` counts from. */
  get ticks() {
    return this.#times.length;
  }

  /** The slowest tick from number `from` on, in parts of the fastest, less one; 0 where there are none. */
  drift(from = 0) {
    const times = this.#times.slice(from);
    return times.length === 0 ? 0 : Math.max(...times) / Math.min(...times) - 1;
  }
}
