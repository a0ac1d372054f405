/** "Did you mean …?" */

/**
 * The candidate closest to a name, capitals aside; undefined when even that one differs in more than a third of its
 * letters (two are always allowed).
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least && distance < Math.max(name.length, candidate.length)) [best, least] = [candidate, distance];
  }
  return best;
}

/**
 * Fewest insertions, deletions and substitutions of a letter that turn a into b (Levenshtein 1966), by the recurrence
 * of Wagner & Fischer (1974), one row at a time.
 */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
