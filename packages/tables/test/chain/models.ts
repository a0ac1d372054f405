/** Small models with every kind of column, and rows for them. */
import { initialParameters, losses, type Model, type NetworkSpec } from "@chaingrad/core";
import type { Batch, Net } from "@chaingrad/core/net";
import type { TableModelData } from "../../src/model/model-file.ts";
import { type Encoder, encode, encoderOf } from "../../src/table/encoder.ts";
import type { Table } from "../../src/table/table.ts";
import { encodeTarget, type SingleTarget, type Target } from "../../src/table/target.ts";

const columns: Encoder["columns"] = [
  { kind: "number", name: "weight_lbs", centre: 2978, scale: 849, missing: false },
  { kind: "category", name: "origin", categories: ["USA", "Japan"], other: true, missing: true },
  { kind: "number", name: "horse power", centre: 105, scale: 38, missing: true },
  {
    ...{ kind: "date", name: "sold", centre: 5000, scale: 300, missing: false },
    ...{ cycles: ["day", "week", "month", "year"], offset: 1 / 12, first: 4700, last: 5300 },
  },
  { kind: "number", name: "tiny", centre: 2e-7, scale: 1e-8, missing: false },
  { kind: "number", name: "mass", centre: 5, scale: 3, log: { origin: 0, unit: 0.01, decades: 6 }, missing: true },
  { kind: "binary", name: "new", categories: ["no", "yes"] },
  {
    ...{ kind: "date", name: "paid", centre: 5000, scale: 300, missing: true },
    ...{ cycles: [], offset: 0, first: 4700, last: 5300 },
  },
  {
    ...{ kind: "duration", name: "paid − sold (hours)", from: "sold", to: "paid", unit: "hours" },
    ...{ centre: 2, scale: 1.5, log: { origin: 0, unit: 2, decades: 2 } },
  },
  { kind: "text", name: "remark", tokens: "words", buckets: 16, missing: true },
];
const encoder: Encoder = encoderOf(columns);

const amount: Target = { task: "regression", name: "miles_per_gallon", mean: 23.5, scale: 7.8, why: "numbers" };
const kind: Target = {
  ...{ task: "classification", name: "kind", classes: ["van", "car", "truck"], counts: [5, 6, 7], why: "text" },
};

function model(target: Target, loss: Model["objective"]["loss"], activation: "tanh" | "gelu" | "relu"): TableModelData {
  const units = target.task === "classification" ? target.classes.length : 1;
  const network: NetworkSpec = {
    inputs: encoder.features.length,
    layers: [
      { units: 5, activation, normalisation: "batch" },
      { units, activation: "identity" },
    ],
  };
  const tensors = {
    ...initialParameters(network, 3),
    b1: Float64Array.from({ length: 5 }, (_, i) => 0.3 - i / 7),
    mean1: Float64Array.from({ length: 5 }, (_, i) => i / 9),
    variance1: new Float64Array(5).fill(0.7),
  };
  return { network, objective: { loss, l2: 0.01 }, tensors, encoder, target, seed: 1, metrics: {} } as TableModelData;
}

export const regression: TableModelData = model(amount, losses["mean-squared-error"](), "tanh");
/** exp is between output and prediction, and gelu has no complex step. */
export const counts: TableModelData = model(amount, losses.poisson(), "gelu");
export const classes: TableModelData = model(kind, losses["softmax-cross-entropy"](), "tanh");

export const table: Table = {
  rows: 4,
  columns: [
    { name: "weight_lbs", type: "number", values: Float64Array.of(3504, 2100, 2978, 1e12) },
    { name: "origin", type: "text", values: ["USA", "Mars", null, "Japan"] },
    { name: "horse power", type: "number", values: Float64Array.of(130, Number.NaN, 90, 225) },
    {
      name: "sold",
      type: "date",
      values: ["1983-05-01", "1984-01-01T12:00:00Z", "1982-12-31T21:13:00Z", "1985-07-09"],
    },
    { name: "tiny", type: "number", values: Float64Array.of(2.1e-7, 1.9e-7, 2.05e-7, 1.7e-7) },
    { name: "mass", type: "number", values: Float64Array.of(0.3, 12, Number.NaN, 2e4) },
    { name: "new", type: "boolean", values: ["yes", "no", null, "yes"] },
    {
      ...{ name: "paid", type: "date" },
      values: ["1983-05-01T07:00:00Z", "1984-01-03T12:00:00Z", null, "1985-07-09T00:30:00Z"],
    },
    { name: "remark", type: "text", values: ["two words", "words", null, ""] },
    { name: "miles_per_gallon", type: "number", values: Float64Array.of(18, 31.5, 24, 12) },
    { name: "kind", type: "text", values: ["car", "van", "car", "truck"] },
  ],
};

export const all: readonly number[] = [0, 1, 2, 3];

export const netOf = ({ network, objective }: TableModelData): Net => ({ network, objective });

export function batchOf({ encoder: own, target }: TableModelData, rows: readonly number[]): Batch {
  const column = table.columns.find(({ name }) => name === target.name) as Table["columns"][number];
  const y = Float64Array.from(encodeTarget(target as SingleTarget, column, rows));
  return { rows: rows.length, x: encode(own, table, rows), y, weight: undefined };
}
