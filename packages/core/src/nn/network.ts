/**
 * A network: what it is made of (`NetworkSpec`), which parameters that takes, and its forward pass as graph. What a layer
 * computes is its kind's (layers/): a dense one  z = h₍l₋₁₎ Wᵀ + b,  h = dropout(φ(normalise(z))).
 */
import { checkKeys, checkName, type Names } from "../given/names.ts";
import { type Expr, label } from "../graph/expr.ts";
import { printType, type Shape, ShapeError, sameShape, sizeOf } from "../graph/type.ts";
import { threefry } from "../ops/random.ts";
import { activations } from "./activations.ts";
import type { Fans } from "./initialisers.ts";
import { withFactors } from "./layers/factors.ts";
import { layerKinds } from "./layers/kinds.ts";
import type {
  InputNames,
  LayerBuffer,
  LayerKind,
  LayerKindName,
  LayerNames,
  LayerSpec,
  LayerTensor,
} from "./layers/layer.ts";
import type { Loss } from "./losses.ts";
import { checkType, count, inRange } from "./options.ts";

/** A fully connected network, as plain data. */
export interface NetworkSpec {
  /** The width of a row of x. */
  readonly inputs: number;
  readonly layers: readonly LayerSpec[];
}

/** A tensor that a network carries. */
export interface NetworkTensor extends LayerTensor, Fans {
  /** "W1", "gain1", "mean1": the symbol and the number of the layer. A key: nobody reads a number out of it. */
  readonly name: string;
  /** The layer's number, from 1. */
  readonly layer: number;
  /** What the learning rate, and the weight decay, is multiplied by, where that is not 1. */
  readonly rate?: number;
  readonly decay?: number;
}

/** A layer in its network. */
export interface Layer {
  /** From 1. */
  readonly number: number;
  /** "hidden2", "output", or the name it was given. */
  readonly name: string;
  readonly kind: LayerKind;
  readonly spec: LayerSpec;
  /** Widths of what flows in and out. */
  readonly inputs: number;
  readonly outputs: number;
  /** What gradients move: W, b, gain, shift. */
  readonly parameters: readonly NetworkTensor[];
  /** What training moves but no gradient does: batch norm's running statistics. */
  readonly buffers: readonly (NetworkTensor & LayerBuffer)[];
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

/** What a layer computes. */
export interface LayerForward {
  /** The pre-activation, labelled "z1", …, [batch, units]. */
  readonly z: Expr;
  /** What φ was given: z, or z normalised. */
  readonly argument: Expr;
  /** The activation, labelled "h1", …, the last "y", [batch, units]. */
  readonly h: Expr;
}

/** A network's forward pass as graph. */
export interface Forward {
  /** Where an activation is the identity z and h are one node, labelled "z…" or, in the last layer, "y". */
  readonly layers: readonly LayerForward[];
  /** The last layer's h. */
  readonly output: Expr;
  /** While training, batch norm's next running statistics; otherwise the buffers as they were given. */
  readonly buffers: Readonly<Record<string, Expr>>;
}

/** "hidden2", "output", or the name that layer `index` (from 0) was given. */
export function layerName(spec: NetworkSpec, index: number): string {
  return spec.layers[index].name ?? (index === spec.layers.length - 1 ? "output" : `hidden${index + 1}`);
}

/** What a layer of any kind may have. */
const ALWAYS = { rates: true, decays: true, name: true, kind: true } as const;

const NETWORK: Names<NetworkSpec> = { inputs: true, layers: true };

/** Throws RangeError naming the layer, what was expected and what was given, unless the network can be built. */
export function checkNetwork(spec: NetworkSpec): void {
  layersOf(spec);
}

/** The layers from the first on. Throws as `checkNetwork`. */
export function layersOf(spec: NetworkSpec): Layer[] {
  checkKeys("network", spec ?? null, NETWORK, "part");
  let inputs = inRange("network: inputs", spec.inputs, count);
  if (!Array.isArray(spec.layers)) throw new RangeError(`network: layers must be a list, got ${String(spec.layers)}`);
  if (spec.layers.length === 0) throw new RangeError("network: at least one layer is needed, got none");
  const seen = new Map<string, number>();
  return spec.layers.map((own: LayerSpec, index) => {
    const number = index + 1;
    const kind = kindOf(own ?? {}, number);
    checkKeys(`layer ${number}`, own ?? null, { units: true, ...kind.options, ...ALWAYS }, "part");
    const name = layerName(spec, index);
    const where = `layer ${number} ('${name}')`;
    const before = seen.get(name);
    if (before !== undefined) throw new RangeError(`${where} has the name of layer ${before}: give it another`);
    seen.set(name, number);
    const outputs = inRange(`${where}: units`, own.units, count);
    checkType(`${where}: name`, name, "string");
    for (const part of kind.parts) part.check?.(own, where, inputs);
    if (index > 0 && kind.parts.some(({ categories }) => categories !== undefined))
      throw new RangeError(`${where}: categories are given in the rows: a layer that embeds them must be the first`);
    const fans = { fanIn: inputs, fanOut: outputs };
    const carried = <T extends LayerTensor>(tensors: readonly T[] = []): (T & NetworkTensor)[] =>
      tensors.map((tensor) => ({ ...tensor, ...fans, ...tensor.fans, layer: number, name: tensor.symbol + number }));
    const parameters = withFactors(
      kind.parts.flatMap((part) => carried(part.parameters?.(own, fans.fanIn))),
      own,
      where,
    );
    const buffers = kind.parts.flatMap((part) => carried(part.buffers?.(own)));
    const layer = { number, name, kind, spec: own, inputs, outputs, parameters, buffers };
    inputs = outputs;
    return layer;
  });
}

function kindOf({ kind = "dense" }: Pick<LayerSpec, "kind">, number: number): LayerKind {
  if (typeof kind === "object" && typeof kind?.describe === "function") return kind;
  checkName(`layer ${number}: kind`, kind, Object.keys(layerKinds));
  return layerKinds[kind as LayerKindName];
}

/** Which numbers of a row are categories, whole numbers from 0, and how many each may be. */
export function categoriesOf(spec: NetworkSpec): ReadonlyMap<number, number> {
  const [first] = layersOf(spec);
  return new Map(first.kind.parts.flatMap((part) => [...(part.categories?.(first.spec) ?? [])]));
}

/**
 * What the numbers of the first layers are called, from those of x on, as far as layers keep them apart; tensors by their
 * names in the network.
 */
export function namesThrough(spec: NetworkSpec, given: InputNames): LayerNames[] {
  const made: LayerNames[] = [];
  let names = given;
  for (const { kind, number, spec: own } of layersOf(spec)) {
    const next = kind.names?.(own, names);
    if (next === undefined) break;
    const { outputs, tensors = {} } = next;
    const named = Object.entries(tensors).map(([symbol, along]) => [symbol + number, along]);
    made.push({ outputs, tensors: Object.fromEntries(named) });
    names = { inputs: outputs };
  }
  return made;
}

/** How many numbers the network gives for a row. */
export const outputsOf = ({ layers }: NetworkSpec): number => layers[layers.length - 1].units;

/** What is wrong with the last layer under a loss that makes itself what the activation there has made already. */
export function madeTwice({ layers }: NetworkSpec, { name, takes }: Loss): string | undefined {
  const { activation } = layers[layers.length - 1];
  const made = takes?.madeBy.find((known) => activation === known || activation === activations[known]);
  if (takes === undefined || made === undefined) return undefined;
  return `the loss '${name}' takes ${takes.text}, and the last layer's '${made}' has already made of them what it makes itself: use 'identity' there`;
}

/** Every parameter, in the order of the layers and within one W, b, gain, shift. Throws as `checkNetwork`. */
export const parametersOf = (spec: NetworkSpec): NetworkTensor[] =>
  layersOf(spec).flatMap(({ parameters }) => parameters);

/** The running statistics of the layers with batch norm. */
export const buffersOf = (spec: NetworkSpec): Layer["buffers"] => layersOf(spec).flatMap(({ buffers }) => buffers);

/** The weights among the parameters, for regularisers. */
export const weightsOf = (spec: NetworkSpec, params: Readonly<Record<string, Expr>>): Expr[] =>
  parametersOf(spec).flatMap(({ role, name }) => (role === "weight" ? [params[name]] : []));

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
  const values = layersOf(spec).flatMap(({ parameters, number }) => {
    let drawn = 0;
    return parameters.map(({ name, shape, start, ...fans }): [string, Float64Array] => {
      if (typeof start === "number") return [name, new Float64Array(sizeOf(shape)).fill(start)];
      return [name, start(shape, fans, { key, stream: number + drawn++ * 2 ** 16 })];
    });
  });
  return Object.fromEntries(values);
}

/** Where running statistics start. */
export const initialBuffers = (spec: NetworkSpec): Record<string, Float64Array> =>
  Object.fromEntries(
    buffersOf(spec).map(({ name, shape, start }) => [name, new Float64Array(sizeOf(shape)).fill(start)]),
  );

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
  const all = layersOf(spec);
  const buffers: Record<string, Expr> = { ...context.buffers };
  for (const layer of all) {
    checkTensors(layer.parameters, params, "parameter");
    checkTensors(layer.buffers, buffers, "buffer");
  }
  const layers: LayerForward[] = [];
  let h = x;
  for (const layer of all) {
    const made = through(layer, h, layer.number === all.length, { ...context, params, buffers });
    layers.push(made);
    h = made.h;
  }
  return { layers, output: h, buffers };
}

interface Surroundings extends ForwardContext {
  readonly params: Readonly<Record<string, Expr>>;
  /** The next ones are put here. */
  readonly buffers: Record<string, Expr>;
}

/** What a layer makes of x. */
function through({ number, name, kind, spec }: Layer, x: Expr, isLast: boolean, around: Surroundings): LayerForward {
  const { training, key, weight, params, buffers } = around;
  const marked: Record<string, Expr> = {};
  const scope = {
    ...{ spec, name, number, training, key, weight },
    tensor: (symbol: string) => params[symbol + number] ?? buffers[symbol + number],
    leave: (symbol: string, next: Expr) => {
      buffers[symbol + number] = next;
    },
    mark: (node: Expr, symbol: string, role: string) => {
      marked[role] = label(node, symbol + number, { layer: number, role });
      return marked[role];
    },
  };
  const active = kind.parts.reduce((node, part) => part.forward(node, scope), x);
  const { "pre-activation": z = active, normalised = z } = marked;
  // One node has one label.
  const isMarked = active === marked["pre-activation"] && !isLast;
  const h = isMarked ? active : label(active, isLast ? "y" : `h${number}`, { layer: number, role: "activation" });
  const own = (node: Expr): Expr => (node === active ? h : node);
  return { z: own(z), argument: own(normalised), h };
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
