/** The two networks of `make_understanding.py` as models, its table, and what scikit-learn, SciPy and enumeration said of them. */
import { readFileSync } from "node:fs";
import { losses, type Model } from "@chaingrad/core";
import type { TableModelData } from "../../src/model/model-file.ts";
import { encoderOf } from "../../src/table/encoder.ts";
import type { Table } from "../../src/table/table.ts";
import type { Target } from "../../src/table/target.ts";

type Name = "size" | "age" | "rooms";

interface Oracle {
  readonly columns: Readonly<Record<Name, number[]>> & { readonly district: string[] };
  readonly y: number[];
  readonly labels: string[];
  readonly centre: Readonly<Record<Name, number>>;
  readonly scale: Readonly<Record<Name, number>>;
  readonly mean: number;
  readonly unit: number;
  readonly categories: string[];
  readonly classes: string[];
  readonly amount: Readonly<Record<string, number[]>>;
  readonly kind: Readonly<Record<string, number[]>>;
  /** Of each repeat. */
  readonly permutations: number[][];
  /** By score: of each column in the table's order. */
  readonly importance: Readonly<Record<string, { mean: number[]; drops: number[][]; std: number[] }>>;
  readonly dependence: readonly Dependence[];
  /** Of each class. */
  readonly dependenceOfClasses: readonly Dependence[];
  readonly localEffects: readonly {
    column: Name;
    bins: number;
    edges: number[];
    effects: number[];
    counts: number[];
  }[];
  /** Rows from 0. */
  readonly integrated: readonly { row: number; baseline: number; contributions: Record<string, number> }[];
  readonly shapley: readonly { row: number; average: number; contributions: Record<string, number> }[];
}

interface Dependence {
  readonly features: string[];
  readonly resolution: number;
  readonly grid: (number | string)[][];
  readonly average: number[];
  /** Of the first three rows. */
  readonly curves: number[][];
}

export const oracle: Oracle = JSON.parse(
  readFileSync(new URL("../fixtures/understanding.json", import.meta.url), "utf8"),
);

const scaling = (name: Name) => ({ name, centre: oracle.centre[name], scale: oracle.scale[name] });
const encoder = encoderOf([
  { kind: "number", ...scaling("size"), missing: false },
  { kind: "number", ...scaling("age"), missing: false },
  { kind: "category", name: "district", categories: oracle.categories, other: false, missing: false },
  { kind: "number", ...scaling("rooms"), missing: false },
]);

function modelOf(target: Target, loss: Model["objective"]["loss"], weights: Oracle["amount"]): TableModelData {
  const network: Model["network"] = {
    inputs: 6,
    layers: [
      { units: weights.b1.length, activation: "tanh" },
      { units: weights.b2.length, activation: "identity" },
    ],
  };
  const tensors = Object.fromEntries(Object.entries(weights).map(([name, own]) => [name, Float64Array.from(own)]));
  return { network, objective: { loss }, tensors, encoder, target, seed: 0, metrics: {} } as TableModelData;
}

export const amounts: TableModelData = modelOf(
  { task: "regression", name: "price", mean: oracle.mean, scale: oracle.unit, why: "numbers" },
  losses["mean-squared-error"](),
  oracle.amount,
);
export const kinds: TableModelData = modelOf(
  { task: "classification", name: "kind", classes: oracle.classes, counts: [20, 20, 20], why: "text" },
  losses["softmax-cross-entropy"](),
  oracle.kind,
);

const numbers = (name: string, values: readonly number[]) =>
  ({ name, type: "number", values: Float64Array.from(values) }) as const;

export const table: Table = {
  rows: oracle.y.length,
  columns: [
    numbers("size", oracle.columns.size),
    numbers("age", oracle.columns.age),
    { name: "district", type: "text", values: oracle.columns.district },
    numbers("rooms", oracle.columns.rooms),
    numbers("price", oracle.y),
    { name: "kind", type: "text", values: oracle.labels },
  ],
};
