/**
 * What each column did to a prediction on the way from one row to another: gradients, integrated along the straight path between
 * both. The path goes through the features, where a category can be half one and half another; their shares are added up column by
 * column. Sundararajan, Taly & Yan, "Axiomatic attribution for deep networks", 2017
 */
import { checkKeys, inRange, type Range } from "@chaingrad/core/given";
import type { OfModel } from "../explain/explain-model.ts";
import type { Rows } from "../rows.ts";
import { movedTargets } from "../table/targets/target.ts";
import { answering } from "./answers.ts";
import { type CellValue, valueAt, withRows } from "./made-rows.ts";
import { medianOf } from "./median-row.ts";
import { MixedRows } from "./mixed-rows.ts";
import { type Output, type OutputChoice, outputAt, placesFor } from "./output.ts";
import { NODES, Path, type PathIntegral, type PathPiece, type Point } from "./path.ts";
import { rawColumn, rawColumns } from "./raw-columns.ts";
import { type SmoothInputs, smoothInputs } from "./smooth-inputs.ts";
import { type EngineChoice, placeOfRow, type Subject, subjectOf } from "./subject.ts";

/** Of which output, and how exactly the path is integrated. */
export interface PathOptions extends EngineChoice, OutputChoice {
  /** At most so many gradients are taken along the path, 8 at least (default 10 000): as many as leave a gap of rounding. */
  readonly steps?: number | undefined;
  /** Whether it is kept how the path was integrated, for `pathView` (default no). */
  readonly path?: boolean | undefined;
}

/** Of which output, and from where the path leads. */
export interface IntegratedGradientsOptions extends PathOptions {
  /**
   * Where the path begins: a row of the table, counted from 1, or "median" (the default), a row of the table's medians and, of
   * categories, of what most rows hold.
   */
  readonly baseline?: number | "median" | undefined;
}

/** What a column adds to a prediction, in the output's unit. */
export interface Contribution {
  /** The column; or the time between two columns of dates, as the model calls it, which is neither's alone. */
  readonly column: string;
  readonly contribution: number;
  /** What it holds in the row, and in the baseline; of the time between two columns both are null. */
  readonly value: CellValue;
  readonly baseline: CellValue;
}

/** What each column did to a prediction on the way from a baseline. */
export interface IntegratedGradients {
  readonly output: Output;
  readonly row: number;
  readonly baseline: number | "median";
  /** The prediction for the row, and for the baseline. */
  readonly prediction: number;
  readonly baselinePrediction: number;
  /** The largest first, whatever its sign. */
  readonly contributions: readonly Contribution[];
  /** prediction − baselinePrediction − Σ contributions: what quadrature misses of completeness. */
  readonly gap: number;
  /** How many gradients were taken. */
  readonly steps: number;
  /** How the path was integrated; absent unless asked for. */
  readonly path?: PathDetail;
}

/** How the path of integrated gradients was integrated. */
export interface PathDetail {
  /** What each input belongs to, as `Contribution.column`: those of the network behind an embedding, then offsets. */
  readonly columns: readonly string[];
  /** Where each input begins, and how far it goes. */
  readonly start: Float64Array;
  readonly way: Float64Array;
  /** In the order of the path, each with its points. */
  readonly pieces: readonly PathPiece[];
}

const PATH_OPTIONS = { engine: true, target: true, class: true, steps: true, path: true } as const satisfies Record<
  keyof PathOptions,
  true
>;
const OPTIONS = { ...PATH_OPTIONS, baseline: true } as const satisfies Record<keyof IntegratedGradientsOptions, true>;
const STEPS: Range = {
  text: `a whole number ≥ ${NODES}`,
  holds: (steps) => Number.isSafeInteger(steps) && steps >= NODES,
};

/**
 * Integrated gradients of one row, in the output's unit: they add up to what the prediction differs from the baseline's by, but for
 * `gap`. Of classes, the probability of the one that is named, else of the row's most probable one.
 * Throws UserError as `outputAt` on a target or class, RangeError on a row that there is not and on an option that is none or out of
 * range, EncodingError as `TableModel.predict`.
 * @param row counted from 1
 */
export async function integratedGradients(
  given: OfModel,
  rows: Rows<object>,
  row: number,
  { baseline = "median", ...options }: IntegratedGradientsOptions = {},
): Promise<IntegratedGradients> {
  checkKeys("integratedGradients", { baseline, ...options }, OPTIONS);
  const subject = await subjectOf(given, rows, options);
  const place = placeOfRow(subject.table, row);
  if (baseline === "median")
    return { row, baseline, ...alongPath(withMedian(subject), place, subject.table.rows, options) };
  return { row, baseline, ...alongPath(subject, place, placeOfRow(subject.table, baseline, "baseline"), options) };
}

/** The table with a row of medians below it. */
function withMedian({ table, ...subject }: Subject): Subject {
  const columns = rawColumns(subject.model);
  const made = withRows(table, 1, (name) =>
    columns.includes(name) ? [medianOf(table, rawColumn(subject.model, table, name))] : undefined,
  );
  return { ...subject, table: made };
}

/** Which of two rows a model prefers, and why. */
export interface Preference extends Omit<IntegratedGradients, "row" | "baseline"> {
  /** Both rows, counted from 1: `prediction` is of the first, `baselinePrediction` of the second. */
  readonly rows: readonly [number, number];
  /** The one whose output is larger; undefined where both are equal. */
  readonly preferred: number | undefined;
}

/**
 * Why a model says more of one row than of another: the path of integrated gradients leads from the second to the first, and what each
 * column adds on it adds up to the difference of the predictions, but for `gap`. Of classes, the probability of the one that is named,
 * else of the first row's most probable one. Throws as `integratedGradients`.
 * @param first counted from 1
 * @param second counted from 1
 */
export async function prefers(
  given: OfModel,
  rows: Rows<object>,
  first: number,
  second: number,
  options: PathOptions = {},
): Promise<Preference> {
  checkKeys("prefers", options, PATH_OPTIONS);
  const subject = await subjectOf(given, rows, options);
  const places = [placeOfRow(subject.table, first), placeOfRow(subject.table, second)];
  const found = alongPath(subject, places[0], places[1], options);
  const { prediction, baselinePrediction } = found;
  const isEqual = prediction === baselinePrediction;
  const preferred = isEqual ? undefined : prediction > baselinePrediction ? first : second;
  return { ...found, rows: [first, second], preferred };
}

type Found = Omit<IntegratedGradients, "row" | "baseline">;

function alongPath(subject: Subject, row: number, baseline: number, options: PathOptions): Found {
  const most = inRange("steps", options.steps ?? 10_000, STEPS);
  const { model, engine, table } = subject;
  const places = placesFor(model.target, options);
  const encoded = new MixedRows(model, table, [row, baseline]).rows([0, 1]);
  const said = answering(subject, 2)(encoded);
  const output = outputAt(model.target, places, said.subarray(0, said.length / 2));
  const inputs = smoothInputs(model, engine);
  const [end, start] = pointsOf(inputs.of(encoded.x), encoded.offsets);
  const { path: isKept = false } = options;
  const integral = new Path(subject, inputs, output.place, isKept).integrate(start, end, most);
  const columns = columnsOf(subject, inputs);
  const contributions = byColumn(inputs, columns, integral).map(
    ({ column, contribution }): Contribution => ({
      column,
      contribution,
      ...{ value: cellOf(subject, column, row), baseline: cellOf(subject, column, baseline) },
    }),
  );
  const total = contributions.reduce((sum, { contribution }) => sum + contribution, 0);
  const { from, to, steps, way, pieces } = integral;
  return {
    ...{ output, prediction: to, baselinePrediction: from },
    contributions: contributions.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    ...{ gap: to - from - total, steps },
    ...(isKept && { path: { columns, start, way, pieces } }),
  };
}

/** Two rows of inputs, each with its offsets behind them. */
function pointsOf(inputs: Float64Array, offsets: Float64Array = new Float64Array(0)): [Point, Point] {
  const halves = (values: Float64Array): [Float64Array, Float64Array] => [
    values.subarray(0, values.length / 2),
    values.subarray(values.length / 2),
  ];
  const [[x, other], [o, otherO]] = [halves(inputs), halves(offsets)];
  return [Float64Array.of(...x, ...o), Float64Array.of(...other, ...otherO)];
}

/** What each input of a path belongs to. */
function columnsOf({ model }: Subject, { sources, sourceOf, network }: SmoothInputs): string[] {
  const offsets = movedTargets(model.target).map(({ offset }) => offset.column);
  return [...sourceOf.slice(0, network.inputs).map((source) => sources[source].name), ...offsets];
}

function byColumn(
  { sources }: SmoothInputs,
  columns: readonly string[],
  { contributions }: PathIntegral,
): { column: string; contribution: number }[] {
  const sums = new Map(sources.map(({ name }) => [name, 0]));
  for (const [i, part] of contributions.entries()) sums.set(columns[i], (sums.get(columns[i]) ?? 0) + part);
  return [...sums].map(([column, contribution]) => ({ column, contribution: contribution + 0 }));
}

function cellOf({ model, table }: Subject, column: string, row: number): CellValue {
  if (!rawColumns(model).includes(column)) return null;
  const { column: own, kind } = rawColumn(model, table, column);
  return valueAt(own, row, kind);
}
