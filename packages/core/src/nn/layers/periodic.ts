/**
 * Numbers as waves: each listed one, x, also becomes a vector
 *   e(x) = φ(W cos(2π w x + c) + b)          w, c [frequencies], W [dimension − 1, frequencies], b [dimension − 1]
 * with w, c, W and b of its own. The layer gives its inputs as they are, and behind them the vectors, in the order listed:
 *   h = (x, e(x_i), e(x_j), …)
 * Gorishniy, Rubachev & Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022; with the
 * phases c and the number itself beside its vector: Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned
 * MLPs and boosted trees on tabular data", NeurIPS 2024 (PBLD), whose starts these are: w ~ N(0, σ²), c ~ U(−π, π), W and b
 * uniform on ±1/√frequencies. (PBLD has no φ: "identity".)
 */
import type { Expr } from "../../graph/expr.ts";
import { sizeOf } from "../../graph/type.ts";
import { timesBlocksTransposed } from "../../ops/block-diagonal.ts";
import { cos } from "../../ops/elementary.ts";
import { normalAt, uniformAt } from "../../ops/random.ts";
import { add, mul } from "../../ops/ring.ts";
import { concat, reshape } from "../../ops/shape.ts";
import { broadcast } from "../../ops/sum-broadcast.ts";
import type { Initialiser } from "../initialisers.ts";
import { count, inRange, positive, type Range } from "../options.ts";
import { activationPart, nameOf } from "./activation.ts";
import { checkPlaces, columns, partsOf } from "./columns.ts";
import { describeFactors } from "./factors.ts";
import type { LayerKind, LayerPart, LayerSpec } from "./layer.ts";

const aboveOne: Range = { text: "a whole number ≥ 2", holds: (n) => Number.isSafeInteger(n) && n >= 2 };

/** How many numbers there are, waves of each, and numbers that each becomes besides itself. */
interface Sizes {
  readonly numbers: number;
  readonly waves: number;
  readonly made: number;
}

const sizesOf = ({ features = [], frequencies = 16, dimension = 4 }: LayerSpec): Sizes => ({
  numbers: features.length,
  waves: frequencies,
  made: dimension - 1,
});

const normal =
  (deviation: number): Initialiser =>
  (shape, _, { key, stream }) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => deviation * normalAt(key, stream, i));

const uniform =
  (limit: number): Initialiser =>
  (shape, _, { key, stream }) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => limit * (2 * uniformAt(key, stream, i) - 1));

/** cos(2π w x + c) of each number: [rows, numbers] → [rows, numbers · waves], those of one number side by side. */
function waves(x: Expr, w: Expr, c: Expr): Expr {
  const [rows, numbers] = x.type.shape;
  const each = broadcast(x, [rows, numbers, w.type.shape[1]], [0, 1]);
  return reshape(cos(add(mul(2 * Math.PI, mul(each, w)), c)), [rows, sizeOf(w.type.shape)]);
}

const periodicPart: LayerPart = {
  check(spec, where, inputs) {
    const { features, frequencies = 16, dimension = 4, deviation = 0.1, units } = spec;
    activationPart.check?.(spec, where, inputs);
    checkPlaces(`${where}: features`, features, inputs);
    inRange(`${where}: frequencies`, frequencies, count);
    inRange(`${where}: dimension`, dimension, aboveOne);
    inRange(`${where}: deviation`, deviation, positive);
    const { numbers, made } = sizesOf(spec);
    const wanted = inputs + numbers * made;
    if (units !== wanted)
      throw new RangeError(
        `${where}: units must be the ${inputs} inputs and ${made} more for each of ${numbers} features, ${wanted}, got ${units}`,
      );
  },
  parameters(spec) {
    const { numbers, waves, made } = sizesOf(spec);
    const limit = uniform(1 / Math.sqrt(waves));
    return [
      { symbol: "w", role: "frequency", shape: [numbers, waves], start: normal(spec.deviation ?? 0.1) },
      { symbol: "c", role: "phase", shape: [numbers, waves], start: uniform(Math.PI) },
      { symbol: "W", role: "weight", shape: [numbers * made, waves], start: limit },
      { symbol: "b", role: "bias", shape: [numbers * made], start: limit },
    ];
  },
  forward(x, layer) {
    const [w, c, W, b] = ["w", "c", "W", "b"].map((symbol) => layer.tensor(symbol) as Expr);
    const { features = [] } = layer.spec;
    const made = timesBlocksTransposed(waves(columns(x, features), w, c), W, features.length);
    // φ is a part of the embedding: the numbers themselves stay as they are.
    const embedded = activationPart.forward(layer.mark(add(made, b), "e", "embedding"), layer);
    return concat([x, embedded], 1);
  },
};

export const periodicKind: LayerKind = {
  name: "periodic",
  options: {
    ...{ activation: true, features: true, frequencies: true, dimension: true, deviation: true },
  },
  parts: [periodicPart],
  describe(spec) {
    const { numbers, waves, made } = sizesOf(spec);
    const { activation, units } = spec;
    const more = [...(activation === "identity" ? [] : [nameOf(activation)]), ...describeFactors(spec)];
    const words = [`${made} more for each of ${numbers}, from ${waves} waves`, ...more];
    return `${units} numbers (${words.join(", ")})`;
  },
  names(spec, { inputs }) {
    const { features = [] } = spec;
    return { outputs: [...inputs, ...features.flatMap((place) => partsOf(inputs[place], sizesOf(spec).made))] };
  },
};
