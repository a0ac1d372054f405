/** The area under the ROC curve, by counting. */
import type { Weighed } from "@chaingrad/core/given";
import { ascending } from "../ascending.ts";

/** U / (weight of hits · weight of misses), where U adds for each hit the misses below it and half of those level. */
export function areaUnderCurve(
  { rows, weights }: Weighed,
  scoreOf: (row: number) => number,
  isHit: (row: number) => boolean,
): number | null {
  const scores = new Float64Array(rows.length).map((_, i) => scoreOf(rows[i]));
  const order = ascending(scores);
  let [hits, misses, u] = [0, 0, 0];
  for (let start = 0, end = 0; start < order.length; start = end) {
    let [levelHits, levelMisses] = [0, 0];
    for (; end < order.length && (end === start || scores[order[end]] === scores[order[start]]); end++) {
      const place = order[end];
      if (isHit(rows[place])) levelHits += weights[place];
      else levelMisses += weights[place];
    }
    u += levelHits * (misses + levelMisses / 2);
    hits += levelHits;
    misses += levelMisses;
  }
  return hits > 0 && misses > 0 ? u / (hits * misses) : null;
}
