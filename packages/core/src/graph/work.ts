/** Long work in parts: whoever does it can let others have their turn in between, or do all of it at once. */

/** Pauses now and then, and ends with its result. */
export type Work<T> = Generator<undefined, T>;

/** Items between two pauses: a few milliseconds. */
export const PART = 512;

/** All of it at once. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Does the same to each item, and pauses after every so many. */
export function* inParts<T>(items: Iterable<T>, act: (item: T) => void): Work<void> {
  let count = 0;
  for (const item of items) {
    act(item);
    if (++count % PART === 0) yield;
  }
}
