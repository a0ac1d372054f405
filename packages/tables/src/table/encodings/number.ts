/** A column of numbers as one amount; where training rows lack some, one more that says so. */
import { conform } from "@chaingrad/core/given";
import type { Column } from "../table.ts";
import { fitScaling } from "./fit-scaling.ts";
import { missingFormula, type NumericKind } from "./kind.ts";
import {
  checkScaling,
  formulaOf,
  givenScaling,
  isPlainFor,
  reachOf,
  type Scaling,
  scaled,
  scaledGraph,
} from "./scale.ts";

/** A number in robust units. A missing one counts as the centre, and has a feature of its own if the training rows lack some. */
export interface NumberEncoding extends Scaling {
  readonly kind: "number";
  readonly name: string;
  readonly missing: boolean;
}

/** Of the numbers of the training rows, NaN where missing. */
export function fitNumber({ name }: Column, values: Float64Array, weights?: ArrayLike<number>): NumberEncoding {
  return { kind: "number", name, ...fitScaling(values, { weights }), missing: values.some(Number.isNaN) };
}

export const number: NumericKind<NumberEncoding> = {
  cell: "number",
  reads: ({ name }) => [name],
  features: ({ name, missing }) => [
    { name, group: "number" },
    ...(missing ? [{ name: `${name} (missing)`, group: "flag" } as const] : []),
  ],
  formulas: (encoding, quoted) => [formulaOf(encoding, quoted(encoding.name)), ...missingFormula(encoding, quoted)],
  writer:
    (encoding) =>
    ([cells], i, { values, places }, base) => {
      const cell = cells[i];
      if (!Number.isNaN(cell)) values[base + places[0]] = scaled(encoding, cell);
      else if (encoding.missing) values[base + places[1]] = 1;
    },
  given: givenScaling,
  graph: (encoding, [column], given, isPlain) => [scaledGraph(encoding, column, given, isPlain)],
  isPlain: (encoding, [cells]) => isPlainFor(encoding, cells),
  reach: (encoding, [cells], _, i) => reachOf(encoding, cells[i]),
  check: (encoding, what) => {
    conform(what, encoding, { missing: true });
    checkScaling(what, encoding);
  },
};
