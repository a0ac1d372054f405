/** Names that callers gave: one that is not known is refused, with the nearest that is. */
import { nearest } from "./nearest.ts";

/** "; did you mean 'tanh'? It can be relu, tanh": what follows a name that is not known. */
function advice(name: string, known: readonly string[], verb: string): string {
  const near = nearest(name, known);
  const list = `${verb} ${known.join(", ") || "none"}`;
  return near === undefined ? `; it ${list}` : `; did you mean '${near}'? It ${list}`;
}

/** Throws RangeError unless the name is one of those known. */
export function checkName(what: string, given: unknown, known: readonly string[]): void {
  if (known.some((name) => name === given)) return;
  if (typeof given === "function") throw new RangeError(`${what} is a function: call it, or give its name`);
  throw new RangeError(`${what} '${String(given)}' is not known${advice(String(given), known, "can be")}`);
}

/** All names of a type's parts, so that one that is forgotten does not compile. */
export type Names<T> = Readonly<Record<keyof T, true>>;

/**
 * Throws RangeError unless `given` is an object with no other names than these ("fit has no option 'epoch'; did you mean
 * 'epochs'? It has …"); undefined counts as one without any.
 * @param kind what a name stands for
 */
export function checkKeys(
  owner: string,
  given: unknown,
  known: Readonly<Record<string, unknown>>,
  kind = "option",
): void {
  if (given === undefined) return;
  const names = Object.keys(known);
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new RangeError(`${owner}: expected an object of ${names.join(", ")}, got ${String(given)}`);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw new RangeError(`${owner} has no ${kind} '${unknown}'${advice(unknown, names, "has")}`);
}
