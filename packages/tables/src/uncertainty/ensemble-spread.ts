/**
 * How far apart the networks are that a model is the mean of: what one of them would have said of a row, and so what another training
 * might.          Lakshminarayanan, Pritzel & Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles",
 * NeurIPS 2017
 */
import { type Model, predictorOf } from "@chaingrad/core";
import { checkKeys } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import type { OfModel } from "../explain/explain-model.ts";
import type { EnsembleMember } from "../model/ensemble.ts";
import type { Rows } from "../rows.ts";
import { encode } from "../table/encoder.ts";
import { allRows } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { numbersOf } from "../table/targets/prediction.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { type EngineChoice, subjectOf } from "../understanding/subject.ts";

/** Standard deviations among networks. */
export interface EnsembleSpread {
  /** How many networks there are. */
  readonly networks: number;
  /** What each number is called: "price", "p(setosa)", "q0.9(price)". */
  readonly names: readonly string[];
  /** What the model says, [rows, names]. */
  readonly values: Float64Array;
  /** √Σ cᵢ (qᵢ − q̄)², cᵢ what network i counts and q̄ = Σ cᵢ qᵢ: [rows, names], in the target's unit. */
  readonly deviations: Float64Array;
}

/**
 * Throws UserError on a model that is no mean of networks, EncodingError as `TableModel.predict`.
 */
export async function ensembleSpread(
  given: OfModel,
  rows: Rows<object>,
  options: EngineChoice = {},
): Promise<EnsembleSpread> {
  checkKeys("ensembleSpread", options, { engine: true });
  const { model, table, engine } = await subjectOf(given, rows, options);
  const { ensemble, target } = model;
  if (ensemble === undefined || ensemble.length < 2)
    throw new UserError(
      "the model is one network, and has no spread",
      "The recipes 'default' and 'best' train several; Laplace's approximation tells of one, by the rows that it was trained on.",
    );
  const x = encode(model.encoder, table, allRows(table));
  const offsets = offsetsFor(target, table, allRows(table));
  const say = (one: Model): Float64Array =>
    numbersOf(
      kindOf(target).say(target, {
        predictions: predictorOf(one, engine, table.rows, "f64").predict(x).predictions,
        offsets,
      }),
    );
  const said = ensemble.map((_, i) => say(memberOf(model, ensemble, i)));
  const mean = new Float64Array(said[0].length);
  for (const [i, own] of said.entries()) for (let k = 0; k < mean.length; k++) mean[k] += ensemble[i].weight * own[k];
  const deviations = mean.map((center, k) =>
    Math.sqrt(said.reduce((sum, own, i) => sum + ensemble[i].weight * (own[k] - center) ** 2, 0)),
  );
  return { networks: ensemble.length, names: kindOf(target).names(target, undefined), values: say(model), deviations };
}

/** One network of the mean: the others' units count nothing in its outputs. */
function memberOf(model: Model, ensemble: readonly EnsembleMember[], place: number): Model {
  const last = model.network.layers.length;
  const [W, b] = [model.tensors[`W${last}`], model.tensors[`b${last}`]];
  const units = W.length / b.length;
  const before = ensemble.slice(0, place).reduce((sum, one) => sum + one.units, 0);
  const { units: own, weight, bias } = ensemble[place];
  const isOwn = (unit: number): boolean => unit >= before && unit < before + own;
  return {
    ...model,
    tensors: {
      ...model.tensors,
      [`W${last}`]: Float64Array.from(W, (value, i) => (isOwn(i % units) ? value / weight : 0)),
      [`b${last}`]: Float64Array.from(b, (value, i) => value + bias[i]),
    },
  };
}
