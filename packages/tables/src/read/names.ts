/** The names of columns, which every format must give, each once. */
import { UserError } from "@chaingrad/core/user-error";

/**
 * Refuses names that do not tell columns apart.
 * @throws UserError where a column has no name, or two columns have the same
 */
export function checkNames(names: readonly string[], label: string): void {
  const unnamed = names.flatMap((name, index) => (name === "" ? [index + 1] : []));
  if (unnamed.length > 0) {
    const which = `${unnamed.length > 1 ? "columns" : "column"} ${unnamed.join(", ")} of ${names.length}`;
    throw new UserError(
      `${label}: the header has no name for ${which}`,
      "Name every column. (An unnamed first column is often a row index: pandas leaves it out with index=False, R with row.names=FALSE. An unnamed last one is often a delimiter too many.)",
    );
  }
  const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (repeated.length > 0) {
    const which = repeated.map((name) => `'${name}'`).join(", ");
    throw new UserError(`${label}: more than one column is named ${which}`, "Give every column a name of its own.");
  }
}

/**
 * Refuses keys of a JSON file that DuckDB cannot tell apart.
 * @throws UserError where two are one but for capitals
 */
export function checkCase(names: readonly string[], label: string): void {
  const lower = names.map((name) => name.toLowerCase());
  const index = lower.findIndex((name, at) => lower.indexOf(name) !== at);
  if (index < 0) return;
  const first = names[lower.indexOf(lower[index])];
  throw new UserError(`${label}: the keys '${first}' and '${names[index]}' differ in case only`, "Rename one of them.");
}
