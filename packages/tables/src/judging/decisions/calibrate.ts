/** A model whose probabilities are softened or sharpened by one temperature, which it keeps: a plain model again. */
import { type Dataset, layersOf, lossOf, type Model, predictorOf, rowsOf, type SyncEngine } from "@chaingrad/core";
import { allFinite, inRange, positive } from "@chaingrad/core/given";
import type { TableModelData } from "../../model/model-file.ts";
import { EncodingError } from "../../table/table.ts";
import { conformalScores } from "../../uncertainty/scores.ts";
import { evaluateModel, predictRows, type Scores } from "../evaluate.ts";
import { expectedCalibrationError } from "../metrics/calibration.ts";
import { brierScoreLoss, logLoss } from "../metrics/probability.ts";
import { fitTemperature, type Temperature } from "./temperature.ts";

/** The loss whose outputs are logits of classes, one each. */
const LOSS = "softmax-cross-entropy";

/**
 * The model with its logits divided by a temperature: the last layer's weights and bias (of a normalised layer its gain and shift)
 * are, so that softmax(z / T) is what it predicts, derives, checks and emits, as any model.
 * Throws RangeError unless its outputs are logits of classes out of a plain last layer, and the temperature is a number > 0.
 */
export function calibrated<M extends Pick<Model, "network" | "objective" | "tensors">>(
  model: M,
  temperature: number,
): M {
  inRange("temperature", temperature, positive);
  checkCalibrates(model);
  const { number, spec } = layersOf(model.network).slice(-1)[0];
  const symbols = spec.normalisation === undefined ? ["W", "b"] : ["gain", "shift"];
  const scaled = symbols.flatMap((symbol): [string, Float64Array][] => {
    const tensor = model.tensors[symbol + number];
    return tensor === undefined ? [] : [[symbol + number, Float64Array.from(tensor, (value) => value / temperature)]];
  });
  return { ...model, tensors: { ...model.tensors, ...Object.fromEntries(scaled) } };
}

/** Throws RangeError, saying what to do, where one temperature cannot be taken into the last layer. */
export function checkCalibrates({ network, objective }: Pick<Model, "network" | "objective">): void {
  const { name } = lossOf(objective.loss);
  if (name !== LOSS)
    throw new RangeError(
      `a temperature is for classes without an order, each with a logit of its own; this model's loss is '${name}'. ` +
        "Of several targets, train the one with classes by itself",
    );
  const { kind, spec } = layersOf(network).slice(-1)[0];
  if (kind.name !== "dense" || spec.activation !== "identity")
    throw new RangeError("a temperature is taken into a last layer that is dense, with the activation 'identity'");
}

/** A model with its temperature, and what that was worth on the rows that it was fitted to. */
export interface Calibration {
  readonly model: TableModelData;
  readonly temperature: Temperature;
  /** loss, brier and calibration error without it and with it. */
  readonly before: Scores;
  readonly after: Scores;
}

/**
 * Fits a temperature to rows that the model was not trained on, and takes it into the model. Of the scores that the model keeps
 * only those on these rows are left, under "calibration": the others were of other probabilities. So it is with what intervals
 * are made of.
 * Throws as `calibrated` and `fitTemperature`, and EncodingError where the model's weights overflow on a row.
 */
export function calibrateModel(model: TableModelData, engine: SyncEngine, data: Dataset): Calibration {
  checkCalibrates(model);
  const rows = rowsOf(data, model.network.inputs);
  const { outputs } = predictorOf(model, engine, rows, "f64").predict(data.x);
  if (!allFinite(outputs)) throw new EncodingError("the model's weights are too large for these rows");
  const temperature = fitTemperature(outputs, data.y, data.weight);
  const made = calibrated(model, temperature.temperature);
  const metrics = { calibration: evaluateModel(made, engine, data).scores };
  // Intervals are of probabilities as well: from here on of these rows.
  const conformal = model.conformal && {
    conformal: conformalScores(model.target, predictRows(made, engine, data), data),
  };
  const ensemble = model.ensemble?.map((one) => ({
    ...one,
    bias: one.bias.map((bias) => bias / temperature.temperature),
  }));
  return {
    model: { ...made, ...conformal, ...(ensemble && { ensemble }), metrics },
    temperature,
    before: scoresOf(model, engine, data),
    after: scoresOf(made, engine, data),
  };
}

function scoresOf(model: TableModelData, engine: SyncEngine, data: Dataset): Scores {
  const { predictions } = predictorOf(model, engine, rowsOf(data, model.network.inputs), "f64").predict(data.x);
  const options = { weights: data.weight };
  return {
    loss: logLoss(predictions, data.y, options),
    brier: brierScoreLoss(predictions, data.y, options),
    "calibration error": expectedCalibrationError(predictions, data.y, options),
  };
}
