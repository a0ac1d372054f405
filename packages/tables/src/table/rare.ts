/**
 * A category with fewer rows than this is rare: one in a hundred, but 2 at least (one
 * row teaches nothing that holds for another) and 10 at most (they are enough for one weight in a table of any length).
 */
export function rareBelow(rows: number): number {
  return Math.max(2, Math.min(10, Math.ceil(rows / 100)));
}
