/**
 * A fully connected network: what it is made of (`NetworkSpec`), which parameters that takes, and its forward pass as
 * graph. Layer l is  z = h₍l₋₁₎ Wᵀ + b,  h = dropout(φ(normalise(z))).
 */
import { checkKeys, checkName, type Names } from "../given/names.ts";
import { type Expr, label } from "../graph/expr.ts";
import { printType, type Shape, ShapeError, sameShape, sameType, sizeOf } from "../graph/type.ts";
import { threefry } from "../ops/random.ts";
import { type Activation, type ActivationName, activations } from "./activations.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { defaultInitialiser, type Initialiser, type InitialiserName, initialisers } from "./initialisers.ts";
import type { Loss } from "./losses.ts";
import { batchNorm, batchNormInference, layerNorm } from "./normalisation.ts";
import { checkType, count, fraction, inRange } from "./options.ts";

/** A dense layer: only units and activation must be given. */
export interface LayerSpec {
  /** How many outputs the layer has: a whole number ≥ 1. */
  readonly units: number;
  /** A name, or a function of expressions of one's own. */
  readonly activation: ActivationName | Activation;
  /** Whether there is a b (default true). */
  readonly bias?: boolean;
  /** The share of activations dropped while training: in [0, 1) (default 0). */
  readonly dropout?: number;
  /** What is done to z before the activation (default nothing). */
  readonly normalisation?: "layer" | "batch";
  /** How W starts (default: what suits the activation). */
  readonly initialiser?: InitialiserName | Initialiser;
  /** What errors and derivations call it (default "hidden1", "hidden2", …, "output"). */
  readonly name?: string;
}

/** A fully connected network, as plain data. */
export interface NetworkSpec {
  /** The width of a row of x. */
  readonly inputs: number;
  readonly layers: readonly LayerSpec[];
}

/** A tensor that training changes: its name, its role and its shape. */
export interface Parameter {
  /** "W1", "b1", "gain1", "shift1": the role and the number of the layer, from 1. */
  readonly name: string;
  readonly role: "weight" | "bias" | "gain" | "shift";
  /** The layer's number, from 1. */
  readonly layer: number;
  /** W: [out, in]; all others: [out]. */
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** A tensor that training moves but no gradient does: batch norm's running statistics. */
export interface Buffer {
  /** "mean1", "variance1" */
  readonly name: string;
  readonly layer: number;
  readonly shape: Shape;
  /** What every element starts from. */
  readonly initial: number;
}

/** How the forward pass runs: in training or not, and what that needs. */
export interface ForwardContext {
  /** Whether dropout drops and batch norm takes the batch's own statistics. */
  readonly training: boolean;
  /** i32[2]; needed by dropout while training. Layer l draws from stream l. */
  readonly key?: Expr;
  /** Row weights, [batch]; batch norm leaves rows of weight 0 out. */
  readonly weight?: Expr;
  /** Needed by batch norm: every buffer of `buffersOf` by name. */
  readonly buffers?: Readonly<Record<string, Expr>>;
}

/** A network's forward pass as graph. */
export interface Forward {
  /**
   * Each layer's pre-activation (labelled "z1", …) and activation ("h1", …, the last "y"), both [batch, units].
   * Where the activation is the identity both are one node, labelled "z…" or, in the last layer, "y".
   */
  readonly layers: readonly { readonly z: Expr; readonly h: Expr }[];
  /** The last layer's h. */
  readonly output: Expr;
  /** While training, batch norm's next running statistics; otherwise the buffers as they were given. */
  readonly buffers: Readonly<Record<string, Expr>>;
}

/** "hidden2", "output", or the name that layer `index` (from 0) was given. */
export function layerName(spec: NetworkSpec, index: number): string {
  return spec.layers[index].name ?? (index === spec.layers.length - 1 ? "output" : `hidden${index + 1}`);
}

const NETWORK: Names<NetworkSpec> = { inputs: true, layers: true };
const LAYER: Names<LayerSpec> = {
  units: true,
  activation: true,
  bias: true,
  dropout: true,
  normalisation: true,
  initialiser: true,
  name: true,
};

/** Throws RangeError naming the layer, what was expected and what was given, unless the network can be built. */
export function checkNetwork(spec: NetworkSpec): void {
  checkKeys("network", spec ?? null, NETWORK, "part");
  inRange("network: inputs", spec.inputs, count);
  if (!Array.isArray(spec.layers)) throw new RangeError(`network: layers must be a list, got ${String(spec.layers)}`);
  if (spec.layers.length === 0) throw new RangeError("network: at least one layer is needed, got none");
  const seen = new Map<string, number>();
  spec.layers.forEach((layer, index) => {
    checkKeys(`layer ${index + 1}`, layer ?? null, LAYER, "part");
    const name = layerName(spec, index);
    const where = `layer ${index + 1} ('${name}')`;
    const before = seen.get(name);
    if (before !== undefined) throw new RangeError(`${where} has the name of layer ${before}: give it another`);
    seen.set(name, index + 1);
    inRange(`${where}: units`, layer.units, count);
    checkType(`${where}: bias`, layer.bias ?? true, "boolean");
    checkType(`${where}: name`, name, "string");
    inRange(`${where}: dropout`, layer.dropout ?? 0, fraction);
    const { activation, initialiser = "orthogonal", normalisation = "layer" } = layer;
    if (typeof activation !== "function") checkName(`${where}: activation`, activation, Object.keys(activations));
    if (typeof initialiser !== "function") checkName(`${where}: initialiser`, initialiser, Object.keys(initialisers));
    checkName(`${where}: normalisation`, normalisation, ["layer", "batch"]);
  });
}

/** What is wrong with the last layer under a loss that makes itself what the activation there has made already. */
export function madeTwice({ layers }: NetworkSpec, { name, takes }: Loss): string | undefined {
  const { activation } = layers[layers.length - 1];
  const made = takes?.madeBy.find((known) => activation === known || activation === activations[known]);
  if (takes === undefined || made === undefined) return undefined;
  return `the loss '${name}' takes ${takes.text}, and the last layer's '${made}' has already made of them what it makes itself: use 'identity' there`;
}

/** Every parameter, in the order of the layers and within one W, b, gain, shift. Throws as `checkNetwork`. */
export function parametersOf(spec: NetworkSpec): Parameter[] {
  checkNetwork(spec);
  return spec.layers.flatMap((layer, index) => {
    const number = index + 1;
    const fanIn = index === 0 ? spec.inputs : spec.layers[index - 1].units;
    const fanOut = layer.units;
    const parameter = (prefix: string, role: Parameter["role"], shape: Shape): Parameter => {
      return { name: `${prefix}${number}`, role, layer: number, shape, fanIn, fanOut };
    };
    return [
      parameter("W", "weight", [fanOut, fanIn]),
      ...((layer.bias ?? true) ? [parameter("b", "bias", [fanOut])] : []),
      ...(layer.normalisation === undefined
        ? []
        : [parameter("gain", "gain", [fanOut]), parameter("shift", "shift", [fanOut])]),
    ];
  });
}

/** The running statistics of the layers with batch norm. */
export function buffersOf(spec: NetworkSpec): Buffer[] {
  return spec.layers.flatMap(({ normalisation, units }, index) => {
    if (normalisation !== "batch") return [];
    const layer = index + 1;
    return [
      { name: `mean${layer}`, layer, shape: [units], initial: 0 },
      { name: `variance${layer}`, layer, shape: [units], initial: 1 },
    ];
  });
}

/** The weight matrices among the parameters, for regularisers. */
export function weightsOf(spec: NetworkSpec, params: Readonly<Record<string, Expr>>): Expr[] {
  return spec.layers.map((_, index) => params[`W${index + 1}`]);
}

/** "init" in ASCII: keeps these numbers apart from what else is drawn from the same seed. */
const INITIALISATION = 0x696e6974;

/**
 * Where every parameter starts, row-major: weights by their layer's initialiser, biases and shifts 0, gains 1.
 * Layer l draws from stream l, so changing one layer leaves the others as they are. Throws as `checkNetwork`, and
 * RangeError unless the seed is a whole number.
 */
export function initialParameters(spec: NetworkSpec, seed: number): Record<string, Float64Array> {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`the seed must be a whole number, got ${seed}`);
  const key = threefry(seed, Math.floor(seed / 2 ** 32), INITIALISATION, 0);
  const values = parametersOf(spec).map(({ name, role, layer, shape, fanIn, fanOut }): [string, Float64Array] => {
    if (role !== "weight") return [name, new Float64Array(sizeOf(shape)).fill(role === "gain" ? 1 : 0)];
    const { activation, initialiser = defaultInitialiser(activation) } = spec.layers[layer - 1];
    const initialise = typeof initialiser === "function" ? initialiser : initialisers[initialiser];
    return [name, initialise(shape, { fanIn, fanOut }, { key, stream: layer })];
  });
  return Object.fromEntries(values);
}

/**
 * The forward pass on x ([batch, inputs]).
 * Throws RangeError as `checkNetwork`; ShapeError when x, a parameter or a buffer does not fit; Error when one is missing.
 */
export function forward(
  spec: NetworkSpec,
  params: Readonly<Record<string, Expr>>,
  x: Expr,
  context: ForwardContext,
): Forward {
  checkTensors(parametersOf(spec), params, "parameter");
  checkTensors(buffersOf(spec), context.buffers ?? {}, "buffer");
  const buffers: Record<string, Expr> = { ...context.buffers };
  const layers: { z: Expr; h: Expr }[] = [];
  let h = x;
  for (const index of spec.layers.keys()) {
    const name = layerName(spec, index);
    const z = label(dense(h, params[`W${index + 1}`], params[`b${index + 1}`], name), `z${index + 1}`);
    const normalised = normalise(spec.layers[index], index + 1, z, params, context, buffers);
    const active = activate(spec.layers[index], index + 1, name, normalised, context);
    const last = index === spec.layers.length - 1;
    const one = active === z; // one node has one label
    h = one && !last ? z : label(active, last ? "y" : `h${index + 1}`);
    layers.push({ z: one ? h : z, h });
  }
  return { layers, output: h, buffers };
}

/** z, normalised as the layer says; batch norm puts its next running statistics into `buffers`. */
function normalise(
  layer: LayerSpec,
  number: number,
  z: Expr,
  params: Readonly<Record<string, Expr>>,
  { training, weight }: ForwardContext,
  buffers: Record<string, Expr>,
): Expr {
  if (layer.normalisation === undefined) return z;
  const affine = { gain: params[`gain${number}`], shift: params[`shift${number}`] };
  if (layer.normalisation === "layer") return label(layerNorm(z, affine), `n${number}`);
  const running = { mean: buffers[`mean${number}`], variance: buffers[`variance${number}`] };
  if (!training) return label(batchNormInference(z, affine, running), `n${number}`);
  const result = batchNorm(z, affine, running, weight);
  buffers[`mean${number}`] = result.running.mean;
  buffers[`variance${number}`] = result.running.variance;
  return label(result.normalised, `n${number}`);
}

function activate(layer: LayerSpec, number: number, name: string, z: Expr, { training, key }: ForwardContext): Expr {
  const activation = typeof layer.activation === "function" ? layer.activation : activations[layer.activation];
  const h = activation(z);
  if (!sameType(h.type, z.type)) {
    throw new ShapeError(`the activation of '${name}' must keep ${printType(z.type)}, got ${printType(h.type)}`);
  }
  if (!training || !layer.dropout) return h;
  if (key === undefined) throw new Error(`dropout in '${name}' needs context.key (i32[2]) while training`);
  return dropout(h, layer.dropout, key, number);
}

function checkTensors(
  expected: readonly { readonly name: string; readonly shape: Shape }[],
  given: Readonly<Record<string, Expr>>,
  what: string,
): void {
  for (const { name, shape } of expected) {
    const node = given[name];
    if (node === undefined) throw new Error(`the network needs the ${what} '${name}' [${shape.join(", ")}]`);
    if (sameShape(node.type.shape, shape)) continue;
    throw new ShapeError(`${what} '${name}' must be [${shape.join(", ")}], got ${printType(node.type)}`);
  }
}
