/** A symbol's name taken apart: "∂h2" is ∂, h, 2; "W1′" is W, 1, ′; "target" is a word. */
export interface SymbolName {
  readonly isPartial: boolean;
  readonly base: string;
  /** Digits at the end, set below the line. */
  readonly index: string;
  readonly primes: number;
}

export function partsOfName(name: string): SymbolName {
  const [, partial, base, index, primes] = /^(∂?)(.*?)(\d*)(′*)$/u.exec(name) as RegExpExecArray;
  // Digits alone are a name, not an index.
  const own = base === "" ? index : base;
  return { isPartial: partial !== "", base: own, index: base === "" ? "" : index, primes: primes.length };
}

/** Rows or columns that are shown of many: the first ones and the last; undefined stands for what is left out. */
export function shownPlaces(length: number, most: number): (number | undefined)[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  return [...Array.from({ length: most - 1 }, (_, i) => i), undefined, length - 1];
}
