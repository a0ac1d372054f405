/** The networks of a mean, taken apart again; how far apart they are; and what is refused. */
import { wasmEngine } from "@chaingrad/core";
import { expect, test } from "vitest";
import { calibrateModel } from "../../src/judging/decisions/calibrate.ts";
import { judgedRows } from "../../src/judging/labelled-rows.ts";
import { readModel, type TableModelData, writeModel } from "../../src/model/model-file.ts";
import { trainTable } from "../../src/train-table.ts";
import { ensembleSpread, uncertaintyColumns } from "../../src/uncertainty/index.ts";
import { example } from "../table/tables.ts";

const engine = await wasmEngine();
const all = example("cars");
/** So few rows that many networks are trained soon. */
const cars = {
  rows: 90,
  columns: all.columns.map((column) => ({ ...column, values: column.values.slice(0, 90) })),
} as typeof all;
const iris = example("iris");
const { model: ofAmounts } = await trainTable(cars, { target: "miles_per_gallon", seed: 1, engine });
const { model: ofClasses } = await trainTable(iris, { target: "species", seed: 1, engine });

test("networks' weighted mean is what the model says", async () => {
  const { networks, names, values, deviations } = await ensembleSpread(ofAmounts, cars, { engine });
  expect(networks).toBe(ofAmounts.ensemble?.length);
  expect(networks).toBeGreaterThan(2);
  expect(names).toEqual(["miles_per_gallon"]);
  // The variance about the model's own prediction is that about the mean where the two are the same.
  const only = await Promise.all(
    (ofAmounts.ensemble ?? []).map(
      async (_, place) => (await ensembleSpread(alone(ofAmounts, place), cars, { engine })).values,
    ),
  );
  for (const row of [0, 33, 60, 89]) {
    const said = only.map((own) => own[row]);
    const weights = (ofAmounts.ensemble ?? []).map(({ weight }) => weight);
    const mean = said.reduce((sum, one, i) => sum + weights[i] * one, 0);
    expect(Math.abs(mean - values[row])).toBeLessThan(1e-5 * Math.abs(mean));
    const variance = said.reduce((sum, one, i) => sum + weights[i] * (one - mean) ** 2, 0);
    expect(Math.abs(deviations[row] - Math.sqrt(variance))).toBeLessThan(1e-9);
    expect(deviations[row]).toBeGreaterThan(0);
  }
});

/** A mean of one network of a model twice, which is that network: by loops, and not by the module's own arithmetic. */
function alone(model: TableModelData, place: number): TableModelData {
  const ensemble = model.ensemble ?? [];
  const last = model.network.layers.length;
  const [W, b, hidden] = [`W${last}`, `b${last}`, model.network.layers[last - 2].units];
  const from = ensemble.slice(0, place).reduce((sum, { units }) => sum + units, 0);
  const own = ensemble[place];
  const tensors = { ...model.tensors, [W]: model.tensors[W].slice(), [b]: model.tensors[b].slice() };
  for (let output = 0; output < tensors[b].length; output++) {
    tensors[b][output] += own.bias[output];
    for (let unit = 0; unit < hidden; unit++) {
      const isOwn = unit >= from && unit < from + own.units;
      tensors[W][output * hidden + unit] *= isOwn ? 1 / own.weight : 0;
    }
  }
  const half = { weight: 0.5, bias: own.bias.map(() => 0) };
  return {
    ...model,
    tensors,
    ensemble: [
      { ...half, units: 1 },
      { ...half, units: hidden - 1 },
    ],
  };
}

test("of classes probabilities, each with how far apart the networks are", async () => {
  const spread = await ensembleSpread(ofClasses, iris, { engine });
  expect(spread.names).toEqual(["p(setosa)", "p(versicolor)", "p(virginica)"]);
  for (const deviation of spread.deviations) expect(deviation).toBeLessThanOrEqual(0.5);
  // Versicolor and virginica lie beside each other, setosa by itself.
  const mean = (from: number, to: number, k: number): number => {
    let sum = 0;
    for (let row = from; row < to; row++) sum += spread.deviations[3 * row + k];
    return sum / (to - from);
  };
  expect(mean(50, 150, 1)).toBeGreaterThan(mean(0, 50, 1));
  const columns = uncertaintyColumns(spread, iris).map(({ name }) => name);
  expect(columns.slice(0, 3)).toEqual(["p(setosa)", "deviation p(setosa)", "p(versicolor)"]);
});

test("is saved with the model, and moved by a temperature", async () => {
  const again = readModel(writeModel(ofClasses)) as TableModelData;
  expect(again.ensemble).toEqual(ofClasses.ensemble);
  const { model, temperature } = calibrateModel(ofClasses, engine, judgedRows(ofClasses, iris).data);
  expect(temperature.temperature).not.toBe(1);
  const cold = (model.ensemble ?? [])[0].bias.map((bias) => bias * temperature.temperature);
  const [{ bias }] = ofClasses.ensemble ?? [{ bias: [] }];
  for (const [i, one] of cold.entries()) expect(one).toBeCloseTo(bias[i], 12);
});

test("one network has none, and a file whose networks are not the model's is refused", async () => {
  const { model } = await trainTable(iris, { target: "species", recipe: "fast", epochs: 2, engine });
  await expect(ensembleSpread(model, iris, { engine })).rejects.toThrow("the model is one network, and has no spread");
  const [first, ...rest] = ofClasses.ensemble ?? [];
  const broken = (ensemble: unknown): TableModelData => ({ ...ofClasses, ensemble: ensemble as never });
  expect(() => writeModel(broken(rest))).toThrow("ensemble: expected networks of");
  expect(() => writeModel(broken([{ ...first, bias: [1] }, ...rest]))).toThrow("with 3 biases each");
  expect(() => writeModel(broken([{ ...first, units: 0 }, ...rest]))).toThrow("ensemble: units");
  expect(() => writeModel(broken([]))).toThrow("ensemble: expected networks of");
});
