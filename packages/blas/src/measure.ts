/** Which of two ways to multiply is faster on this machine. */

/** How long a measurement takes at least, in milliseconds, and how many there are at most. */
const SHORTEST = 0.3;
const ROUNDS = 7;
/** After two rounds, one way that is so much faster is faster. */
const CLEARLY = 1.5;

/** @param time milliseconds of the product, the given number of times, by the library or by the kernels */
export function isFaster(time: (byLibrary: boolean, times: number) => number): boolean {
  // The first call pays for fresh memory, and for whatever a library prepares.
  const first = time(true, 1);
  const times = Math.max(1, Math.ceil(SHORTEST / first));
  const best = { library: Number.POSITIVE_INFINITY, kernels: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    best.library = Math.min(best.library, time(true, times));
    best.kernels = Math.min(best.kernels, time(false, times));
    const ratio = best.library / best.kernels;
    if (round > 0 && (ratio > CLEARLY || 1 / ratio > CLEARLY)) break;
  }
  return best.library < best.kernels;
}
