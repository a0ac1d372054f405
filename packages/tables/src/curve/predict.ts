/** A formula with its parameters' values, on rows. */
import { type Expr, evaluate, fill, input, program, referenceEngine } from "@chaingrad/core";
import { buildFormula } from "../formula/build.ts";
import type { Formula } from "../formula/parse.ts";
import { isMany, type Rows, tableOf, type Value } from "../rows.ts";
import { EncodingError, numberAt, type Table } from "../table/table.ts";
import type { Numbers } from "./model.ts";

/** The fitted formula at other places. */
export interface PredictCurve {
  (row: Readonly<Record<string, Value>>): number;
  (rows: Rows<object>): Float64Array;
}

/** @param columns the names in the formula that are columns */
export function predictor(formula: Formula, parameters: Numbers, columns: readonly string[]): PredictCurve {
  const constants = new Map<string, Expr>(
    Object.entries(parameters).map(([name, value]) => [name, fill(value, [], "f64")]),
  );
  function predict(row: Readonly<Record<string, Value>>): number;
  function predict(rows: Rows<object>): Float64Array;
  function predict(given: Readonly<Record<string, Value>> | Rows<object>): number | Float64Array {
    if (isMany(given)) return valuesOn(tableOf(given));
    return valuesOn(tableOf([given]))[0];
  }

  function valuesOn(table: Table): Float64Array {
    const data = Object.fromEntries(columns.map((name) => [name, numbersIn(table, name)]));
    const inputs = columns.map((name): [string, Expr] => [name, input(name, [table.rows], "f64")]);
    const y = buildFormula(formula, new Map([...inputs, ...constants]));
    const own = inputs.map(([, node]) => node);
    const values = evaluate(referenceEngine, program("curve", own, { y }), data).y;
    return Float64Array.from({ length: table.rows }, (_, row) =>
      columns.some((name) => Number.isNaN(data[name][row])) ? Number.NaN : values[values.length === 1 ? 0 : row],
    );
  }
  return predict;
}

/** Throws EncodingError where there is no such column, or one that holds anything but numbers. */
function numbersIn(table: Table, name: string): Float64Array {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new EncodingError(`there is no column '${name}', which the curve is made of`, name);
  return Float64Array.from({ length: table.rows }, (_, row) => numberAt(column, row, "number"));
}
