/** Which of several ways to do the same is fastest on this machine. */

/** How long a measurement takes at least, in milliseconds, and how many there are at most. */
const SHORTEST = 0.3;
const ROUNDS = 7;
/** After two rounds, a way that is so much slower than the best is measured no more. */
const CLEARLY = 1.5;

/** @param time milliseconds of the task, the given number of times, in that way */
export function fastest(ways: readonly string[], time: (way: string, times: number) => number): string {
  // The first call pays for fresh memory, and for whatever a library prepares.
  const first = ways.map((way) => time(way, 1));
  const times = Math.max(1, Math.ceil(SHORTEST / Math.min(...first)));
  const best = new Map(ways.map((way) => [way, Number.POSITIVE_INFINITY]));
  let left = [...ways];
  for (let round = 0; round < ROUNDS && left.length > 1; round++) {
    for (const way of left) best.set(way, Math.min(best.get(way) as number, time(way, times)));
    const least = Math.min(...best.values());
    if (round > 0) left = left.filter((way) => (best.get(way) as number) <= CLEARLY * least);
  }
  return ways.reduce((a, b) => ((best.get(b) as number) < (best.get(a) as number) ? b : a));
}
