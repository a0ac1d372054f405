/**
 * A trained model with all that raw rows need: network, encoders, scalers, names. One safetensors file holds it: the
 * tensors as tensors, everything else as JSON in the header's metadata under "chaingrad".
 */
import { type Encoder, encode } from "../data/encoder.ts";
import type { Table } from "../data/table.ts";
import { decodeTarget, type Target } from "../data/target.ts";
import type { Engine } from "../engines/engine.ts";
import { sameShape } from "../graph/type.ts";
import { type Loss, type LossName, type LossOptions, losses } from "../nn/losses.ts";
import { buffersOf, checkNetwork, type NetworkSpec, parametersOf } from "../nn/network.ts";
import { mostProbable } from "./metrics.ts";
import { Predictor } from "./predictor.ts";
import { decodeSafetensors, encodeSafetensors, FormatError, type SavedTensor } from "./safetensors.ts";

export interface Model {
  readonly network: NetworkSpec;
  readonly loss: Loss;
  readonly lossOptions: LossOptions;
  readonly encoder: Encoder;
  readonly target: Target;
  readonly seed: number;
  /** What the model reached, by part and metric: { test: { accuracy: 0.97 } }. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  /** Parameters and running statistics, row-major. */
  readonly tensors: Readonly<Record<string, Float64Array>>;
}

/** The version of the document below; a file of a later one is refused. */
const VERSION = 1;
const KEY = "chaingrad";

/** The same model always gives the same bytes. Throws Error when the network holds a function, which no file can. */
export function saveModel(model: Model): Uint8Array {
  const { tensors, loss, lossOptions, ...rest } = model;
  const unsaved = model.network.layers.findIndex(
    ({ activation, initialiser }) => typeof activation === "function" || typeof initialiser === "function",
  );
  if (unsaved >= 0)
    throw new Error(`layer ${unsaved + 1} is made with a function of your own, which a file cannot hold`);
  const document = { version: VERSION, ...rest, loss: { name: loss.name, options: lossOptions } };
  const saved = [...parametersOf(model.network), ...buffersOf(model.network)].map(
    ({ name, shape }): [string, SavedTensor] => [name, { shape, values: narrowest(tensors[name]) }],
  );
  return encodeSafetensors({ tensors: Object.fromEntries(saved), metadata: { [KEY]: JSON.stringify(document) } });
}

/** What was trained in f32 is saved in f32, exactly. */
function narrowest(values: Float64Array): Float32Array | Float64Array {
  return values.every((value) => Math.fround(value) === value) ? Float32Array.from(values) : values;
}

/** Throws FormatError on bytes that are no model, or a damaged one, or one of a later version. */
export function loadModel(bytes: Uint8Array): Model {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { network, loss, encoder, target, seed, metrics } = readDocument(metadata[KEY]);
  const makeLoss = losses[loss?.name as LossName] as (typeof losses)[LossName] | undefined;
  if (makeLoss === undefined) throw new FormatError(`the model's loss '${loss?.name}' is not known`);
  try {
    checkNetwork(network);
  } catch (error) {
    throw new FormatError(`the model's network cannot be built: ${(error as Error).message}`, { cause: error });
  }
  const outputs = network.layers[network.layers.length - 1].units;
  if (encoder?.features?.length !== network.inputs) {
    throw new FormatError(
      `the network takes ${network.inputs} inputs, the encoder makes ${encoder?.features?.length ?? "none"}`,
    );
  }
  const expected = target?.task === "classification" ? target.classes?.length : 1;
  if (outputs !== expected) throw new FormatError(`the network gives ${outputs} outputs, the target needs ${expected}`);
  return {
    network,
    loss: makeLoss(loss.options),
    lossOptions: loss.options,
    encoder,
    target,
    seed,
    metrics,
    tensors: checkTensors(network, tensors),
  };
}

interface ModelDocument extends Omit<Model, "loss" | "lossOptions" | "tensors"> {
  readonly version: number;
  readonly loss: { readonly name: string; readonly options: LossOptions };
}

function readDocument(text: string | undefined): ModelDocument {
  if (text === undefined) throw new FormatError("a safetensors file, but none that chaingrad wrote");
  let document: Partial<ModelDocument>;
  try {
    document = JSON.parse(text);
  } catch {
    throw new FormatError("the model's document is not JSON");
  }
  const { version, network } = document;
  if (typeof version !== "number") throw new FormatError("the model's document has no version");
  if (version > VERSION) {
    throw new FormatError(
      `written by a newer chaingrad (version ${version} of the format, this one reads ${VERSION}): update`,
    );
  }
  if (!Array.isArray(network?.layers)) throw new FormatError("the model's document has no network");
  return document as ModelDocument;
}

function checkTensors(
  network: NetworkSpec,
  tensors: Readonly<Record<string, SavedTensor>>,
): Record<string, Float64Array> {
  const checked = [...parametersOf(network), ...buffersOf(network)].map(({ name, shape }): [string, Float64Array] => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new FormatError(`the model has no tensor '${name}'`);
    if (!sameShape(tensor.shape, shape))
      throw new FormatError(`'${name}' must be [${shape}], the file holds [${tensor.shape}]`);
    if (!tensor.values.every(Number.isFinite)) throw new FormatError(`'${name}' holds a number that is not finite`);
    return [name, Float64Array.from(tensor.values)];
  });
  return Object.fromEntries(checked);
}

/** What a model says of rows, in the target's own terms. */
export type TablePrediction =
  | {
      readonly task: "classification";
      /** The most probable class of each row: its label and its name. */
      readonly labels: Int32Array;
      readonly names: readonly string[];
      /** [rows, classes] */
      readonly probabilities: Float64Array;
    }
  | { readonly task: "regression"; readonly values: Float64Array };

/** Throws EncodingError when the table lacks a column the model was trained with, or holds text where numbers are due. */
export function predictTable(model: Model, engine: Engine, table: Table, rows?: ArrayLike<number>): TablePrediction {
  const x = encode(model.encoder, table, rows);
  const predictor = new Predictor(engine, model.network, model.loss, rows?.length ?? table.rows, "f32");
  predictor.load(model.tensors);
  const { predictions } = predictor.predict(x);
  const { target } = model;
  if (target.task === "regression") return { task: "regression", values: decodeTarget(target, predictions) };
  const classes = target.classes.length;
  const labels = Int32Array.from({ length: predictions.length / classes }, (_, row) =>
    mostProbable(predictions, row, classes),
  );
  return { task: "classification", labels, names: decodeTarget(target, labels), probabilities: predictions };
}
