/** What moving each column of one row by its unit does to the prediction: the derivative by the raw column, in the output's unit. */
import { checkKeys } from "@chaingrad/core/given";
import { numberCells, numberColumns } from "../chain/number-cells.ts";
import type { OfModel } from "../explain/explain-model.ts";
import { RowGradient } from "../model/gradient.ts";
import type { Rows } from "../rows.ts";
import { findColumn } from "../table/encoder.ts";
import { numericKind } from "../table/encodings/kinds.ts";
import { answering } from "./answers.ts";
import { type CellValue, valueAt } from "./made-rows.ts";
import { MixedRows } from "./mixed-rows.ts";
import { type Output, type OutputChoice, outputAt, placesFor } from "./output.ts";
import { rawColumn, rawColumns } from "./raw-columns.ts";
import { type EngineChoice, placeOfRow, subjectOf } from "./subject.ts";

/** Of which output. */
export interface InputGradientsOptions extends EngineChoice, OutputChoice {}

/** The derivative by one column. */
export interface InputGradient {
  readonly column: string;
  readonly value: CellValue;
  /** In the output's unit for each unit of the column, of a date for each day; null where there is none. */
  readonly derivative: number | null;
  /** Times how far the column moves while its features move by about 1: what can be compared between columns. */
  readonly scaled: number | null;
  /** Why there is none, or why it is 0. */
  readonly note?: string;
}

/** The derivatives of one prediction by the columns of its row. */
export interface InputGradients {
  readonly output: Output;
  readonly row: number;
  readonly prediction: number;
  /** The largest `scaled` first, whatever its sign; at last those without a derivative. */
  readonly columns: readonly InputGradient[];
}

const OPTIONS = { engine: true, target: true, class: true } as const satisfies Record<
  keyof InputGradientsOptions,
  true
>;

/**
 * ∂prediction/∂column of one row of a table, through encoder, network and target; `TableModel.gradient` is the same for a row that is
 * an object. Of classes, the probability of the one that is named, else of the row's most probable one.
 * Throws as `integratedGradients`.
 * @param row counted from 1
 */
export async function inputGradients(
  given: OfModel,
  rows: Rows<object>,
  row: number,
  options: InputGradientsOptions = {},
): Promise<InputGradients> {
  checkKeys("inputGradients", options, OPTIONS);
  const subject = await subjectOf(given, rows, options);
  const { model, engine, table } = subject;
  const place = placeOfRow(table, row);
  const places = placesFor(model.target, options);
  const said = answering(subject, 1)(new MixedRows(model, table, [place]).rows([0]));
  const output = outputAt(model.target, places, said);
  const { outputs, notes } = new RowGradient(model, engine).of(table, place);
  const columns = rawColumns(model).map((column): InputGradient => {
    const raw = rawColumn(model, table, column);
    const value = valueAt(raw.column, place, raw.kind);
    const encoding = numberColumns(model).find(({ name }) => name === column);
    const note =
      notes[column] ?? (encoding === undefined ? "an offset: it is added to what the network says" : undefined);
    const said = note === undefined ? {} : { note };
    if (encoding === undefined) return { column, value, derivative: null, scaled: null, ...said };
    const derivative = outputs[output.place][column];
    const { values } = numberCells(encoding, findColumn(table, column, []), [place]);
    const reach = numericKind(encoding).reach(encoding, [values], 0, 0);
    return { column, value, derivative, scaled: derivative * reach, ...said };
  });
  columns.sort((a, b) => Math.abs(b.scaled ?? -1) - Math.abs(a.scaled ?? -1));
  const withDerivative = columns.filter(({ scaled }) => scaled !== null);
  return {
    ...{ output, row, prediction: said[output.place] },
    columns: [...withDerivative, ...columns.filter(({ scaled }) => scaled === null)],
  };
}
