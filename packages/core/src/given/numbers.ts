/** Numbers that callers gave, as rows and tensors: what is no number is named, never counted as something else. */

/** Data that are no numbers, or not as many or not such as are needed; the message says where. */
export class DataError extends RangeError {
  override readonly name: string = "DataError";
}

/**
 * The numbers themselves, row-major. JSON makes an object of a typed array ({"0": 0.5, …}), which is read back.
 * Throws DataError on nested rows, holes, null, text and all else that is no number; NaN and ∞ are numbers.
 * @param size how many there must be, by default any
 */
export function numbersOf(what: string, given: unknown, size?: number): ArrayLike<number> {
  const values = fromJson(given);
  if (values === undefined) throw new DataError(`${what}: expected ${size ?? "a list of"} numbers, got ${told(given)}`);
  const { length } = values;
  // Arrays of one element type need no look at every element.
  if (!(ArrayBuffer.isView(values) && typeof (values[0] ?? 0) === "number")) {
    for (let i = 0; i < length; i++) if (typeof values[i] !== "number") throw new DataError(`${what}: ${odd(values, i)}`);
  }
  if (size !== undefined && length !== size)
    throw new DataError(`${what} holds ${size} number${size === 1 ? "" : "s"}, got ${length}`);
  return values as ArrayLike<number>;
}

function fromJson(given: unknown): ArrayLike<unknown> | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  if (typeof (given as ArrayLike<unknown>).length === "number") return given as ArrayLike<unknown>;
  const keys = Object.keys(given);
  return keys.length > 0 && keys.every((key, i) => key === String(i)) ? Object.values(given) : undefined;
}

function odd(values: ArrayLike<unknown>, i: number): string {
  const value = values[i];
  if (typeof value === "object" && value !== null && "length" in value)
    return "rows go one after the other: [1, 2, 3, 4] in place of [[1, 2], [3, 4]]";
  return `number ${i} is ${told(value)}`;
}

/** What a value is, in a message. */
function told(value: unknown): string {
  if (typeof value === "string") return `the text '${value.slice(0, 40)}'`;
  if (typeof value === "object" && value !== null) return value instanceof Promise ? "a promise: await it" : "an object";
  return typeof value === "bigint" ? `the bigint ${value}` : String(value);
}
