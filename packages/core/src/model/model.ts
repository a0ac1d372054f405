/**
 * A trained network as a file: its tensors as tensors of safetensors, everything else as JSON in the header's metadata under
 * "chaingrad". Other libraries add parts of their own to that document, as an encoder and a target (`@chaingrad/tables`).
 */

import type { Engine } from "../engines/engine.ts";
import { checkName } from "../given/names.ts";
import { type FloatType, sameShape } from "../graph/type.ts";
import { LOSS_NAMES, lossOf } from "../nn/loss-of.ts";
import { isBuiltIn } from "../nn/losses.ts";
import { checkNetwork, type NetworkSpec } from "../nn/network.ts";
import { count, inRange, nonNegative } from "../nn/options.ts";
import type { Model } from "../train/model.ts";
import { Predictor } from "../train/predictor.ts";
import { carriedBy, tensorsOf } from "../train/tensors.ts";
import { conform, FormatError, parseJson } from "./form.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "./safetensors.ts";

/** The version of the document below; a file of a later one is refused. */
const VERSION = 1;
const KEY = "chaingrad";

/** What else a file says of a model, by name. */
export type ModelParts = Readonly<Record<string, unknown>>;

/** A network as it was saved, and the parts that others added. */
export interface LoadedModel extends Model {
  readonly parts: ModelParts;
}

/** Predictions of a model: its own tensors are loaded. Throws as the constructor of `Predictor` and its `load`. */
export function predictorOf<E extends Engine>(model: Model, engine: E, rows?: number, dtype?: FloatType): Predictor<E> {
  const predictor = new Predictor(engine, model.network, model.objective.loss, rows, dtype);
  predictor.load(model.tensors);
  return predictor;
}

/**
 * What `fit` gives, or a model like it. The same model always gives the same bytes. Throws Error when the network holds a
 * function or the loss is one of your own, which no file can hold, and FormatError where `loadModel` would refuse the file.
 * @param parts plain data to keep with it
 */
export function saveModel(model: Model, parts: ModelParts = {}): Uint8Array {
  const { network, objective } = model;
  checkNetwork(network);
  const { reduction, l1, l2 } = objective;
  const loss = lossOf(objective.loss);
  const unsaved = network.layers.findIndex(
    ({ kind, activation, initialiser, biasInitialiser }) =>
      typeof kind === "object" || [activation, initialiser, biasInitialiser].some((part) => typeof part === "function"),
  );
  const own = unsaved >= 0 ? `layer ${unsaved + 1}` : isBuiltIn(loss) ? undefined : `the loss '${loss.name}'`;
  if (own) throw new Error(`${own} is made with a function of your own, which a file cannot hold`);
  const document = {
    version: VERSION,
    network,
    reduction,
    l1,
    l2,
    ...parts,
    loss: { name: loss.name, options: loss.options },
  };
  const tensors = tensorsOf("saveModel", carriedBy(network), model.tensors);
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

/** What `saveModel` wrote. Throws FormatError on bytes that are no model, or a damaged one, or one of a later version. */
export function loadModel(bytes: Uint8Array): LoadedModel {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata[KEY] === undefined) throw new FormatError("a safetensors file, but none that chaingrad wrote");
  try {
    const {
      version: _,
      network,
      loss,
      reduction,
      l1,
      l2,
      ...parts
    } = readDocument(parseJson("the model", metadata[KEY]));
    const objective = { loss: lossOf(loss), reduction, l1, l2 };
    return { network, objective, tensors: checkTensors(network, tensors), parts };
  } catch (error) {
    throw new FormatError((error as Error).message, { cause: error });
  }
}

type ModelDocument = Pick<Model, "network"> & Model["objective"] & ModelParts & { readonly version: number };

/** Throws RangeError, saying which part is not what it must be, or which two do not fit. */
function readDocument(read: unknown): ModelDocument {
  const document = (read ?? {}) as ModelDocument;
  const { version, network, loss, reduction = "mean", l1 = 0, l2 = 0 } = document;
  if (inRange("version", version, count) > VERSION) {
    throw new RangeError(
      `written by a newer chaingrad (version ${version} of the format, this one reads ${VERSION}): update`,
    );
  }
  checkName("reduction", reduction, ["mean", "sum"]);
  inRange("l1", l1, nonNegative);
  inRange("l2", l2, nonNegative);
  conform("model", document, { network: { layers: [{}] }, loss: { options: {} } });
  checkNetwork(network);
  checkName("loss", loss.name, LOSS_NAMES);
  return document;
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
