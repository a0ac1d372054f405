/** Rows from the highest score down, those of equal scores at once: what ranking metrics and thresholds go through. */
import type { Weighed } from "@chaingrad/core/given";
import { ascending } from "../ascending.ts";

/** The rows of one score. */
export interface Level {
  readonly score: number;
  /** Weight of those that are of the class, and of the others. */
  readonly hits: number;
  readonly misses: number;
}

/** Every distinct score, the highest first. */
export function levelsOf(
  { rows, weights }: Weighed,
  scoreOf: (row: number) => number,
  isHit: (row: number) => boolean,
): Level[] {
  const scores = new Float64Array(rows.length).map((_, i) => scoreOf(rows[i]));
  const order = ascending(scores).reverse();
  const levels: { score: number; hits: number; misses: number }[] = [];
  for (const place of order) {
    const score = scores[place];
    if (levels[levels.length - 1]?.score !== score) levels.push({ score, hits: 0, misses: 0 });
    const level = levels[levels.length - 1];
    if (isHit(rows[place])) level.hits += weights[place];
    else level.misses += weights[place];
  }
  return levels;
}

/**
 * Σₖ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores from the highest down, R recall and P precision of all rows up to there; null where
 * no row is of the class.
 */
export function averagePrecisionOf(levels: readonly Level[]): number | null {
  const all = levels.reduce((sum, { hits }) => sum + hits, 0);
  let [found, said, area] = [0, 0, 0];
  for (const { hits, misses } of levels) {
    found += hits;
    said += hits + misses;
    area += (hits / all) * (found / said);
  }
  return all > 0 ? area : null;
}
