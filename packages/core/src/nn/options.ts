/** Options are read in one place: a name that does not exist, or a value out of range, is refused with what was expected. */
import { checkKeys } from "../given/names.ts";

/** A set of numbers that can say what it is. */
export interface Range {
  readonly text: string;
  holds(value: number): boolean;
}

/** A number > 0. */
export const positive: Range = { text: "a number > 0", holds: (x) => x > 0 && x < Number.POSITIVE_INFINITY };
/** A number ≥ 0. */
export const nonNegative: Range = { text: "a number ≥ 0", holds: (x) => x >= 0 && x < Number.POSITIVE_INFINITY };
/** Any finite number. */
export const finite: Range = { text: "a finite number", holds: Number.isFinite };
/** A whole number. */
export const integer: Range = { text: "a whole number", holds: Number.isSafeInteger };
/** A whole number ≥ 1. */
export const count: Range = { text: "a whole number ≥ 1", holds: (x) => Number.isSafeInteger(x) && x >= 1 };
/** A whole number ≥ 0. */
export const wholeNumber: Range = { text: "a whole number ≥ 0", holds: (x) => Number.isSafeInteger(x) && x >= 0 };
/** [0, 1) */
export const fraction: Range = { text: "a number ≥ 0 and < 1", holds: (x) => x >= 0 && x < 1 };
/** (0, 1] */
export const factor: Range = { text: "a number > 0 and ≤ 1", holds: (x) => x > 0 && x <= 1 };
/** (0, 1) */
export const probability: Range = { text: "a number > 0 and < 1", holds: (x) => x > 0 && x < 1 };

/** The value itself. Throws RangeError ("adam: beta1 must be …, got …") when it is not a number in the range. */
export function inRange(what: string, value: number, range: Range): number {
  if (typeof value !== "number" || !range.holds(value)) {
    throw new RangeError(`${what} must be ${range.text}, got ${String(value)}`);
  }
  return value;
}

/** Throws RangeError unless `typeof given` is the type. */
export function checkType(what: string, given: unknown, type: "boolean" | "function" | "string"): void {
  if (typeof given !== type) throw new RangeError(`${what} must be a ${type}, got ${String(given)}`);
}

/** Each option's default and range. */
export type OptionRules<T> = { readonly [Name in keyof T]-?: readonly [initial: number, range: Range] };

/**
 * The given options over the defaults.
 * Throws RangeError on an option that `owner` does not have (listing those it has) and on a value out of range.
 */
export function readOptions<T extends object>(
  owner: string,
  given: T,
  rules: OptionRules<T>,
): { readonly [Name in keyof T]-?: number } {
  checkKeys(owner, given, rules);
  const read = Object.entries<readonly [number, Range]>(rules).map(([name, [initial, range]]) => {
    const value = name in given ? (given as Record<string, number>)[name] : initial;
    return [name, inRange(`${owner}: ${name}`, value, range)];
  });
  return Object.fromEntries(read) as { [Name in keyof T]-?: number };
}
