/**
 * How sure a trained network can be of what it says, given the rows that it was trained on: Laplace's approximation. The posterior of
 * its parameters is a normal distribution around where training ended, as wide as the objective's generalised Gauss-Newton matrix says;
 * outputs are linearised in the parameters.
 * MacKay, Neural Computation 4 (1992); Immer, Korzepa & Bauer, "Improving predictions of Bayesian neural nets via local linearization",
 * AISTATS 2021; Daxberger et al., "Laplace redux", NeurIPS 2021
 */
import { type Model, type NetworkTensor, parametersOf, type SyncEngine } from "@chaingrad/core";
import { linearAlgebraOf } from "@chaingrad/core/curvature";
import { checkKeys, checkName, inRange, positive } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import { type TrainingRows, trainingRows } from "../data-attribution/training-rows.ts";
import type { OfModel } from "../explain/explain-model.ts";
import { predictRows } from "../judging/evaluate.ts";
import { judgedRows } from "../judging/labelled-rows.ts";
import { logLoss } from "../judging/metrics/probability.ts";
import { type Rows, tableOf } from "../rows.ts";
import { encode } from "../table/encoder.ts";
import { allRows } from "../table/table.ts";
import type { ClassPrediction } from "../table/targets/prediction.ts";
import { offsetsFor, offsetsIn } from "../table/targets/rows.ts";
import { type EngineChoice, type Subject, subjectOf } from "../understanding/subject.ts";
import { type Coverage, coverageOf } from "./coverage.ts";
import { checkLikelihood, type LikelyTarget, misfitOf, scaledJacobian } from "./likelihood.ts";
import { JacobianRows } from "./output-jacobians.ts";
import { findHyperparameters, type Hyperparameters, outputCovariance, type Spectrum } from "./posterior.ts";
import { gram, timesTransposed } from "./products.ts";
import { type OutputDistribution, sayDistribution, type UncertainPrediction } from "./uncertain-prediction.ts";

/** Which parameters are uncertain: all of them, or those of the last layer alone. */
export type UncertainWeights = "all" | "last-layer";
const WEIGHTS: readonly UncertainWeights[] = ["all", "last-layer"];

/** Of what the posterior is, and how it is found. */
export interface LaplaceOptions extends EngineChoice {
  /** Default: "all" where that can be factorised, else "last-layer". */
  readonly weights?: UncertainWeights | undefined;
  /** δ > 0 of the prior N(0, I/δ) (default: where the evidence is largest). */
  readonly priorPrecision?: number | undefined;
}

/** A model's posterior. */
export interface Laplace extends Omit<Hyperparameters, "noiseVariance"> {
  readonly weights: UncertainWeights;
  /** How many are uncertain. */
  readonly parameters: number;
  /** How many rows it is of. */
  readonly rows: number;
  /** σ of amounts in the target's unit (of those learnt by their logarithms, of the logarithm); null of classes. */
  readonly noise: number | null;
  /**
   * What is said of rows: amounts with the standard deviation that the parameters leave and an interval that holds the noise too, or
   * probabilities that are averaged over the posterior.
   * @param level the share of the truth that an interval is to hold, in (0, 1) (default 0.9)
   * Throws as `TableModel.predict`, RangeError on such a level.
   */
  predict(rows: Rows<object>, level?: number): UncertainPrediction;
  /** How that holds on rows whose targets are known. Throws as `predict`, and TargetError where none is known. */
  evaluate(rows: Rows<object>, level?: number): LaplaceEvaluation;
}

/** On rows with targets. */
export interface LaplaceEvaluation {
  readonly rows: number;
  /** Of intervals for amounts; null of classes. */
  readonly coverage: Coverage | null;
  /** Mean −ln p(true class) of the model's own probabilities, and of those averaged over the posterior; null of amounts. */
  readonly loss: { readonly plain: number; readonly averaged: number } | null;
}

/** Numbers of A, and of a row or column of what is decomposed. */
const MOST_NUMBERS = 2 ** 24;
const MOST_DECOMPOSED = 1500;
/** Of the largest eigenvalue, what rounding may leave of 0. */
const ROUNDING = 1e-13;

const OPTIONS = { engine: true, weights: true, priorPrecision: true } as const satisfies Record<
  keyof LaplaceOptions,
  true
>;

/**
 * The posterior of a model's parameters, by which it says how sure it is.
 * @param rows the rows that the model was trained on
 * Throws UserError on several targets, sets of labels, classes in an order, counts and losses that are no squares, and on a network that is too large for
 * both; RangeError on a precision that is not > 0, TargetError and EncodingError as `TableModel.evaluate`.
 */
export async function laplace(given: OfModel, rows: Rows<object>, options: LaplaceOptions = {}): Promise<Laplace> {
  checkKeys("laplace", options, OPTIONS);
  const { priorPrecision } = options;
  if (options.weights !== undefined) checkName("weights", options.weights, WEIGHTS);
  if (priorPrecision !== undefined) inRange("priorPrecision", priorPrecision, positive);
  const subject = await subjectOf(given, rows, options);
  const { model, engine } = subject;
  const target = checkLikelihood(model.target, model);
  const taken = trainingRows(subject);
  const { weights, parameters, size } = choose(model, taken, options.weights);
  const all = new JacobianRows(model, engine, parameters, size);
  const { spectrum, misfit } = await decompose(all, target, taken, size, engine);
  const found = findHyperparameters(spectrum.values, {
    ...{ misfit, rows: taken.places.length, isNoisy: target.task === "regression", priorPrecision },
    squaredNorm: parameters.reduce((sum, { name }) => sum + squares(model.tensors[name]), 0),
  });
  const { noiseVariance, ...told } = found;
  return {
    ...{ ...told, weights, parameters: size, rows: taken.places.length },
    noise: target.task === "regression" ? target.scale * Math.sqrt(noiseVariance) : null,
    predict: (other, level = 0.9) => predict(subject, target, { all, spectrum, found }, other, level),
    evaluate: (other, level = 0.9) => evaluate(subject, target, { all, spectrum, found }, other, level),
  };
}

const squares = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, one) => sum + one * one, 0);
const count = ({ shape }: NetworkTensor): number => shape.reduce((size, n) => size * n, 1);

interface Chosen {
  readonly weights: UncertainWeights;
  readonly parameters: readonly NetworkTensor[];
  readonly size: number;
}

/** Throws UserError where what is wanted, or both, take too much. */
function choose(model: Model, { places }: TrainingRows, wanted: UncertainWeights | undefined): Chosen {
  const everything = parametersOf(model.network);
  const last = everything.filter(({ layer }) => layer === everything[everything.length - 1].layer);
  const outputs = places.length * model.network.layers[model.network.layers.length - 1].units;
  const both = WEIGHTS.map((weights): Chosen => {
    const parameters = weights === "all" ? everything : last;
    return { weights, parameters, size: parameters.reduce((sum, one) => sum + count(one), 0) };
  });
  const fits = ({ size }: Chosen): boolean =>
    size <= MOST_DECOMPOSED || (outputs <= MOST_DECOMPOSED && outputs * size <= MOST_NUMBERS);
  const chosen = both.find((one) => (wanted === undefined ? fits(one) : one.weights === wanted)) ?? both[1];
  if (fits(chosen)) return chosen;
  const hint =
    chosen.weights === "all" && fits(both[1])
      ? "Take the last layer's alone (weights 'last-layer')."
      : "Train a smaller network, or use intervals and sets of classes (predict --interval), which take none of this.";
  throw new UserError(
    `${chosen.size} parameters and ${outputs} outputs of rows are too many: one of them may be ${MOST_DECOMPOSED} at most`,
    hint,
  );
}

/** Eigenvalues and -vectors of AᵀA, and how far off the outputs are. */
async function decompose(
  all: JacobianRows,
  target: LikelyTarget,
  { data, shares }: TrainingRows,
  n: number,
  engine: SyncEngine,
): Promise<{ readonly spectrum: Spectrum; readonly misfit: number }> {
  const weight = shares.map((share) => share * shares.length);
  const m = shares.length * all.outputs;
  const isTall = n <= MOST_DECOMPOSED && (n <= m || m * n > MOST_NUMBERS);
  const sum = new Float64Array(isTall ? n * n : 0);
  const whole = new Float64Array(isTall ? 0 : m * n);
  let misfit = 0;
  for (const some of all.of(Float64Array.from(data.x))) {
    misfit += misfitOf(target, some, data.y, weight);
    const a = scaledJacobian(target, some, weight);
    if (isTall)
      gram(engine, a, n, true).forEach((value, i) => {
        sum[i] += value;
      });
    else whole.set(a, some.start * all.outputs * n);
  }
  const algebra = await linearAlgebraOf(engine);
  const eigen = isTall ? algebra.eigen(sum, n) : algebra.eigen(gram(engine, whole, n, false), m);
  const floor = ROUNDING * Math.max(...eigen.values);
  const first = eigen.values.findIndex((value) => value > floor);
  if (first < 0) throw new UserError("no parameter moves any output on these rows", "They may all be constant.");
  const size = isTall ? n : m;
  const values = eigen.values.slice(first);
  const kept = eigen.vectors.slice(first * size);
  return { spectrum: { values, vectors: isTall ? kept : fromRows(engine, kept, whole, values, n) }, misfit };
}

/** vᵢ = Aᵀuᵢ/√sᵢ of the eigenvectors uᵢ of AAᵀ. */
function fromRows(engine: SyncEngine, u: Float64Array, a: Float64Array, values: Float64Array, n: number): Float64Array {
  const m = a.length / n;
  const transposed = new Float64Array(a.length);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) transposed[j * m + i] = a[i * n + j];
  const vectors = timesTransposed(engine, u, transposed, m);
  for (const [i, value] of values.entries()) {
    const own = vectors.subarray(i * n, (i + 1) * n);
    for (let j = 0; j < n; j++) own[j] /= Math.sqrt(value);
  }
  return vectors;
}

interface Posterior {
  readonly all: JacobianRows;
  readonly spectrum: Spectrum;
  readonly found: Hyperparameters;
}

function predict(
  { model, engine }: Subject,
  target: LikelyTarget,
  { all, spectrum, found }: Posterior,
  rows: Rows<object>,
  level: number,
): UncertainPrediction {
  const table = tableOf(rows, model.reading);
  const given = distribution(model, engine, { all, spectrum, found }, encode(model.encoder, table, allRows(table)));
  return sayDistribution(target, { ...given, offsets: offsetsFor(target, table, allRows(table)) }, level);
}

function evaluate(
  { model, engine }: Subject,
  target: LikelyTarget,
  posterior: Posterior,
  rows: Rows<object>,
  level: number,
): LaplaceEvaluation {
  const { data, rows: count } = judgedRows(model, tableOf(rows, model.reading));
  const given = distribution(model, engine, posterior, Float64Array.from(data.x));
  const said = sayDistribution(target, { ...given, offsets: offsetsIn(target, data) }, level);
  if (said.task === "regression") {
    const [coverage] = coverageOf(target, [said], data);
    return { rows: count, coverage, loss: null };
  }
  const plain = predictRows(model, engine, data) as ClassPrediction;
  const lossOf = (probabilities: Float64Array): number => logLoss(probabilities, data.y, { weights: data.weight });
  return {
    rows: count,
    coverage: null,
    loss: { plain: lossOf(plain.probabilities), averaged: lossOf(said.probabilities) },
  };
}

/** Means and covariances of the outputs on rows x [rows, features]. */
function distribution(
  model: Model,
  engine: SyncEngine,
  { all, spectrum, found }: Posterior,
  x: Float64Array,
): Omit<OutputDistribution, "offsets"> {
  const rows = x.length / model.network.inputs;
  const size = all.outputs ** 2;
  const outputs = new Float64Array(rows * all.outputs);
  const covariances = new Float64Array(rows * size);
  const r = spectrum.values.length;
  const n = spectrum.vectors.length / r;
  for (const some of all.of(x)) {
    outputs.set(some.outputs, some.start * all.outputs);
    const projected = timesTransposed(engine, some.jacobian, spectrum.vectors, n);
    for (let row = 0; row < some.count; row++) {
      const of = (numbers: Float64Array, width: number): Float64Array =>
        numbers.subarray(row * all.outputs * width, (row + 1) * all.outputs * width);
      covariances.set(
        outputCovariance(spectrum, found, of(some.jacobian, n), of(projected, r)),
        (some.start + row) * size,
      );
    }
  }
  return { outputs, covariances, noiseVariance: found.noiseVariance };
}
