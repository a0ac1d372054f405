/** Which of two ways to multiply is faster on this machine. */

/** How long a measurement takes at least, in milliseconds, and how many there are. */
const SHORTEST = 0.3;
const ROUNDS = 5;
/** A product that takes longer than this is measured once. */
const LONG = 10;

/** @param time milliseconds of the product, the given number of times, by the library or by the kernels */
export function isFaster(time: (byLibrary: boolean, times: number) => number): boolean {
  const ways = [true, false].map((byLibrary) => ({
    byLibrary,
    once: time(byLibrary, 1),
    best: Number.POSITIVE_INFINITY,
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) {
      if (way.once > LONG) {
        way.best = way.once;
        continue;
      }
      const times = Math.max(1, Math.ceil(SHORTEST / way.once));
      way.best = Math.min(way.best, time(way.byLibrary, times) / times);
    }
  }
  return ways[0].best < ways[1].best;
}
