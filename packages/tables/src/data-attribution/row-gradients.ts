/**
 * What each training row asks of a model: how strongly its loss pulls at the parameters, and whether it pulls the way that the rows
 * pull on the whole.
 */
import { checkKeys } from "@chaingrad/core/given";
import type { OfModel } from "../explain/explain-model.ts";
import type { Rows } from "../rows.ts";
import { type EngineChoice, subjectOf } from "../understanding/subject.ts";
import { norm as length } from "./inverse-hessian.ts";
import { RowLosses } from "./row-losses.ts";
import { trainingRows } from "./training-rows.ts";

/** One layer's part of the rows' gradients. */
export interface LayerGradients {
  /** "hidden1", "output". */
  readonly layer: string;
  /** ‖∂ℓᵣ/∂θₗ‖ of each row, over the layer's parameters. */
  readonly norm: Float64Array;
  /** The part of gᵣ · ḡ that is this layer's: all layers' sum is the whole. */
  readonly push: Float64Array;
  /** ‖ḡₗ‖ over the layer's parameters: all layers' squares add up to that of `meanNorm`. */
  readonly meanNorm: number;
}

/** The gradients of rows' losses by all parameters, a few numbers of each. */
export interface RowGradients {
  readonly target: string;
  /** Which rows of the table, counted from 1: those whose target is known. All that follows is in this order. */
  readonly rows: Int32Array;
  /** ℓᵣ: what the row costs, penalties not included. */
  readonly loss: Float64Array;
  /** ‖gᵣ‖, gᵣ = ∂ℓᵣ/∂θ */
  readonly norm: Float64Array;
  /** gᵣ · ḡ / (‖gᵣ‖ ‖ḡ‖) in [−1, 1]: below 0 where the row pulls against the others. 0 where one of the two has no length. */
  readonly cosine: Float64Array;
  /** ‖ḡ‖, ḡ the gradient of the rows' mean loss (weighed as the model weighs rows): what penalties balance, and 0 without any at a minimum. */
  readonly meanNorm: number;
  /** ℓ2 penalties aside, in the order of the layers. */
  readonly layers: readonly LayerGradients[];
}

/**
 * The exact gradient of each row's loss, in float64, of all rows of a table whose target is known. Memory grows with the rows and not
 * with rows times parameters. Dropout is off.
 * Throws UserError on several targets and on sets of labels, TargetError and EncodingError as `TableModel.evaluate`.
 */
export async function rowGradients(
  given: OfModel,
  rows: Rows<object>,
  options: EngineChoice = {},
): Promise<RowGradients> {
  checkKeys("rowGradients", options, { engine: true });
  const subject = await subjectOf(given, rows, options);
  const { model, engine } = subject;
  const taken = trainingRows(subject);
  const every = new RowLosses(model, engine, taken);
  const mean = every.meanGradient();
  const { losses, squares } = every.norms();
  const dots = every.along(mean);
  const norm = total(squares).map(Math.sqrt);
  const meanNorm = length(mean);
  const whole = total(dots);
  return {
    target: model.target.name,
    rows: taken.places.map((place) => place + 1),
    ...{ loss: losses, norm, meanNorm },
    cosine: norm.map((own, row) => (own * meanNorm > 0 ? clamp(whole[row] / (own * meanNorm)) : 0)),
    layers: every.layers.map((layer, i) => ({
      ...{ layer, norm: squares[i].map(Math.sqrt), push: dots[i], meanNorm: length(every.partOf(mean, i)) },
    })),
  };
}

/** Rounding leads no cosine out of its range. */
export const clamp = (cosine: number): number => Math.min(1, Math.max(-1, cosine));

/** Of each row the sum over the layers. */
export function total(layers: readonly Float64Array[]): Float64Array {
  return layers[0].map((_, row) => layers.reduce((sum, layer) => sum + layer[row], 0));
}
