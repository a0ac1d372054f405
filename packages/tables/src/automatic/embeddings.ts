/**
 * The embeddings of several networks as one layer. Network k reads of category i its own row Eₖ[i, :] with weights Wₖ of its own:
 *   side by side         E = (E₁, …, Eₘ), of which it reads its own numbers, with weights (0, …, Wₖ, …, 0)
 *   where that is wider  E = I, a number for each category, which it reads with weights Wₖ Eₖᵀ
 * so that it never is wider than one-hot codes would be.
 */
import { type LayerSpec, layersOf, type Model } from "@chaingrad/core";

/** The embeddings of several networks in one. */
export interface Together {
  readonly layer: LayerSpec;
  /** Its table: [categories of all features, dimension]. */
  readonly E: Float64Array;
  /** Network k's weights W [units, numbers behind its own embedding] as weights of the numbers behind this one. */
  weightsOf(k: number, W: Float64Array, units: number): Float64Array;
}

/** A table [categories of all features, width]. */
interface Table {
  readonly values: Float64Array;
  readonly width: number;
}

/** Undefined where the networks, which embed the same features or none, embed none. */
export function together(networks: readonly Pick<Model, "network" | "tensors">[]): Together | undefined {
  const [{ kind, spec, inputs, parameters }] = layersOf(networks[0].network);
  if (kind.name !== "embedding") return undefined;
  const { features = [], categories = [], name = "embedding" } = spec;
  const [rows, width] = parameters[0].shape;
  const tables = networks.map(({ tensors }): Table => ({ values: tensors.E1, width }));
  const widest = categories.reduce((a, b) => Math.max(a, b));
  const isBeside = width * networks.length <= widest;
  const E = isBeside ? sideBySide(tables, rows) : identities(categories, rows, widest);
  const others = inputs - features.length;
  const units = others + features.length * E.width;
  return {
    layer: { kind: "embedding", name, activation: "identity", features, categories, dimension: E.width, units },
    E: E.values,
    weightsOf(k, W, own) {
      let start = 0;
      const blocks = categories.map((many) => {
        start += many;
        return isBeside ? placed(width, E.width, k) : transposed(tables[k], start - many, many, E.width);
      });
      return changed(W, own, others, blocks);
    },
  };
}

/** (E₁, …, Eₘ) */
function sideBySide(tables: readonly Table[], rows: number): Table {
  const width = tables.reduce((total, one) => total + one.width, 0);
  const values = new Float64Array(rows * width);
  for (const [k, own] of tables.entries())
    for (let row = 0; row < rows; row++)
      values.set(own.values.subarray(row * own.width, (row + 1) * own.width), row * width + k * own.width);
  return { values, width };
}

/** One below the other for each feature: 1 at each category's own place. */
function identities(categories: readonly number[], rows: number, width: number): Table {
  const values = new Float64Array(rows * width);
  let row = 0;
  for (const many of categories) for (let i = 0; i < many; i++) values[row++ * width + i] = 1;
  return { values, width };
}

/** What takes network k's numbers from all that stand side by side, transposed: [width, all]. */
function placed(width: number, all: number, k: number): Table {
  const values = new Float64Array(width * all);
  for (let j = 0; j < width; j++) values[j * all + k * width + j] = 1;
  return { values, width: all };
}

/** Eₖᵀ of the categories of one feature, from a row on: [width, all]. */
function transposed({ values: E, width }: Table, start: number, many: number, all: number): Table {
  const values = new Float64Array(width * all);
  for (let j = 0; j < width; j++) for (let i = 0; i < many; i++) values[j * all + i] = E[(start + i) * width + j];
  return { values, width: all };
}

/** W [units, others + a block for each feature + rest] with each of these blocks times its matrix. */
function changed(W: ArrayLike<number>, units: number, others: number, matrices: readonly Table[]): Float64Array {
  const width = W.length / units;
  const [{ values, width: wide }] = matrices;
  const narrow = values.length / wide;
  const rest = width - others - matrices.length * narrow;
  const made = new Float64Array(units * (others + matrices.length * wide + rest));
  let [from, to] = [0, 0];
  const copy = (count: number): void => {
    for (let j = 0; j < count; j++) made[to++] = W[from++];
  };
  for (let unit = 0; unit < units; unit++) {
    copy(others);
    for (const { values } of matrices) {
      for (let j = 0; j < narrow; j++, from++)
        for (let i = 0; i < wide; i++) made[to + i] += W[from] * values[j * wide + i];
      to += wide;
    }
    copy(rest);
  }
  return made;
}
