/** A symbol's name taken apart: "∂h2" is ∂, h, 2; "W1′" is W, 1, ′; "target" is a word. */
export interface SymbolName {
  readonly isPartial: boolean;
  readonly base: string;
  /** Digits at the end, set below the line. */
  readonly index: string;
  readonly primes: number;
}

const NAME = /^(∂?)(.*?)((?<=[\p{L}\p{M}])\d+)?(′*)$/su;

export function partsOfName(name: string): SymbolName {
  // Only digits after a letter are an index: "−1" and "x_1" are names.
  const [, partial, base, index = "", primes] = NAME.exec(name) as RegExpExecArray;
  return { isPartial: partial !== "", base, index, primes: primes.length };
}

/** "∂L/∂z2" as one name is a fraction of two. */
export function ratioOfName(name: string): readonly [above: string, below: string] | undefined {
  const ratio = /^(∂[^/]+)\/(∂[^/]+)$/u.exec(name);
  return ratio === null ? undefined : [ratio[1], ratio[2]];
}

/** Of many rows or columns the first ones and the last; undefined stands for what is left out, `most` places in all. */
export function shownPlaces(length: number, most: number): (number | undefined)[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  return [...Array.from({ length: most - 2 }, (_, i) => i), undefined, length - 1];
}
