/** Numbers that callers gave, as rows and tensors: what is no number is named, never counted as something else. */

/** Data that are no numbers, or not as many or not such as are needed; the message says where. */
export class DataError extends RangeError {
  override readonly name: string = "DataError";
}

/** Throws DataError unless it is a list, and one of rows after each other; what its elements are is not looked at. */
export function listOf(what: string, given: unknown): ArrayLike<unknown> {
  const list = given as ArrayLike<unknown>;
  if (typeof given !== "object" || typeof list?.length !== "number")
    throw new DataError(`${what}: expected a list of numbers, got ${told(given)}`);
  if (isRow(list[0])) throw new DataError(`${what}: ${NESTED}`);
  return list;
}

/**
 * The numbers themselves, row-major. JSON makes an object of a typed array ({"0": 0.5, …}), which is read back.
 * Throws DataError on nested rows, holes, null, text and all else that is no number; NaN and ∞ are numbers.
 * @param size how many there must be, by default any
 */
export function numbersOf(what: string, given: unknown, size?: number): ArrayLike<number> {
  const values = listOf(what, fromJson(given));
  const { length } = values;
  // Arrays of one element type need no look at every element.
  if (!(ArrayBuffer.isView(values) && typeof (values[0] ?? 0) === "number")) {
    for (let i = 0; i < length; i++) {
      if (typeof values[i] === "number") continue;
      throw new DataError(`${what}: number ${i} is ${told(values[i])}`);
    }
  }
  if (size !== undefined && length !== size)
    throw new DataError(`${what} holds ${size} number${size === 1 ? "" : "s"}, got ${length}`);
  return values as ArrayLike<number>;
}

function fromJson(given: unknown): unknown {
  if (typeof given !== "object" || given === null || "length" in given) return given;
  const keys = Object.keys(given);
  return keys.length > 0 && keys.every((key, i) => key === String(i)) ? Object.values(given) : given;
}

const NESTED = "rows go one after the other: [1, 2, 3, 4] in place of [[1, 2], [3, 4]]";
const isRow = (value: unknown): boolean => typeof value === "object" && value !== null && "length" in value;

/** What a value is, in a message. */
export function told(value: unknown): string {
  if (typeof value === "string") return `the text '${value.slice(0, 40)}'`;
  if (typeof value === "object" && value !== null)
    return value instanceof Promise ? "a promise: await it" : "an object";
  return typeof value === "bigint" ? `the bigint ${value}` : String(value);
}
