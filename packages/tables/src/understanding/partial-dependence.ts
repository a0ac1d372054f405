/**
 * What a model says on average where a column is set to one value in every row, value by value; and row by row, the individual curves
 * that this is the mean of.
 *   f̄(v) = 1/n Σ_i f(v, all else of row i)
 * Friedman, "Greedy function approximation", 2001; Goldstein, Kapelner, Bleich & Pitkin, "Peeking inside the black box", 2015
 */
import { shuffle } from "@chaingrad/core";
import { checkKeys, countingNumber, inRange, integer } from "@chaingrad/core/given";
import type { OfModel } from "../explain/explain-model.ts";
import type { Rows } from "../rows.ts";
import { allRows } from "../table/table.ts";
import { type Answer, answering, meanOf, meansOf, numbersIn, widthOf } from "./answers.ts";
import { type GridOptions, type GridValues, gridOf } from "./grid.ts";
import { withRows } from "./made-rows.ts";
import { MixedRows } from "./mixed-rows.ts";
import { type Output, type OutputChoice, outputAt, placesFor } from "./output.ts";
import { type RawKind, rawColumn } from "./raw-columns.ts";
import { type EngineChoice, type Subject, subjectOf } from "./subject.ts";

/** Of which output, over which rows, and at which values. */
export interface DependenceOptions extends EngineChoice, OutputChoice, GridOptions {
  /** The values to ask about, for each column that is named (default: as `resolution` and `percentiles` say). */
  readonly grid?: GridValues | readonly [GridValues, GridValues] | undefined;
  /** At most so many rows, drawn by `seed` (default all). */
  readonly rows?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Whether each row's own curve is kept (default no). */
  readonly curves?: boolean | undefined;
}

/** A column, and the values that it was set to. */
export interface GridAxis {
  readonly column: string;
  readonly kind: RawKind;
  readonly values: GridValues;
}

/** What a model says on average, value by value of a column or of two. */
export interface PartialDependence {
  readonly output: Output;
  /** Of each column that was named. */
  readonly axes: readonly GridAxis[];
  /** The mean over the rows at each point of the grid, in the output's unit; of two columns [first, second] row-major. */
  readonly mean: Float64Array;
  /** Numbers of the rows, counted from 1. */
  readonly rows: readonly number[];
  /** Of each row its own curve, over the same points; absent unless asked for. */
  readonly curves?: readonly Float64Array[];
}

const OPTIONS = {
  ...{ engine: true, target: true, class: true, resolution: true, percentiles: true, grid: true, rows: true },
  ...{ seed: true, curves: true },
} as const satisfies Record<keyof DependenceOptions, true>;

/**
 * Partial dependence on a column of numbers, dates or categories, or on two together, and each row's own curve. A column moves
 * as a whole. All rows count alike. Where columns depend on each other it also asks about rows that there cannot be:
 * `accumulatedLocalEffects` does not.
 * Throws UserError on a column that the model does not read, on a value that the column cannot hold, and as `outputAt` on a target or
 * class; RangeError on an option that is none or out of range; EncodingError as `TableModel.predict`.
 */
export async function partialDependence(
  given: OfModel,
  rows: Rows<object>,
  column: string | readonly [string, string],
  options: DependenceOptions = {},
): Promise<PartialDependence> {
  checkKeys("partialDependence", options, OPTIONS);
  const subject = await subjectOf(given, rows, options);
  const places = placesFor(subject.model.target, options);
  const axes = axesOf(subject, typeof column === "string" ? [column] : column, options);
  const chosen = chosenRows(subject, options);
  const points = pointsOf(axes);
  const { table } = subject;
  const made = withRows(table, points[0].length, (name) => {
    const axis = axes.findIndex((one) => one.column === name);
    return axis < 0 ? undefined : points[axis];
  });
  const mixed = new MixedRows(subject.model, made, allRows(made));
  const answer = answering(subject, chosen.length);
  const output = outputOf(subject, places, answer(mixed.rows(chosen)));
  const curves = chosen.map(() => new Float64Array(points[0].length));
  const mean = points[0].map((_, point) => {
    const set = new Int32Array(chosen.length).fill(table.rows + point);
    const isSet = (name: string): boolean => axes.some((axis) => axis.column === name);
    const said = answer(mixed.mix(chosen.length, (name) => (isSet(name) ? set : chosen)));
    const own = numbersIn(said, widthOf(subject), output.place);
    if (options.curves) for (const [i, value] of own.entries()) curves[i][point] = value;
    return meanOf(own);
  });
  return {
    ...{ output, axes, mean: Float64Array.from(mean), rows: chosen.map((row) => row + 1) },
    ...(options.curves && { curves }),
  };
}

/** What is meant of classes is what is most probable on average. */
export const outputOf = (subject: Subject, places: readonly number[], said: ReturnType<Answer>): Output =>
  outputAt(subject.model.target, places, meansOf(said, widthOf(subject)));

/** Of two columns 100 values each would be 10 000 points. */
const OF_TWO = 20;

function axesOf({ model, table }: Subject, names: readonly string[], options: DependenceOptions): GridAxis[] {
  const isTwo = names.length === 2;
  if (isTwo && names[0] === names[1]) throw new RangeError(`partialDependence: '${names[0]}' is named twice`);
  const { grid, resolution = isTwo ? OF_TWO : undefined, percentiles } = options;
  return names.map((name, i) => {
    const raw = rawColumn(model, table, name);
    const own = isTwo ? (grid as readonly GridValues[] | undefined)?.[i] : (grid as GridValues | undefined);
    return { column: name, kind: raw.kind, values: gridOf(model, table, raw, { resolution, percentiles }, own) };
  });
}

/** Of each axis its value at every point, the last axis running fastest. */
export function pointsOf(axes: readonly GridAxis[]): (number | string)[][] {
  const [first, second] = axes;
  if (second === undefined) return [[...first.values]];
  return [
    first.values.flatMap((value) => second.values.map(() => value)),
    first.values.flatMap(() => [...second.values]),
  ];
}

/** By place, in the order of the table. */
function chosenRows({ table }: Subject, { rows, seed = 0 }: Pick<DependenceOptions, "rows" | "seed">): number[] {
  inRange("seed", seed, integer);
  const all = Array.from(allRows(table));
  if (rows === undefined || inRange("rows", rows, countingNumber) >= all.length) return all;
  return Array.from(shuffle(all, seed, 0).subarray(0, rows)).sort((a, b) => a - b);
}
