/**
 * Categories as vectors: each listed input holds a whole number 0 … K − 1, its category, and becomes a row of a table [K, d]
 * that training learns. The layer gives its other inputs as they are, and behind them the rows, in the order listed:
 *   h = (x without them, E[i, :], E′[j, :], …)
 * The tables stand below one another in one, E [K + K′ + …, d], whose pullback adds each row's cotangent where it came from.
 * Guo & Berkhahn, "Entity embeddings of categorical variables", 2016
 */

import { checkName } from "../../given/names.ts";
import type { Expr } from "../../graph/expr.ts";
import { cast } from "../../ops/convert.ts";
import { add } from "../../ops/ring.ts";
import { gatherRows } from "../../ops/rows.ts";
import { floor } from "../../ops/select.ts";
import { concat, reshape } from "../../ops/shape.ts";
import { constant } from "../../ops/source.ts";
import { initialiserOf, initialisers } from "../initialisers.ts";
import { count, inRange, type Range } from "../options.ts";
import { activationPart, nameOf } from "./activation.ts";
import { checkPlaces, columns, otherPlaces, partsOf } from "./columns.ts";
import { describeFactors } from "./factors.ts";
import type { LayerKind, LayerPart, LayerSpec } from "./layer.ts";

/** As many numbers as a category becomes. */
const DIMENSION = 8;

/** So many rows an f32 tells apart, halves included. */
const MOST: Range = { text: "at most 4194304", holds: (rows) => rows <= 2 ** 22 };

/** Where each table begins in the one that holds all of them, and how many rows that has. */
function startsOf({ categories = [] }: LayerSpec): { readonly starts: readonly number[]; readonly rows: number } {
  const starts: number[] = [];
  let rows = 0;
  for (const K of categories) {
    starts.push(rows);
    rows += K;
  }
  return { starts, rows };
}

const embeddingPart: LayerPart = {
  check(spec, where, inputs) {
    const { features, categories, dimension = DIMENSION, initialiser = "standard-normal", units } = spec;
    checkPlaces(`${where}: features`, features, inputs);
    if (!Array.isArray(categories) || categories.length !== features.length)
      throw new RangeError(`${where}: categories must say of each of ${features.length} features how many it has`);
    categories.forEach((K, i) => {
      inRange(`${where}: categories: ${i}`, K, count);
    });
    inRange(`${where}: all categories together`, startsOf(spec).rows, MOST);
    inRange(`${where}: dimension`, dimension, count);
    if (typeof initialiser !== "function") checkName(`${where}: initialiser`, initialiser, Object.keys(initialisers));
    const wanted = inputs + features.length * (dimension - 1);
    if (units !== wanted)
      throw new RangeError(
        `${where}: units must be ${dimension} for each of ${features.length} features and 1 for each other input, ${wanted}, got ${units}`,
      );
  },
  categories({ features = [], categories = [] }) {
    return new Map(features.map((place, i) => [place, categories[i]]));
  },
  parameters(spec) {
    const { dimension = DIMENSION, initialiser = "standard-normal" } = spec;
    const { rows } = startsOf(spec);
    const fans = { fanIn: rows, fanOut: dimension };
    return [{ symbol: "E", role: "embedding", shape: [rows, dimension], start: initialiserOf(initialiser), fans }];
  },
  forward(x, layer) {
    const { features = [] } = layer.spec;
    const [rows, inputs] = x.type.shape;
    const E = layer.tensor("E") as Expr;
    const count = rows * features.length;
    // Rounded, so that what is a hair beside a whole number still stands for it.
    const given = columns(x, features);
    const starts = constant(startsOf(layer.spec).starts, [features.length], x.type.dtype);
    const row = cast(floor(add(features.length === 1 ? given : add(given, starts), 0.5)), "i32");
    const chosen = reshape(gatherRows(E, reshape(row, [count])), [rows, features.length * E.type.shape[1]]);
    const others = otherPlaces(features, inputs);
    const made = others.length === 0 ? chosen : concat([columns(x, others), chosen], 1);
    return layer.mark(made, "z", "pre-activation");
  },
};

export const embeddingKind: LayerKind = {
  name: "embedding",
  options: { activation: true, features: true, categories: true, dimension: true, initialiser: true },
  parts: [embeddingPart, activationPart],
  describe(spec) {
    const { features = [], dimension = DIMENSION, activation, units } = spec;
    const more = [...(activation === "identity" ? [] : [nameOf(activation)]), ...describeFactors(spec)];
    const words = [`${dimension} for each of ${features.length} of ${startsOf(spec).rows} categories`, ...more];
    return `${units} numbers (${words.join(", ")})`;
  },
  names({ features = [], categories: sizes = [], dimension = DIMENSION }, { inputs, categories }) {
    const others = otherPlaces(features, inputs.length).map((place) => inputs[place]);
    const rows = features.flatMap((place, i) =>
      Array.from({ length: sizes[i] }, (_, row) => categories?.[place]?.[row] ?? `${inputs[place]} (${row})`),
    );
    return {
      outputs: [...others, ...features.flatMap((place) => partsOf(inputs[place], dimension))],
      tensors: { E: rows },
    };
  },
};
