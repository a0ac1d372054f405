/**
 * How a target is learnt where several ways suit it: counts by squared error or as Poisson's, amounts with a long tail as they are or
 * by their logarithms. Each way is tried on a small network for a moment, and rows that it was not trained on decide by a measure
 * that all ways have in common: the validation rows, or a fold of the training rows where there are none.
 */
import {
  type Dataset,
  fit,
  type LayerSpec,
  type Model,
  pickRows,
  predictorOf,
  rowsOf,
  type SyncEngine,
} from "@chaingrad/core";
import { foldsFor, without } from "./automatic/folds.ts";
import { frontOf } from "./embedding-layer.ts";
import { poissonDeviance, regressionMetrics } from "./judging/metrics/regression.ts";
import type { Encoder } from "./table/encoder.ts";
import { type PreparedHead, settled, type Way } from "./table/heads.ts";
import { byPart } from "./table/parts.ts";
import type { Prepared } from "./table/prepare.ts";
import { decodeAmounts, truthOf } from "./table/targets/amounts.ts";
import { predictsMean } from "./table/targets/framing.ts";
import type { Predicted, Truth } from "./table/targets/kind.ts";
import { offsetsIn } from "./table/targets/rows.ts";
import { predictedIn, truthIn } from "./table/targets/several.ts";
import { type RegressionTarget, type SingleTarget, targetsOf } from "./table/targets/target.ts";

/** A trial: enough to tell which way serves, and over in a moment. */
const TRIAL = { units: 16, epochs: 60, patience: 8, rate: 0.01, rows: 2000, folds: 5, batch: 32 };
/** The plain way is kept unless another is better by more than chance makes of two equal ones. */
const MARGIN = 0.99;

/**
 * The same table with one way chosen for each target, and why, in the target's own words. The same seed chooses the same. Throws
 * as `fit`.
 */
export async function settleTarget(prepared: Prepared, engine: SyncEngine, seed = 0): Promise<Prepared> {
  const { heads, data } = prepared;
  if (heads.every(({ ways }) => ways.length === 1)) return prepared;
  const chosen = await Promise.all(heads.map((head) => choose(head, prepared, engine, seed)));
  const weight = byPart((part) => data[part].weight);
  const all = settled(
    chosen,
    chosen.map(() => 0),
    weight,
  );
  const { target, loss, y } = all;
  return { ...prepared, target, loss, heads: chosen, data: byPart((part) => ({ ...data[part], y: y[part] })) };
}

async function choose(head: PreparedHead, prepared: Prepared, engine: SyncEngine, seed: number): Promise<PreparedHead> {
  const { ways } = head;
  if (ways.length === 1) return head;
  const tried: { way: Way; error: number }[] = [];
  const isCount = ways.some(({ target }) => (target as RegressionTarget).link === "log");
  for (const way of ways) tried.push({ way, error: await errorOf(way, prepared, engine, seed, isCount) });
  const [plain, ...others] = tried;
  const best = others.reduce((a, b) => (b.error < a.error ? b : a));
  const winner = best.error < MARGIN * plain.error || !Number.isFinite(plain.error) ? best : plain;
  const loser = winner === plain ? best : plain;
  const rows = prepared.rows.validation.length > 0 ? "the validation rows" : "training rows left out";
  const [own, other] = [winner, loser].map(({ error }) => error.toPrecision(3));
  const measure = isCount ? "deviance" : "rmse";
  const { target } = winner.way;
  const why = `${target.why}; by ${winner.way.words}: in a trial ${measure} ${own} on ${rows}, ${other} by ${loser.way.words}`;
  return { ways: [{ ...winner.way, target: { ...target, why } }] };
}

/** Of the rows that are judged, in a measure that all ways have in common. */
async function errorOf(
  way: Way,
  prepared: Prepared,
  engine: SyncEngine,
  seed: number,
  isCount: boolean,
): Promise<number> {
  const { train, judged } = trialRows(way, prepared, seed);
  const model = await trial(way, prepared.encoder, train, judged, engine, seed);
  const target = way.target as RegressionTarget;
  const { predictions } = predictorOf(model, engine).predict(judged.x);
  const said = [predictorOf(model, engine).predict(train.x), { predictions }];
  const factor = target.factor === undefined ? {} : { factor: meanFactor(target, [train, judged], said) };
  const predicted = decodeAmounts({ ...target, ...factor }, predictions);
  const { truth, weight } = truthOf(target, judged);
  return isCount ? poissonDeviance(predicted, truth, weight) : regressionMetrics(predicted, truth, weight).rmse;
}

function trialRows(
  { y, loss }: Way,
  { data, rows, encoder, together }: Prepared,
  seed: number,
): Record<"train" | "judged", Dataset> {
  const width = encoder.features.length;
  const train = first({ ...data.train, y: y.train }, width, TRIAL.rows);
  if (rows.validation.length > 0)
    return { train, judged: first({ ...data.validation, y: y.validation }, width, TRIAL.rows) };
  const count = rowsOf(train, width);
  const [fold] = foldsFor(train, count, loss, { most: TRIAL.folds, seed, together: together?.train });
  return { train: pickRows(train, count, without(count, fold)), judged: pickRows(train, count, fold) };
}

async function trial(
  { loss }: Way,
  encoder: Encoder,
  train: Dataset,
  validation: Dataset,
  engine: SyncEngine,
  seed: number,
): Promise<Model> {
  const { units, epochs, patience, rate, batch } = TRIAL;
  const inputs = encoder.features.length;
  const layers: LayerSpec[] = [
    ...frontOf(encoder).layers,
    { units, activation: "tanh" },
    { units: 1, activation: "identity" },
  ];
  const options = { engine, loss, epochs, patience, rate, batch, seed, metrics: {} };
  for await (const event of fit({ inputs, layers }, { train, validation }, options))
    if (event.type === "end") return event.model;
  throw new Error("the trial of a loss did not end");
}

/** The first rows, which the split has shuffled. */
function first(data: Dataset, inputs: number, most: number): Dataset {
  const rows = rowsOf(data, inputs);
  const count = Math.min(rows, most);
  const part = (values: ArrayLike<number>): ArrayLike<number> =>
    Array.prototype.slice.call(values, 0, (values.length / rows) * count);
  return { x: part(data.x), y: part(data.y), ...(data.weight && { weight: part(data.weight) }) };
}

/**
 * Σ w y / Σ w e^ŷ over the rows: what e to a mean of logarithms, which is nearer to the median, has to be multiplied by to be right on
 * the whole. A heavy tail makes it large.
 */
function meanFactor(target: RegressionTarget, parts: readonly Truth[], predicted: readonly Predicted[]): number {
  let [there, said] = [0, 0];
  for (const [part, data] of parts.entries()) {
    const { truth, weight } = truthOf(target, data);
    const plain = decodeAmounts({ ...target, factor: 1 }, predicted[part].predictions, predicted[part].offsets);
    for (const [row, value] of truth.entries()) {
      const own = weight?.[row] ?? 1;
      if (own === 0) continue;
      there += own * value;
      said += own * plain[row];
    }
  }
  return there > 0 && said > 0 && Number.isFinite(said) ? there / said : 1;
}

/** The model whose logarithms of amounts come back as means; any other as it is. */
export function withMeans<M extends Model & { readonly target: Prepared["target"] }>(
  model: M,
  { data, heads, rows }: Prepared,
  engine: SyncEngine,
): M {
  const { target } = model;
  const isMean = (one: SingleTarget, i: number): boolean =>
    one.task === "regression" && one.factor !== undefined && predictsMean(heads[i].ways[0].loss);
  if (!targetsOf(target).some(isMean)) return model;
  const parts = rows.validation.length > 0 ? [data.train, data.validation] : [data.train];
  const said = parts.map((part): Predicted => {
    const { predictions } = predictorOf(model, engine).predict(part.x);
    return { predictions, offsets: offsetsIn(target, part) };
  });
  const fitted = targetsOf(target).map((one, i): SingleTarget => {
    if (one.task !== "regression" || !isMean(one, i)) return one;
    const [truths, own] =
      target.task === "several"
        ? [parts.map((part) => truthIn(target, part, i)), said.map((part) => predictedIn(target, part, i))]
        : [parts, said];
    return { ...one, factor: meanFactor(one, truths, own) };
  });
  return { ...model, target: target.task === "several" ? { ...target, targets: fitted } : fitted[0] };
}
