/** How much a computation does, counted and not timed: look-ups in maps and sets, and elements of arrays that are gone over. */

const CALLS = [
  [Map.prototype, "get"],
  [Set.prototype, "has"],
] as const;
/** What goes over a whole array, or over most of it. */
const SWEEPS = [
  "filter",
  "map",
  "flatMap",
  "sort",
  "includes",
  "indexOf",
  "findIndex",
  "findLastIndex",
  "some",
] as const;

/** The work of `run`; what it gives is not kept. */
export function workOf(run: () => unknown): number {
  let work = 0;
  const restore: (() => void)[] = [];
  const watch = (owner: object, name: string, cost: (of: { length?: number }) => number): void => {
    const record = owner as Record<string, (...given: unknown[]) => unknown>;
    const original = record[name];
    record[name] = function (this: { length?: number }, ...given: unknown[]): unknown {
      work += cost(this);
      return original.apply(this, given);
    };
    restore.push(() => {
      record[name] = original;
    });
  };
  for (const [owner, name] of CALLS) watch(owner, name, () => 1);
  for (const name of SWEEPS) watch(Array.prototype, name, ({ length = 0 }) => length);
  try {
    run();
  } finally {
    for (const undo of restore) undo();
  }
  return work;
}
