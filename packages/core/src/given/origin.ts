/**
 * How things of the library were made, by name and arguments, so that another thread can make the same again. By identity:
 * one of one's own may bear any name.
 */

/** The name of the maker in its registry, and what it was given. */
export interface Origin {
  readonly name: string;
  readonly given: readonly unknown[];
}

const origins = new WeakMap<object, Origin>();

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The same makers; where what they make comes from is known from now on. */
export function remembering<M extends Readonly<Record<string, (...given: never[]) => object>>>(makers: M): M {
  const named = Object.entries(makers).map(([name, make]) => {
    const remembered = (...given: never[]): object => {
      const made = make(...given);
      // Copies: a caller may use its object for the next.
      origins.set(made, { name, given: given.map((one: unknown) => (isObject(one) ? { ...one } : one)) });
      return made;
    };
    return [name, remembered];
  });
  return Object.fromEntries(named);
}

/** Undefined of what is no maker's. */
export const originOf = (made: object): Origin | undefined => origins.get(made);
