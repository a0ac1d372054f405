/** Throws RangeError where a name stands twice. */
export function unique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new RangeError(`${what}: '${name}' stands there twice`);
    seen.add(name);
  }
}
