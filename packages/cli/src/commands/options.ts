/** Options that several commands read: numbers, lists and names, refused before any work starts. */
import { InvalidArgumentError } from "commander";

/** A whole number in a range, for commander. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const range = most === Number.MAX_SAFE_INTEGER ? `≥ ${least}` : `from ${least} to ${most}`;
    if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** A number for which `holds`, for commander; `expected` completes "It must be …". */
function realNumber(expected: string, holds: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || !holds(value))
      throw new InvalidArgumentError(`It must be ${expected}.`);
    return value;
  };
}

export const positive: (text: string) => number = realNumber("a number > 0", (value) => value > 0);
export const nonNegative: (text: string) => number = realNumber("a number ≥ 0", (value) => value >= 0);
export const fraction: (text: string) => number = realNumber(
  "a number ≥ 0 and < 1",
  (value) => value >= 0 && value < 1,
);

export const share: (text: string) => number = realNumber(
  "a number > 0 and ≤ 0.5",
  (value) => value > 0 && value <= 0.5,
);

/** "60", "60s", "2m" and "1h" in seconds. */
export function seconds(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(text.trim());
  const value =
    Number(found?.[1] ?? 0) * { s: 1, m: 60, min: 60, h: 3600 }[(found?.[2] ?? "s") as "s" | "m" | "min" | "h"];
  if (!(value > 0)) throw new InvalidArgumentError("It must be a time > 0, as in 60s, 2m or 1h.");
  return value;
}

/** "32,16" → [32, 16] */
export function hiddenSizes(text: string): number[] {
  const sizes = text.split(",").map((part) => Number(part.trim() || Number.NaN));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new InvalidArgumentError("It must be the number of units of each hidden layer, each ≥ 1, as in 32,16.");
  }
  return sizes;
}

/** "a,b" → ["a", "b"], after those of the same option given before. */
export function names(text: string, before: readonly string[]): string[] {
  return [...before, ...text.split(",").map((part) => part.trim())];
}
