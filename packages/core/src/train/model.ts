/**
 * A trained model with all that raw rows need: network, encoders, scalers, names. One safetensors file holds it: the
 * tensors as tensors, everything else as JSON in the header's metadata under "chaingrad".
 */
import { type Encoder, encode, featuresOf } from "../data/encoder.ts";
import type { Moments } from "../data/scale.ts";
import type { Table } from "../data/table.ts";
import { decodeTarget, type Target } from "../data/target.ts";
import type { Engine } from "../engines/engine.ts";
import { checkName } from "../given/names.ts";
import { sameShape } from "../graph/type.ts";
import { isBuiltIn, type Loss, type LossName, type LossOptions, losses } from "../nn/losses.ts";
import { buffersOf, checkNetwork, type NetworkSpec, parametersOf } from "../nn/network.ts";
import { count, finite, inRange, integer, nonNegative, positive } from "../nn/options.ts";
import { conform, FormatError } from "./form.ts";
import { mostProbable } from "./metrics.ts";
import { Predictor } from "./predictor.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "./safetensors.ts";

export interface Model {
  readonly network: NetworkSpec;
  readonly loss: Loss;
  readonly lossOptions: LossOptions;
  /** The regularisers it was trained with, ≥ 0 (default 0): part of the loss whose gradient is explained. */
  readonly l1?: number;
  readonly l2?: number;
  readonly encoder: Encoder;
  readonly target: Target;
  readonly seed: number;
  /** What computed it, in words: an engine, the library it multiplied with, and threads where bits depend on them. */
  readonly arithmetic?: string;
  /** What the model reached, by part and metric: { test: { accuracy: 0.97 } }. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  /** Parameters and running statistics, row-major. */
  readonly tensors: Readonly<Record<string, Float64Array>>;
}

/** The version of the document below; a file of a later one is refused. */
const VERSION = 1;
const KEY = "chaingrad";

/**
 * The same model always gives the same bytes. Throws Error when the network holds a function or the loss is one of your
 * own, which no file can hold, and FormatError where `loadModel` would refuse the file.
 */
export function saveModel(model: Model): Uint8Array {
  const { tensors, loss, lossOptions, ...rest } = model;
  const unsaved = model.network.layers.findIndex(
    ({ activation, initialiser }) => typeof activation === "function" || typeof initialiser === "function",
  );
  const own = unsaved >= 0 ? `layer ${unsaved + 1}` : isBuiltIn(loss) ? undefined : `the loss '${loss.name}'`;
  if (own) throw new Error(`${own} is made with a function of your own, which a file cannot hold`);
  const document = { version: VERSION, ...rest, loss: { name: loss.name, options: lossOptions } };
  const saved = [...parametersOf(model.network), ...buffersOf(model.network)].map(
    ({ name, shape }): [string, SavedTensor] => [name, { shape, values: narrowest(tensors[name]) }],
  );
  const metadata = { [KEY]: JSON.stringify(document) };
  const bytes = encodeSafetensors({ tensors: Object.fromEntries(saved), metadata });
  loadModel(bytes); // What could not be read again must not replace a file that can.
  return bytes;
}

/** What was trained in f32 is saved in f32, exactly. */
function narrowest(values: Float64Array): Float32Array | Float64Array {
  return values.every((value) => Math.fround(value) === value) ? Float32Array.from(values) : values;
}

/** Throws FormatError on bytes that are no model, or a damaged one, or one of a later version. */
export function loadModel(bytes: Uint8Array): Model {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata[KEY] === undefined) throw new FormatError("a safetensors file, but none that chaingrad wrote");
  try {
    const { version: _, loss, ...rest } = readDocument(metadata[KEY]);
    const { network, target } = rest;
    const made = losses[loss.name](loss.options);
    if ((made.target === "labels") !== (target.task === "classification"))
      throw new RangeError(`the loss '${loss.name}' takes ${made.target}, the target is a ${target.task}`);
    return { ...rest, loss: made, lossOptions: loss.options, tensors: checkTensors(network, tensors) };
  } catch (error) {
    throw new FormatError((error as Error).message, { cause: error });
  }
}

interface ModelDocument extends Omit<Model, "loss" | "lossOptions" | "tensors"> {
  readonly version: number;
  readonly loss: { readonly name: LossName; readonly options: LossOptions };
}

/** Throws RangeError, saying which part is not what it must be, or which two do not fit. */
function readDocument(text: string): ModelDocument {
  const document: ModelDocument = JSON.parse(text) ?? {};
  const { version, network, loss, encoder, target, seed } = document;
  if (inRange("version", version, count) > VERSION) {
    throw new RangeError(
      `written by a newer chaingrad (version ${version} of the format, this one reads ${VERSION}): update`,
    );
  }
  inRange("seed", seed, integer);
  conform("arithmetic", document.arithmetic ?? "", "");
  inRange("l1", document.l1 ?? 0, nonNegative);
  inRange("l2", document.l2 ?? 0, nonNegative);
  conform("model", document, {
    network: { layers: [{}] },
    loss: { options: {} },
    encoder: { columns: [{ name: "", missing: true }] },
    target: { name: "", why: "" },
    metrics: {},
  });
  checkNetwork(network);
  checkName("loss", loss.name, Object.keys(losses));
  encoder.columns.forEach((column, i) => {
    const form = { categories: [""], other: true };
    checkEncoding(`encoder.columns.${i}`, column, column.kind, ["category", "number", "date"], form);
  });
  const form = { classes: [""], counts: [0] };
  checkEncoding("target", target, target.task, ["classification", "regression"], form);

  const features = encoder.columns.flatMap(featuresOf);
  if (JSON.stringify(features) !== JSON.stringify(encoder.features))
    throw new RangeError("encoder.features are not what its columns make");
  if (features.length !== network.inputs)
    throw new RangeError(`the network takes ${network.inputs} inputs, the encoder makes ${features.length}`);
  const outputs = network.layers[network.layers.length - 1].units;
  const expected = target.task === "classification" ? target.classes.length : 1;
  if (outputs !== expected) throw new RangeError(`the network gives ${outputs} outputs, the target needs ${expected}`);
  return document;
}

/** What is of the first kind has this form; all others are a mean and a scale. */
function checkEncoding(what: string, given: object, kind: string, kinds: readonly string[], form: object): void {
  checkName(what, kind, kinds);
  if (kind === kinds[0]) conform(what, given, form);
  else {
    inRange(`${what}: mean`, (given as Moments).mean, finite);
    inRange(`${what}: scale`, (given as Moments).scale, positive);
  }
}

/** Exactly the network's tensors, and finite. */
function checkTensors(
  network: NetworkSpec,
  tensors: Readonly<Record<string, SavedTensor>>,
): Record<string, Float64Array> {
  const checked = [...parametersOf(network), ...buffersOf(network)].map(({ name, shape }): [string, Float64Array] => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new RangeError(`the model has no tensor '${name}'`);
    if (!sameShape(tensor.shape, shape))
      throw new RangeError(`'${name}' must be [${shape}], the file holds [${tensor.shape}]`);
    if (!tensor.values.every(Number.isFinite)) throw new RangeError(`'${name}' holds a number that is not finite`);
    return [name, Float64Array.from(tensor.values)];
  });
  const held = Object.keys(tensors).length;
  if (held !== checked.length)
    throw new RangeError(`the file holds ${held} tensors, the network has ${checked.length}`);
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
