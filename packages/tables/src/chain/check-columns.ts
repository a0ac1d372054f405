/**
 * Derivatives by the columns of a table, of the loss and of the prediction in the target's unit, against all witnesses.
 * Differences go the way that rows go: the numbers of the cells through the encoder's own arithmetic, the network, and the
 * target's own way back. Only forward mode and the complex step use the graph that is certified.
 */
import { constant, type Expr, evaluate, gradients, mul, program, referenceEngine, sum } from "@chaingrad/core";
import {
  checkVariables,
  costOfRow,
  type VariableCheck,
  verifiedNearby,
  type Witnessed,
  type Witnesses,
  witnessesOf,
} from "@chaingrad/core/check";
import { mostProbable } from "@chaingrad/core/given";
import {
  type Batch,
  evenPlaces,
  inputsOf,
  type Net,
  type NetTensors,
  objectiveGraph,
  objectiveValues,
  someRows,
  takenNames,
} from "@chaingrad/core/net";
import type { TableModelData } from "../model/model-file.ts";
import type { Encoder } from "../table/encoder.ts";
import { isNumeric, type NumericEncoding, numericKind, readsOf } from "../table/encodings/kinds.ts";
import { layoutOf } from "../table/layout.ts";
import type { Table } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { numbersOf } from "../table/targets/prediction.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { numberColumns } from "./number-cells.ts";
import { type FollowedColumn, type PreparedRows, prepareRows } from "./prepare-rows.ts";
import { predictionGraph } from "./target-graph.ts";

export interface TableRows {
  readonly model: Pick<TableModelData, "encoder" | "target">;
  readonly table: Table;
  /** Those of the table that have a target. */
  readonly rows: ArrayLike<number>;
  /** The same rows as the network takes them. */
  readonly batch: Batch;
}

/** A derivative for each row, by column. */
type ByColumn = Readonly<Record<string, ArrayLike<number>>>;

/** Of the loss, and of what is predicted for each row: the amount, or the probability of its most probable class. */
export interface ColumnGradients {
  readonly loss: ByColumn;
  readonly prediction: ByColumn;
}

/** What is differentiated: its graph, and its value where the cells of one column hold other numbers. */
interface Scalar {
  readonly name: string;
  readonly graph: Expr;
  readonly at: (x: Float64Array) => number;
  /** Multiplications, about, that it takes where one cell has moved. */
  readonly cost: number;
  /** The size of the numbers that it adds up. */
  readonly magnitude: number;
}

/** Cells of so many rows are looked at one by one, of fewer where columns are many. */
const MOST_ROWS = 16;
const LEAST_ROWS = 4;
/** Of more columns a sample is taken where they cost too much. */
const LEAST_COLUMNS = 8;
/** Multiplications that all cells may cost, about: a second. */
const MOST_COST = 1e9;

/**
 * The worst first, of the loss and then of the prediction; none where the model reads only categories. Of many rows a sample is
 * taken, evenly, and of many columns, by sizes alone, so that a check takes seconds: shapes say of how many rows.
 * @param claimed by default what the graph gives
 */
export function checkColumns(
  net: Net,
  tensors: NetTensors,
  given: TableRows,
  claimed?: ColumnGradients,
): VariableCheck[] {
  const { model, table, rows, batch, columns } = sampled(net, given);
  const prepared = prepareRows(model, table, rows, { taken: takenNames(net) });
  if (prepared.columns.length === 0) return [];
  const graph = objectiveGraph(net, batch, "f64", prepared);
  const values = objectiveValues(net, tensors, batch, prepared);
  const offsets = offsetsFor(model.target, table, rows);
  const { loss, prediction } = scalars(net, tensors, { ...model, offsets }, batch, { ...graph, ...prepared });
  const check = (scalar: Scalar, own: ByColumn | undefined): VariableCheck[] => {
    const shown = program("columns", inputsOf(graph), slopesOf(scalar.graph, prepared));
    const slopes = own ?? evaluate(referenceEngine, shown, values);
    const inner = witnessesOf({ ...graph, loss: scalar.graph }, values);
    return checkScaled(inner, scalar, slopes, { encoder: model.encoder, prepared, batch, columns });
  };
  return [...check(loss, claimed?.loss), ...check(prediction, claimed?.prediction)];
}

/** Every cell costs as much as its row, each column as a whole as much as all of them, of the loss and of the prediction. */
function sampled(net: Net, { rows, batch, ...rest }: TableRows): TableRows & { readonly columns: number } {
  const all = numberColumns(rest.model).length;
  const cells = MOST_COST / (2 * 2 * costOfRow(net));
  const most = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.floor(cells / all)));
  const columns = Math.max(LEAST_COLUMNS, Math.min(all, Math.floor(cells / most)));
  const chosen = evenPlaces(batch.rows, most);
  return { ...rest, rows: chosen.map((place) => rows[place]), batch: someRows(batch, chosen), columns };
}

const slopesOf = (scalar: Expr, { columns }: PreparedRows): Record<string, Expr> => {
  const slopes = gradients(scalar, columns);
  return Object.fromEntries(columns.map((node, i) => [node.label as string, slopes[i]]));
};

/** Loss and predictions: as graph over the prepared rows, and as numbers from x. */
function scalars(
  net: Net,
  tensors: NetTensors,
  { target, offsets }: TableRows["model"] & { readonly offsets: Float64Array | undefined },
  batch: Batch,
  prepared: ReturnType<typeof objectiveGraph> & Pick<PreparedRows, "offset">,
): Record<"loss" | "prediction", Scalar> {
  const plain = objectiveGraph(net, batch, "f64");
  const shown = { loss: plain.loss, predictions: net.objective.loss.predict?.(plain.outputs) ?? plain.outputs };
  const near = verifiedNearby(program("rows", inputsOf(plain), shown), objectiveValues(net, tensors, batch));
  const run = (x: Float64Array, output: "loss" | "predictions"): ArrayLike<number> => near.at("x", x)[output];
  const inUnits = (x: Float64Array): Float64Array => {
    const predictions = Float64Array.from(run(x, "predictions"));
    return numbersOf(kindOf(target).say(target, { predictions, offsets }));
  };
  const now = inUnits(batch.x);
  const width = now.length / batch.rows;
  // Of each row what is said of it.
  const said = new Float64Array(now.length);
  for (let row = 0; row < batch.rows; row++) said[row * width + mostProbable(now, row, width)] = 1;
  const graph = predictionGraph(target, net.objective.loss, prepared.outputs, prepared.offset);
  const largest = [...Array.from(run(batch.x, "predictions")), ...batch.y].reduce(
    (a, b) => Math.max(a, Math.abs(b)),
    1,
  );
  const loss = run(batch.x, "loss")[0];
  const cost = near.cost("x");
  return {
    loss: {
      ...{ name: "L", graph: prepared.loss, cost },
      at: (x) => run(x, "loss")[0],
      magnitude: Math.max(Math.abs(loss), net.objective.reduction === "sum" ? batch.rows * largest : largest),
    },
    prediction: {
      name: target.task === "regression" ? target.name : "p",
      ...{ graph: sum(mul(graph, constant(said, graph.type.shape, "f64"))), cost },
      at: (x) => inUnits(x).reduce((total, value, i) => total + said[i] * value, 0),
      magnitude: batch.rows * Array.from(now).reduce((a, b) => Math.max(a, Math.abs(b)), 1),
    },
  };
}

interface Encoded {
  readonly encoder: Encoder;
  readonly prepared: PreparedRows;
  readonly batch: Batch;
  /** How many columns are compared. */
  readonly columns: number;
}

/** Cells count in steps that move their features by about 1 while they are compared, whatever their units are. */
function checkScaled(
  inner: Witnesses,
  { name: of, at, magnitude, cost }: Scalar,
  slopes: ByColumn,
  encoded: Encoded,
): VariableCheck[] {
  const { rows, x } = encoded.batch;
  const steps = stepsOf(encoded);
  const all = [...encoded.prepared.followed.keys()];
  const labels = evenPlaces(all.length, encoded.columns).map((place) => all[place]);
  const scaled = (label: string, values: ArrayLike<number>): Float64Array =>
    Float64Array.from(values, (value, row) => value * steps[label][row]);
  const encode = encoderOf(encoded, steps);
  const witnesses: Witnesses = {
    lossAt: (label, moved) => at(encode(label, moved)),
    forward: (label, direction) => inner.forward(label, scaled(label, direction)),
    complex: (label, direction) => inner.complex(label, scaled(label, direction)),
    cost: () => cost,
  };
  const checks = checkVariables({
    witnesses,
    values: Object.fromEntries(labels.map((label) => [label, new Float64Array(rows)])),
    gradients: Object.fromEntries(labels.map((label) => [label, scaled(label, slopes[label])])),
    shapes: Object.fromEntries(labels.map((label) => [label, [rows]])),
    ...{ loss: at(x), magnitude },
  });
  return checks.map((check) => ({ ...inUnit(check, steps[check.name]), of }));
}

/** Of each column's cells, by label. */
type Steps = Readonly<Record<string, Float64Array>>;

/** The encodings that read a column. */
const readersOf = ({ encoder }: Encoded, column: string): NumericEncoding[] =>
  encoder.columns.filter((one): one is NumericEncoding => isNumeric(one) && readsOf(one).includes(column));

/** How far each cell moves while no feature that is made from it moves by more than about 1. */
function stepsOf(encoded: Encoded): Steps {
  const { followed } = encoded.prepared;
  const valuesOf = new Map([...followed.values()].map(({ name, values }) => [name, values]));
  const of = (name: string): Float64Array =>
    Float64Array.from({ length: encoded.batch.rows }, (_, row) =>
      readersOf(encoded, name).reduce((least, encoding) => {
        const reads = readsOf(encoding);
        const cells = reads.map((read) => valuesOf.get(read) as Float64Array);
        return Math.min(least, numericKind(encoding).reach(encoding, cells, reads.indexOf(name), row));
      }, Number.POSITIVE_INFINITY),
    );
  return Object.fromEntries([...followed].map(([label, { name }]) => [label, of(name)]));
}

/** x where the cells of one column are moved by so many steps. */
function encoderOf(encoded: Encoded, steps: Steps): (label: string, moved: ArrayLike<number>) => Float64Array {
  const { encoder, prepared, batch } = encoded;
  const { places } = layoutOf(encoder.columns);
  const width = batch.x.length / batch.rows;
  const cellsOf = ({ values, known }: FollowedColumn): Float64Array =>
    values.map((value, row) => (known === undefined || known[row] === 1 ? value : Number.NaN));
  const cells = new Map([...prepared.followed.values()].map((column) => [column.name, cellsOf(column)]));
  return (label, moved) => {
    const { name } = prepared.followed.get(label) as FollowedColumn;
    const own = (cells.get(name) as Float64Array).map((value, row) => value + steps[label][row] * moved[row]);
    const values = batch.x.slice();
    for (const encoding of readersOf(encoded, name)) {
      const write = numericKind(encoding).writer(encoding);
      const output = { values, places: places[encoder.columns.indexOf(encoding)] };
      const read = readsOf(encoding).map((one) => (one === name ? own : (cells.get(one) as Float64Array)));
      const still = readsOf(encoding).map((one) => cells.get(one) as Float64Array);
      for (let row = 0; row < batch.rows; row++) write(read, row, output, row * width, still);
    }
    return values;
  };
}

/** From derivatives by steps to those by the column's unit. */
function inUnit(check: VariableCheck, steps: Float64Array): VariableCheck {
  const back = <T extends Witnessed>(one: T, step: number): T => ({
    ...one,
    claimed: one.claimed / step,
    measured: one.measured / step,
    error: one.error / step,
    forward: one.forward / step,
    complex: one.complex === undefined ? undefined : one.complex / step,
    step: one.step * step,
  });
  // Along a direction each cell moves in its own steps: there is no unit but these, and their mean says how large they are.
  const mean = steps.reduce((a, b) => a + b, 0) / steps.length;
  return {
    ...check,
    entries: check.entries.map((entry) => back(entry, steps[entry.index])),
    direction: back(check.direction, mean),
  };
}
