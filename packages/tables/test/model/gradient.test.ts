/** ∂prediction/∂column in the target's unit per unit of the column, held against differences of what `predict` says. */
import { Predictor, referenceEngine, type SyncEngine, wasmEngine } from "@chaingrad/core";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import type { TableModelData } from "../../src/model/model-file.ts";
import { type AnyRow, TableModel } from "../../src/model/table-model.ts";
import { tableOf } from "../../src/rows.ts";
import { encode } from "../../src/table/encoder.ts";
import { decodeTarget } from "../../src/table/target.ts";
import { trainTable } from "../../src/train-table.ts";
import { classes, counts, regression } from "../chain/models.ts";

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

const row: AnyRow = {
  ...{ weight_lbs: 3504, origin: "USA", "horse power": 130, sold: "1983-05-11T05:00:00Z", tiny: 2.1e-7 },
  ...{ mass: 0.3, new: "yes", paid: "1983-05-11T07:30:00Z", remark: "two words" },
};
const DAY = 86_400_000;
const NONE = {
  ...{ origin: "a category: it has no derivative", new: "a category: it has no derivative" },
  remark: "text: it has no derivative",
};
/** How far each moves while its features do by about 1: half a day is half a turn of the time of day. */
const scales = { weight_lbs: 849, "horse power": 38, sold: 0.1, tiny: 1e-8, mass: 0.9, paid: 0.1 };
const moved = (name: keyof typeof scales, by: number): AnyRow => {
  const value = row[name];
  if (typeof value === "number") return { ...row, [name]: value + by };
  return { ...row, [name]: new Date(Date.parse(String(value)) + Math.round(by * DAY)).toISOString() };
};

/** Every output in float64: the amount, or the probabilities. */
function exactly(model: TableModelData, at: AnyRow): Float64Array {
  const predictor = new Predictor(referenceEngine, model.network, model.objective.loss, 1, "f64");
  predictor.load(model.tensors);
  const { predictions } = predictor.predict(encode(model.encoder, tableOf([at])));
  return model.target.task === "regression" ? decodeTarget(model.target, predictions) : predictions;
}

describe.each([
  ["an amount", regression],
  ["a rate", counts],
  ["classes", classes],
] as const)("of %s", (_, model) => {
  test("equals central differences of the float64 network to 1e-5, and those of predict to 1 %", () => {
    const own = new TableModel(model, engine);
    const { by, probabilities, notes } = own.gradient(row);
    const all = probabilities === undefined ? [by] : Object.values(probabilities);
    const label = own.predict(row).label;
    for (const [output, derivatives] of all.entries()) {
      const largest = Math.max(
        ...Object.entries(scales).map(([name, scale]) => Math.abs((derivatives[name] ?? 0) * scale)),
      );
      for (const [name, scale] of Object.entries(scales) as [keyof typeof scales, number][]) {
        const step = 1e-3 * scale;
        const slope =
          (exactly(model, moved(name, step))[output] - exactly(model, moved(name, -step))[output]) / (2 * step);
        expect(Math.abs((derivatives[name] ?? Number.NaN) - slope) * scale).toBeLessThan(1e-5 * largest);
        const wide = 0.02 * scale;
        const said = (by: number): number => {
          const prediction = own.predict(moved(name, by));
          return prediction.probabilities === undefined
            ? Number(prediction[model.target.name])
            : Object.values(prediction.probabilities)[output];
        };
        const rough = (said(wide) - said(-wide)) / (2 * wide);
        expect(Math.abs((derivatives[name] ?? Number.NaN) - rough) * scale).toBeLessThan(0.01 * largest);
      }
    }
    if (probabilities !== undefined) {
      expect(by).toEqual(probabilities[label as string]);
      const total = Object.values(probabilities).reduce((sum, one) => sum + (one.weight_lbs ?? Number.NaN), 0);
      expect(Math.abs(total)).toBeLessThan(1e-15);
    }
    expect(notes).toEqual(NONE);
  });
});

test("a missing cell and one too far out have the derivative 0, and it is said", () => {
  const { by, notes } = new TableModel(regression, engine).gradient({ ...row, "horse power": null, weight_lbs: 1e15 });
  expect(by["horse power"]).toBe(0);
  expect(by.weight_lbs).toBe(0);
  expect(by.tiny).not.toBe(0);
  expect(notes).toEqual({
    ...NONE,
    "horse power": "missing: it counts as the centre, so its derivative is 0",
    weight_lbs: "more than 1e9 scales from the centre: it counts as that far, so its derivative is 0",
  });
});

test("rows that cannot be predicted are refused as predict refuses them", () => {
  const own = new TableModel(regression, engine);
  const { tiny, ...rest } = row;
  expect(() => own.gradient(rest as AnyRow)).toThrow("the row has no 'tiny'");
  expect(() => own.gradient({ ...row, sold: "yesterday" })).toThrow("expected a date");
});

test("its columns and its target are known to the compiler", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    size: 40 + ((37 * i) % 90),
    since: new Date(1.6e12 + 7e8 * ((13 * i) % 60)),
    garden: i % 3 === 0,
    price: 2000 * (40 + ((37 * i) % 90)) + 500 * ((13 * i) % 60),
  }));
  const model = await trainTable(rows, { target: "price", epochs: 40, hidden: [8] });
  const { by, notes } = model.gradient({ size: 70, since: new Date(1.62e12), garden: true });
  expectTypeOf(by).toEqualTypeOf<{ readonly size?: number; readonly since?: number }>();
  expect(by.size).toBeGreaterThan(0);
  expect(notes.garden).toBe("a category: it has no derivative");
  // @ts-expect-error nothing is predicted from the target
  void by.price;
});
