/** Results of the last point at which each was asked for, so that asking again is free. */
export class Remembered {
  readonly #last = new Map<string, { readonly at: Float64Array; values: Float64Array }>();

  /** The named result at x, computed where x is not the last point it was computed for. */
  at(name: string, x: Float64Array, compute: () => Float64Array): Float64Array {
    const known = this.#last.get(name);
    if (known && samePoint(known.at, x)) return known.values;
    const values = compute();
    if (known === undefined) this.#last.set(name, { at: x.slice(), values });
    else {
      known.at.set(x);
      known.values = values;
    }
    return values;
  }
}

export function samePoint(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
