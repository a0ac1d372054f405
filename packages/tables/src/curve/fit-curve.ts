/**
 * Nonlinear regression of any formula on the columns of a table, in one call.
 *
 *   const fit = await fitCurve(rows, "mpg = a + b / weight", { start: { a: 0, b: 50000 } });
 *   fit.parameters.b;   fit.standardErrors.b;   fit.predict({ weight: 2500 });
 */
import { evaluate, type SyncEngine, wasmEngine } from "@chaingrad/core";
import {
  isConverged,
  type LeastSquaresMinimum,
  leastSquares,
  type MinimizeIteration,
  type MinimizerName,
  type MinimizeStop,
  minimizers,
  NonFiniteError,
  type TryOrigin,
} from "@chaingrad/core/curvature";
import { checkKeys, checkName, type Names } from "@chaingrad/core/given";
import { namesIn } from "../formula/build.ts";
import { parseEquation } from "../formula/equation.ts";
import { parseFormula } from "../formula/parse.ts";
import { type Rows, tableOf } from "../rows.ts";
import { EncodingError, type Table } from "../table/table.ts";
import { ENDINGS } from "./endings.ts";
import { type CurveModel, curveModel, type Equation, parseTarget } from "./model.ts";
import { type PredictCurve, predictor } from "./predict.ts";
import { type CurveWarning, warningsOf } from "./warnings.ts";

/** Every method by its name. */
export const METHODS: readonly MinimizerName[] = Object.keys(minimizers) as MinimizerName[];

/** What is taken where it is not given. */
export const CURVE_DEFAULTS: { readonly method: MinimizerName; readonly iterations: number } = {
  method: "levenberg-marquardt",
  iterations: 2000,
};

/** What `fitCurve` can be told; only the starts must be given. */
export interface FitCurveOptions<Name extends string = string> {
  /** Where each parameter starts: every name of the formula that is no column needs a start. */
  readonly start: Readonly<Record<Name, number>>;
  /** Least and greatest values. */
  readonly lower?: { readonly [Parameter in NoInfer<Name>]?: number } | undefined;
  readonly upper?: { readonly [Parameter in NoInfer<Name>]?: number } | undefined;
  /** This method alone, from this start alone; by default `CURVE_DEFAULTS.method`, then whatever helps. */
  readonly method?: MinimizerName | undefined;
  /** Most trial steps of each try, ≥ 1. */
  readonly iterations?: number | undefined;
  /** Whether other starts and methods are tried where the start leads to nothing good (default: where no method is named). */
  readonly restarts?: boolean | undefined;
  /** By default the embedded kernels. All is computed in float64. */
  readonly engine?: SyncEngine | undefined;
  /** Ends the search at its next step; the best so far is given, with `stopped` "aborted". */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for which it may hold the event loop at a time, > 0 (default 12). */
  readonly slice?: number | undefined;
  /** Told before the search which rows count. */
  readonly onPrepared?: ((rows: CurveRows) => void) | undefined;
  /** Told after each trial step. */
  readonly onIteration?: ((event: MinimizeIteration) => void) | undefined;
}

const OPTIONS: Names<FitCurveOptions> = {
  ...{ start: true, lower: true, upper: true, method: true, iterations: true, restarts: true },
  ...{ engine: true, signal: true, slice: true, onPrepared: true, onIteration: true },
};

/** The rows that a curve is fitted to: a table, columns, or objects. */
export interface CurveRows {
  /** How many rows count, and how many are left out for want of a value. */
  readonly rows: number;
  readonly missing: number;
}

/** One run of one method. */
export interface CurveTry {
  /** Where it began: at the start given; there, with the linear parameters at their best; or at a point that was found. */
  readonly origin: TryOrigin;
  readonly method: string;
  readonly start: Readonly<Record<string, number>>;
  /** Undefined where the curve is not finite at the start. */
  readonly end?: { readonly residualSumOfSquares: number; readonly stopped: MinimizeStop; readonly ending: string };
}

/** A curve and how far it can be believed. As JSON it has everything but `predict`, and null for NaN. */
export interface CurveFit<Name extends string = string>
  extends CurveRows,
    Pick<LeastSquaresMinimum, "residualSumOfSquares" | "residualStandardDeviation" | "degreesOfFreedom" | "rank">,
    Pick<LeastSquaresMinimum, "r2" | "runs" | "scaledGradient" | "method" | "iterations" | "stopped" | "won"> {
  readonly parameters: Readonly<Record<Name, number>>;
  /** NaN where a parameter is held or not determined. */
  readonly standardErrors: Readonly<Record<Name, number>>;
  /** Whether each is free, or what holds it. */
  readonly standing: Readonly<Record<Name, LeastSquaresMinimum["standing"][string][number]>>;
  /** [parameters, parameters], row-major in the order of `parameters`; NaN where it is not determined. */
  readonly covariance: Float64Array;
  /** Of the sum of squares. */
  readonly evaluations: number;
  /** Whether it ended at a minimum. */
  readonly converged: boolean;
  /** `stopped` in words. */
  readonly ending: string;
  /** What was tried, in its order; this is that of index `won`. */
  readonly tries: readonly CurveTry[];
  /** What one should know before believing it. */
  readonly warnings: readonly CurveWarning[];
  /** The curve's value in one row, or in each of rows; NaN where one of its columns is missing. Throws as `fitCurve` does. */
  readonly predict: PredictCurve;
}

/**
 * The parameters of a formula that bring it nearest to a column, by least squares, with standard errors (Bates & Watts,
 * "Nonlinear regression analysis and its applications", 1988). Rows without a value in one of its columns are left out.
 *
 * Throws FormulaError at the place of what is wrong with the formula (MissingStartError at a name that is neither column nor
 * parameter), UserError on a start that the formula has no use for, RowsError on rows that are no table, EncodingError on a
 * column that is not numbers and where the curve is not finite at the start; RangeError on an option that makes no sense.
 * @param equation "y = a * exp(-b * x)": a column or a formula of columns, "=", a formula of columns and parameters with
 *   + - * / ^, brackets, pi and functions (see `FORMULAS`); names with blanks stand between backquotes. Or its two sides.
 */
export async function fitCurve<Name extends string>(
  rows: Rows<object>,
  equation: string | { readonly target: string; readonly model: string },
  options: FitCurveOptions<Name>,
): Promise<CurveFit<Name>> {
  checkKeys("fitCurve", options ?? null, OPTIONS);
  const { start, method, onPrepared, onIteration } = options;
  if (method !== undefined) checkName("fitCurve: method", method, METHODS);
  const table = tableOf(rows);
  const sides = sidesOf(equation, table);
  const model = curveModel(table, sides, start);
  const counted = { rows: model.rows.length, missing: model.missing };
  onPrepared?.(counted);
  const minimum = await search(model, options as FitCurveOptions, onIteration).catch((error) => {
    throw error instanceof NonFiniteError ? notFinite(error, model) : error;
  });
  const found = told(minimum);
  const columns = namesIn(sides.model).flatMap(({ name }) => (Object.hasOwn(model.data, name) ? [name] : []));
  return { ...found, ...counted, predict: predictor(sides.model, found.parameters, columns) } as CurveFit<Name>;
}

function sidesOf(equation: string | { readonly target: string; readonly model: string }, table: Table): Equation {
  if (typeof equation !== "string") {
    const model = parseFormula(equation.model);
    return { model, target: parseTarget(equation.target, table) };
  }
  const { left, right } = parseEquation(equation);
  return { model: right, target: parseTarget(left, table) };
}

async function search(
  { residuals, observed, data }: CurveModel,
  { start, lower = {}, upper = {}, ...options }: FitCurveOptions,
  onIteration: FitCurveOptions["onIteration"],
): Promise<LeastSquaresMinimum> {
  const { method, restarts, signal, slice, iterations = CURVE_DEFAULTS.iterations } = options;
  const engine = options.engine ?? (await ownEngine());
  const chosen = {
    ...(method !== undefined && { method }),
    ...(restarts !== undefined && { restarts }),
    ...(signal !== undefined && { signal }),
    ...(slice !== undefined && { slice }),
  };
  const bounds = boundsOf(lower, upper);
  const common = { engine, data, iterations, observed: evaluate(engine, observed, data).y, ...chosen };
  for await (const event of leastSquares(residuals, start, { ...common, ...(bounds && { bounds }) })) {
    if (event.type === "iteration") onIteration?.(event);
    if (event.type === "end") return event.minimum;
  }
  throw new Error("least squares ended without a result");
}

let shared: Promise<SyncEngine> | undefined;
/** One thread: the products are small, and every host then gives the same bits. */
function ownEngine(): Promise<SyncEngine> {
  shared ??= wasmEngine({ threads: 1 });
  return shared;
}

type Limits = NonNullable<FitCurveOptions["lower"]>;

function boundsOf(lower: Limits, upper: Limits) {
  const names = Object.keys({ ...lower, ...upper });
  if (names.length === 0) return undefined;
  const one = (name: string) => ({
    ...(lower[name] !== undefined && { lower: lower[name] }),
    ...(upper[name] !== undefined && { upper: upper[name] }),
  });
  return Object.fromEntries(names.map((name) => [name, one(name)]));
}

/** In the table's terms: rows are counted from 1. */
function notFinite(error: NonFiniteError, { rows }: CurveModel): EncodingError {
  const { fault } = error;
  const row = fault?.row === undefined ? undefined : rows[fault.row];
  const where = fault === undefined ? "" : `: ${fault.operation}${row === undefined ? "" : ` in row ${row + 1}`}`;
  const hint = "Start elsewhere, or leave out such rows.";
  return new EncodingError(`the model is not finite at the start${where}`, undefined, row, hint, { cause: error });
}

/** Every parameter of a curve is one number. */
const single = <T>(of: Readonly<Record<string, ArrayLike<T>>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(of).map(([name, values]) => [name, values[0]]));

function told(minimum: LeastSquaresMinimum): Omit<CurveFit, "predict" | keyof CurveRows> {
  const { residualSumOfSquares, residualStandardDeviation, degreesOfFreedom, rank, covariance } = minimum;
  const { r2, runs, scaledGradient, method, iterations, stopped, won } = minimum;
  return {
    parameters: single(minimum.parameters),
    standardErrors: single(minimum.standardErrors),
    standing: single(minimum.standing),
    ...{ residualSumOfSquares, residualStandardDeviation, degreesOfFreedom, rank, covariance },
    ...{ r2, runs, scaledGradient, method, iterations, stopped, won },
    evaluations: minimum.evaluations.values,
    converged: isConverged(minimum),
    ending: ENDINGS[stopped],
    tries: minimum.tries.map(({ origin, method, start, end }) => ({
      ...{ origin, method, start: single(start) },
      ...(end && { end: { ...end, ending: ENDINGS[end.stopped] } }),
    })),
    warnings: warningsOf(minimum),
  };
}
