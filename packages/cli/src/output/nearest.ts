/** "Did you mean …?": the name that a mistyped one is closest to. */

/** The known name nearest to `given` (case and `_` for `-` do not count), or undefined where none is near. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  const wanted = normal(given);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(0.4 * given.length)) + 1;
  for (const name of known) {
    const distance = editDistance(wanted, normal(name));
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** "Did you mean 'tanh'? It can be …" — the nearest name first, then all of them. */
export function suggestion(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return `${near === undefined ? "" : `Did you mean '${near}'? `}It can be ${known.join(", ")}.`;
}

const normal = (name: string): string => name.toLowerCase().replaceAll("_", "-");

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn a into b, none overlapping.
 * Damerau, "A technique for computer detection and correction of spelling errors", CACM 1964
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}
