/** Which column somebody means who names one, and what is said where there is no derivative by it. */
import { nearest } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { type ColumnEncoding, isNumeric, textKind } from "../table/encodings/kinds.ts";
import { layoutOf } from "../table/layout.ts";
import { targetsOf } from "../table/targets/target.ts";
import type { OwnEncoding } from "./number-cells.ts";

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
): OwnEncoding | undefined {
  const whole = text.trim();
  const base = whole.replace(/\s*\[[^[\]]*\]$/u, "");
  const labelOf = (column: string): string => (taken.has(column) ? labelOf(`${column}′`) : column);
  const called = (name: string): ColumnEncoding | undefined =>
    encoder.columns.find((column) => labelOf(column.name) === name);
  // A column's own name may end in brackets: "weight [kg]".
  const isWhole = called(whole) !== undefined;
  const name = isWhole ? whole : base;
  const found = called(name);
  if (found?.kind === "number" || found?.kind === "date") return found;
  if (found?.kind === "duration")
    throw new RangeError(`${name} is made of ${found.from} and ${found.to}: name one of them`);
  if (found !== undefined) {
    const places = Array.from(layoutOf(encoder.columns).places[encoder.columns.indexOf(found)], (place) => place + 1);
    const [first, last] = [places[0], places[places.length - 1]];
    const where = places.length === 1 ? `feature is x[${first}]` : `features are x[${first}] to x[${last}]`;
    throw new RangeError(`${name} is ${textKind(found).called}, which has no derivative: its ${where}`);
  }
  if (taken.has(name)) return undefined;
  if (targetsOf(target).some((one) => one.name === name))
    throw new RangeError(`${name} is the target: nothing is predicted from it`);
  const numbers = encoder.columns.flatMap((column) =>
    isNumeric(column) && column.kind !== "duration" ? [labelOf(column.name)] : [],
  );
  const near = nearest(name, numbers);
  // W4, z9 or x5[1] are told what the network has.
  if (near === undefined && /^\p{L}\d*$/u.test(name)) return undefined;
  const hint = near === undefined ? "" : `did you mean '${near}'? `;
  throw new RangeError(
    `there is no column '${name}' of numbers or dates; ${hint}The model reads ${numbers.join(", ")}`,
  );
}
