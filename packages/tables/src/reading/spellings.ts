/** More different values than these are amounts, which nobody names one by one. */
const MOST = 1000;

/**
 * How a column's numbers are written where JavaScript would print them in another way (`1.0`, `2E7`, `$5`): the most
 * frequent cell for each such value (of two alike, the first by character code), so that classes and categories keep the names that people gave them.
 */
export function spellings(
  cells: Iterable<readonly [text: string, value: number, count: number]>,
): ReadonlyMap<number, string> {
  const best = new Map<number, { text: string; count: number }>();
  for (const [text, value, count] of cells) {
    const other = best.get(value);
    const isLess = other !== undefined && (other.count > count || (other.count === count && other.text <= text));
    if (Number.isNaN(value) || isLess) continue;
    best.set(value, { text, count });
    if (best.size > MOST) return new Map();
  }
  return new Map([...best].flatMap(([value, { text }]) => (text === String(value) ? [] : [[value, text] as const])));
}
