/** Which column somebody means who names one, and what is said where there is no derivative by it. */
import { nearest } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { type ColumnEncoding, featuresOf, type NumberEncoding } from "../table/encoder.ts";
import { targetsOf } from "../table/targets/target.ts";

/**
 * The column of numbers or dates that `text` names ("weight", or "weight[3]" of a third row), as it is or with the primes
 * that its label has; undefined where it may be something of the network's. Throws RangeError on a category, on the target,
 * and on a name that is nearly a column's and nothing of the network's.
 * @param taken what the network's own nodes are called: such a name means the node
 */
export function columnNamed(
  { encoder, target }: Pick<TableModelData, "encoder" | "target">,
  text: string,
  taken: ReadonlySet<string>,
): NumberEncoding | undefined {
  const whole = text.trim();
  const base = whole.replace(/\s*\[[^[\]]*\]$/u, "");
  const labelOf = (column: string): string => (taken.has(column) ? labelOf(`${column}′`) : column);
  const called = (name: string): ColumnEncoding | undefined =>
    encoder.columns.find((column) => labelOf(column.name) === name);
  // A column's own name may end in brackets: "weight [kg]".
  const isWhole = called(whole) !== undefined;
  const name = isWhole ? whole : base;
  const found = called(name);
  if (found !== undefined && found.kind !== "category") return found;
  if (found !== undefined) {
    const features = featuresOf(found);
    const first = encoder.features.indexOf(features[0]) + 1;
    const places = features.length === 1 ? `x[${first}]` : `x[${first}] to x[${first + features.length - 1}]`;
    throw new RangeError(`${name} is a category, which has no derivative: its features are ${places} (0 or 1 each)`);
  }
  if (taken.has(name)) return undefined;
  if (targetsOf(target).some((one) => one.name === name))
    throw new RangeError(`${name} is the target: nothing is predicted from it`);
  const numbers = encoder.columns.flatMap((column) => (column.kind === "category" ? [] : [labelOf(column.name)]));
  const near = nearest(name, numbers);
  // W4, z9 or x5[1] are told what the network has.
  if (near === undefined && /^\p{L}\d*$/u.test(name)) return undefined;
  const hint = near === undefined ? "" : `did you mean '${near}'? `;
  throw new RangeError(
    `there is no column '${name}' of numbers or dates; ${hint}The model reads ${numbers.join(", ")}`,
  );
}
