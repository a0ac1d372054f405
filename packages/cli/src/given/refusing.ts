/** What core refuses about a table, as errors that name the file. */
import { DataError, nearest } from "@chaingrad/core";
import { EncodingError, UserError } from "@chaingrad/tables";

/** @throws UserError for what `work` refuses about its input; anything else as it is */
export function refusing<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asRefusal(file, error);
  }
}

/** A refusal of core's as a UserError that names the file; any other error as it is. */
export function asRefusal(file: string, error: unknown): unknown {
  const isKnown = error instanceof EncodingError || error instanceof DataError || error instanceof RangeError;
  // By its name: its class comes with the second-order methods, which most commands do without.
  const isRefusal = isKnown || (error instanceof Error && error.name === "NonFiniteError");
  if (!isRefusal) return error;
  const { hint, remedy } = error instanceof UserError ? error : {};
  return new UserError(`${file}: ${(error as Error).message}`, hint, { cause: error, ...(remedy && { remedy }) });
}

/** @throws UserError naming the first name that is no column, and the nearest that is */
export function checkNames(
  given: readonly string[],
  columns: readonly { readonly name: string }[],
  what: string,
): void {
  const known = columns.map(({ name }) => name);
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  const hint = near === undefined ? `The columns are ${known.join(", ")}.` : `Did you mean '${near}'?`;
  throw new UserError(`${what}: the table has no column '${unknown}'`, hint);
}
