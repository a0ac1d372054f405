/** Long work in parts: whoever does it can let others have their turn in between, or do all of it at once. */

/** There already, or promised. */
export type Awaitable<T> = T | Promise<T>;

/** Pauses now and then, or for what it was promised, and ends with its result. */
export type Work<T> = Generator<Promise<unknown> | undefined, T>;

/** Items between two pauses: a few milliseconds. */
export const PART = 512;

/** All of it at once. Throws Error where it has to wait for a promise. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (value !== undefined) throw new Error("this engine answers in promises, where an answer is needed at once");
  }
}

/** All of it, as soon as what it waits for is there; `pause` is called at its pauses. */
export async function awaited<T>(work: Work<T>, pause?: () => Promise<void>): Promise<T> {
  let next = work.next();
  while (!next.done) next = next.value === undefined ? (await pause?.(), work.next()) : resume(work, await next.value);
  return next.value;
}

/** What was promised goes to the `settled` that waits for it. */
const resume = <T>(work: Work<T>, value: unknown): IteratorResult<Promise<unknown> | undefined, T> =>
  (work as Generator<Promise<unknown> | undefined, T, unknown>).next(value);

/** What is there already, or what a promise gives: the work waits. */
export function* settled<T>(value: Awaitable<T>): Work<T> {
  return value instanceof Promise ? ((yield value) as unknown as T) : value;
}

/** Does the same to each item, and pauses after every so many. */
export function* inParts<T>(items: Iterable<T>, act: (item: T) => void): Work<void> {
  let count = 0;
  for (const item of items) {
    act(item);
    if (++count % PART === 0) yield;
  }
}
