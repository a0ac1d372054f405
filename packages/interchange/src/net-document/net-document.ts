/** NET.json: a network, its loss and its weights as one document. Everything in it is checked before anything runs. */
import {
  type ActivationName,
  activations,
  type LayerSpec,
  type LossName,
  type LossOptions,
  layerName,
  losses,
  type NetworkSpec,
  type NetworkTensor,
  parametersOf,
} from "@chaingrad/core";
import type { Net, NetTensors } from "@chaingrad/core/net";
import type { UserError } from "@chaingrad/core/user-error";
import { Field, suggestion } from "./field.ts";

/** A NET.json that was read: the network, its loss, and its weights where it has them. */
export interface NetDocument extends Net {
  /** Every parameter, row-major; undefined where the document has none. */
  readonly weights: NetTensors | undefined;
}

/** The names of activations that a NET.json may give. */
export const NET_ACTIVATIONS: readonly ActivationName[] = Object.keys(activations) as ActivationName[];
/** The names of losses that a NET.json may give: its layers have no members. */
export const NET_LOSSES: readonly LossName[] = (Object.keys(losses) as LossName[]).filter((name) => name !== "members");

/** What each optional field sets, and for which loss. */
const LOSS_FIELDS = {
  labelSmoothing: {
    loss: "softmax-cross-entropy",
    option: "labelSmoothing",
    expected: "a number ≥ 0 and < 1",
    holds: (x: number) => x >= 0 && x < 1,
  },
  huberDelta: { loss: "huber", option: "delta", expected: "a number > 0", holds: (x: number) => x > 0 },
  quantile: {
    loss: "quantile",
    option: "quantile",
    expected: "a number > 0 and < 1",
    holds: (x: number) => x > 0 && x < 1,
  },
} as const satisfies Record<string, { loss: LossName; option: keyof LossOptions; expected: string; holds: unknown }>;
const LOSS_FIELD_NAMES = Object.keys(LOSS_FIELDS) as (keyof typeof LOSS_FIELDS)[];

/** `label` is how messages call the file. Throws UserError naming the file and the place in it. */
export function parseNet(document: unknown, label: string): NetDocument {
  const root = new Field(document, label);
  const fields = root.object(["inputs", "layers", "loss", "reduction", "l2", "weights", ...LOSS_FIELD_NAMES]);
  const network: NetworkSpec = {
    inputs: count(fields.inputs),
    layers: fields.layers.list("a list of layers").map(layer),
  };
  const lossName = fields.loss.name(NET_LOSSES);
  return {
    network,
    objective: {
      loss: losses[lossName](lossOptions(lossName, fields)),
      reduction: fields.reduction.present ? fields.reduction.name<"mean" | "sum">(["mean", "sum"]) : "mean",
      l2: fields.l2.present ? fields.l2.number("a number ≥ 0", (x) => x >= 0) : 0,
    },
    weights: fields.weights.present ? weights(fields.weights, network) : undefined,
  };
}

const count = (field: Field): number => field.number("a whole number ≥ 1", (x) => Number.isSafeInteger(x) && x >= 1);

function layer(field: Field): LayerSpec {
  const { units, activation, bias } = field.object(["units", "activation", "bias"]);
  return {
    units: count(units),
    activation: activation.name(NET_ACTIVATIONS),
    ...(bias.present ? { bias: bias.boolean() } : {}),
  };
}

function lossOptions(loss: LossName, fields: Readonly<Record<keyof typeof LOSS_FIELDS, Field>>): LossOptions {
  const given = LOSS_FIELD_NAMES.filter((name) => fields[name].present).map((name) => {
    const rule = LOSS_FIELDS[name];
    if (rule.loss !== loss) throw fields[name].refuse(`belongs to the loss '${rule.loss}', the loss here is '${loss}'`);
    return [rule.option, fields[name].number(rule.expected, rule.holds)];
  });
  return Object.fromEntries(given) as LossOptions;
}

function weights(field: Field, network: NetworkSpec): Record<string, Float64Array> {
  const given = field.fields();
  const parameters = parametersOf(network);
  const known = parameters.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw unknownWeight(given[name], name, known, network);
  }
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name, values(field, given[parameter.name], parameter, network)]),
  );
}

function values(all: Field, field: Field | undefined, parameter: NetworkTensor, network: NetworkSpec): Float64Array {
  const { name, layer, shape } = parameter;
  const whose = `${name} of layer ${layer} ('${layerName(network, layer - 1)}')`;
  const expected = `[${shape.join(", ")}]`;
  if (field === undefined) throw all.refuse(`has no ${name}: ${whose} must be ${expected}`);
  const given = field.shape();
  if (given.length !== shape.length) throw misshapen(all, whose, expected, field);
  if (shape.length === 2) {
    const matrix = field.matrix();
    if (matrix.rows !== shape[0] || matrix.columns !== shape[1]) throw misshapen(all, whose, expected, field);
    return matrix.values;
  }
  const vector = field.vector();
  if (vector.length !== shape[0]) throw misshapen(all, whose, expected, field);
  return vector;
}

function misshapen(all: Field, whose: string, expected: string, field: Field): UserError {
  const shape = field.shape();
  return all.refuse(
    `do not fit the layers: ${whose} must be ${expected}, got ${shape.length === 0 ? "no list" : `[${shape.join(", ")}]`}`,
    "W is [units, inputs of the layer], b is [units].",
  );
}

function unknownWeight(field: Field, name: string, known: readonly string[], network: NetworkSpec): UserError {
  const withBias = { ...network, layers: network.layers.map((own) => ({ ...own, bias: true })) };
  const bias = parametersOf(withBias).find((parameter) => parameter.name === name);
  if (bias !== undefined) {
    const whose = `layer ${bias.layer} ('${layerName(network, bias.layer - 1)}')`;
    return field.refuse(`is given, but ${whose} has "bias": false`);
  }
  return field.refuse("is no parameter of this network", suggestion(name, known));
}
