/** What is said of rows, and how sure that is, as columns of their table. */
import { addedColumns } from "../model/added-columns.ts";
import type { Column, Table } from "../table/table.ts";
import type { EnsembleSpread } from "./ensemble-spread.ts";
import type { UncertainPrediction } from "./uncertain-prediction.ts";

/**
 * "prediction", "deviation", "lower 0.9" and "upper 0.9" of amounts; "probability setosa" and "deviation setosa" of classes; of an
 * ensemble each number by its name, and "deviation NAME". Throws EncodingError where the table has a column of such a name.
 */
export function uncertaintyColumns(said: UncertainPrediction | EnsembleSpread, table: Table): readonly Column[] {
  return addedColumns(table, columnsOf(said));
}

const numbers = (name: string, values: Float64Array): Column => ({ name, type: "number", values });

function columnsOf(said: UncertainPrediction | EnsembleSpread): Column[] {
  if ("names" in said) return named(said.names, "", said.values, said.deviations);
  if (said.task === "classification") return named(said.classes, "probability ", said.probabilities, said.deviations);
  const { values, deviations, lower, upper, level } = said;
  return [
    ...[numbers("prediction", values), numbers("deviation", deviations)],
    ...[numbers(`lower ${level}`, lower), numbers(`upper ${level}`, upper)],
  ];
}

function named(names: readonly string[], before: string, values: Float64Array, deviations: Float64Array): Column[] {
  const at = (all: Float64Array, place: number): Float64Array =>
    Float64Array.from({ length: all.length / names.length }, (_, row) => all[row * names.length + place]);
  return names.flatMap((name, i) => [
    numbers(`${before}${name}`, at(values, i)),
    numbers(`deviation ${name}`, at(deviations, i)),
  ]);
}
