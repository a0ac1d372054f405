/**
 * A trained model with all that raw rows need: network, encoders, scalers, names. One safetensors file holds it: the
 * tensors as tensors, everything else as JSON in the header's metadata under "chaingrad".
 */
import { type Encoder, encode, featuresOf } from "../data/encoder.ts";
import type { Moments } from "../data/scale.ts";
import { EncodingError, type Table } from "../data/table.ts";
import { type ClassificationTarget, decodeTarget, type Target } from "../data/target.ts";
import type { Engine } from "../engines/engine.ts";
import { checkKeys, checkName, type Names } from "../given/names.ts";
import { sameShape } from "../graph/type.ts";
import { isBuiltIn, losses, lossOf } from "../nn/losses.ts";
import { checkNetwork, type NetworkSpec } from "../nn/network.ts";
import { count, finite, inRange, integer, nonNegative, positive, wholeNumber } from "../nn/options.ts";
import { mostProbable } from "../train/metrics.ts";
import { Predictor } from "../train/predictor.ts";
import { carriedBy, tensorsOf } from "../train/tensors.ts";
import type { TrainedModel } from "../train/trained-model.ts";
import { conform, FormatError, parseJson } from "./form.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "./safetensors.ts";

/** A network that was trained on a table. */
export interface Model extends TrainedModel {
  readonly encoder: Encoder;
  readonly target: Target;
  readonly seed: number;
  /** What computed it, in words: an engine, the library it multiplied with, and threads where bits depend on them. */
  readonly arithmetic?: string;
  /** What the model reached, by part and metric: { test: { accuracy: 0.97 } }. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

/** Whether a model takes the rows of tables, or the numbers of its inputs alone. */
export const takesTables = (model: TrainedModel): model is Model => "encoder" in model;

/** The version of the document below; a file of a later one is refused. */
const VERSION = 1;
const KEY = "chaingrad";

/**
 * A model of a table, or what `fit` gives. The same model always gives the same bytes. Throws Error when the network holds
 * a function or the loss is one of your own, which no file can hold, and FormatError where `loadModel` would refuse the file.
 */
export function saveModel(model: TrainedModel | Model): Uint8Array {
  const { network, l1, l2 } = model;
  checkNetwork(network);
  const loss = lossOf(model.loss);
  const unsaved = network.layers.findIndex(
    ({ activation, initialiser }) => typeof activation === "function" || typeof initialiser === "function",
  );
  const own = unsaved >= 0 ? `layer ${unsaved + 1}` : isBuiltIn(loss) ? undefined : `the loss '${loss.name}'`;
  if (own) throw new Error(`${own} is made with a function of your own, which a file cannot hold`);
  const { encoder, target, seed, arithmetic, metrics } = model as Partial<Model>;
  const table = { encoder, target, seed, arithmetic, metrics };
  const document = { version: VERSION, network, l1, l2, ...table, loss: { name: loss.name, options: loss.options } };
  const tensors = tensorsOf("saveModel", network, model.tensors);
  const saved = carriedBy(network).map(({ name, shape }): [string, SavedTensor] => [
    name,
    { shape, values: narrowest(Float64Array.from(tensors[name])) },
  ]);
  const metadata = { [KEY]: JSON.stringify(document) };
  const bytes = encodeSafetensors({ tensors: Object.fromEntries(saved), metadata });
  loadModel(bytes); // What could not be read again must not replace a file that can.
  return bytes;
}

/** What was trained in f32 is saved in f32, exactly. */
function narrowest(values: Float64Array): Float32Array | Float64Array {
  return values.every((value) => Math.fround(value) === value) ? Float32Array.from(values) : values;
}

/**
 * What `saveModel` wrote: a model of a table, or a network by itself (`takesTables` tells).
 * Throws FormatError on bytes that are no model, or a damaged one, or one of a later version.
 */
export function loadModel(bytes: Uint8Array): TrainedModel | Model {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata[KEY] === undefined) throw new FormatError("a safetensors file, but none that chaingrad wrote");
  try {
    const { version: _, loss, ...rest } = readDocument(parseJson("the model", metadata[KEY]));
    const made = lossOf(loss);
    if ("encoder" in rest && (made.target === "labels") !== (rest.target.task === "classification"))
      throw new RangeError(`the loss '${made.name}' takes ${made.target}, the target is a ${rest.target.task}`);
    return { ...rest, loss: made, tensors: checkTensors(rest.network, tensors) };
  } catch (error) {
    throw new FormatError((error as Error).message, { cause: error });
  }
}

type ModelDocument = Omit<Model, "tensors"> & { readonly version: number };

const DOCUMENT: Names<ModelDocument> = {
  ...{ version: true, network: true, loss: true, l1: true, l2: true },
  ...{ encoder: true, target: true, seed: true, arithmetic: true, metrics: true },
};

/** Throws RangeError, saying which part is not what it must be, or which two do not fit. */
function readDocument(read: unknown): ModelDocument {
  const document = (read ?? {}) as ModelDocument;
  const { version, network, loss, l1 = 0, l2 = 0 } = document;
  if (inRange("version", version, count) > VERSION) {
    throw new RangeError(
      `written by a newer chaingrad (version ${version} of the format, this one reads ${VERSION}): update`,
    );
  }
  conform("arithmetic", document.arithmetic ?? "", "");
  checkKeys("the model", document, DOCUMENT, "part");
  inRange("l1", l1, nonNegative);
  inRange("l2", l2, nonNegative);
  conform("model", document, { network: { layers: [{}] }, loss: { options: {} } });
  checkNetwork(network);
  checkName("loss", loss.name, Object.keys(losses));
  if (["encoder", "target", "seed", "metrics"].some((part) => part in document)) checkTable(document);
  return document;
}

/** What makes rows of numbers from those of a table, and what was reached with it. */
function checkTable({ network, encoder, target, seed, metrics, ...rest }: ModelDocument): void {
  inRange("seed", seed, integer);
  conform(
    "model",
    { ...rest, encoder, target, metrics },
    {
      encoder: { columns: [{ name: "", missing: true }] },
      target: { name: "", why: "" },
      metrics: {},
    },
  );
  encoder.columns.forEach((column, i) => {
    const form = { categories: [""], other: true };
    checkEncoding(`encoder.columns.${i}`, column, column.kind, ["category", "number", "date"], form);
    if (column.kind === "category") unique(`encoder.columns.${i}.categories`, column.categories);
  });
  unique("the columns and the target", [target.name, ...encoder.columns.map(({ name }) => name)]);
  const form = { classes: [""], counts: [0] };
  checkEncoding("target", target, target.task, ["classification", "regression"], form);
  if (target.task === "classification") checkClasses(target);
  for (const [part, scores] of Object.entries(metrics)) {
    conform(`metrics.${part}`, scores, {});
    for (const [name, score] of Object.entries(scores)) inRange(`metrics.${part}.${name}`, score ?? 0, finite);
  }

  const features = encoder.columns.flatMap(featuresOf);
  if (JSON.stringify(features) !== JSON.stringify(encoder.features))
    throw new RangeError("encoder.features are not what its columns make");
  if (features.length !== network.inputs)
    throw new RangeError(`the network takes ${network.inputs} inputs, the encoder makes ${features.length}`);
  const outputs = network.layers[network.layers.length - 1].units;
  const expected = target.task === "classification" ? target.classes.length : 1;
  if (outputs !== expected) throw new RangeError(`the network gives ${outputs} outputs, the target needs ${expected}`);
}

function checkClasses({ classes, counts }: ClassificationTarget): void {
  unique("target.classes", classes);
  counts.forEach((rows, label) => {
    inRange(`target.counts.${label}`, rows, wholeNumber);
  });
  if (counts.length !== classes.length)
    throw new RangeError(`target.counts holds ${counts.length} counts of ${classes.length} classes`);
}

function unique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new RangeError(`${what}: '${name}' stands there twice`);
    seen.add(name);
  }
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
  const checked = carriedBy(network).map(({ name, shape }): [string, Float64Array] => {
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

/**
 * Throws EncodingError when the table lacks a column the model was trained with, or holds text where numbers are due, and
 * when a class cannot be told because the model's weights overflow on a row; RangeError on a model that takes no tables.
 */
export function predictTable(
  model: TrainedModel | Model,
  engine: Engine,
  table: Table,
  rows?: ArrayLike<number>,
): TablePrediction {
  if (!takesTables(model))
    throw new RangeError("this model was not trained on a table: give its inputs to a Predictor");
  const x = encode(model.encoder, table, rows);
  const predictor = new Predictor(engine, model.network, model.loss, rows?.length ?? table.rows, "f32");
  predictor.load(model.tensors);
  const { predictions } = predictor.predict(x);
  const { target } = model;
  if (target.task === "regression") return { task: "regression", values: decodeTarget(target, predictions) };
  const classes = target.classes.length;
  const wild = predictions.findIndex((probability) => !Number.isFinite(probability));
  if (wild >= 0) {
    const row = rows?.[Math.floor(wild / classes)] ?? Math.floor(wild / classes);
    const why = "the model's weights are too large for its values";
    throw new EncodingError(`row ${row + 1} has no class: ${why}, so that its probabilities are NaN`, undefined, row);
  }
  const labels = Int32Array.from({ length: predictions.length / classes }, (_, row) =>
    mostProbable(predictions, row, classes),
  );
  return { task: "classification", labels, names: decodeTarget(target, labels), probabilities: predictions };
}
