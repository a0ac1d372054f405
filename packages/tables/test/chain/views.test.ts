/** Every view of a derivation goes through the preprocessing: their sums are the derivative that ran, and all formats show the step. */
import {
  catalogue,
  derivationJson,
  type Explained,
  explainApart,
  explainNet,
  fusionView,
  htmlBody,
  latexDocument,
  markdownDocument,
  overview,
  parseTarget,
  terminalLines,
  views,
} from "@chaingrad/core/explain";
import { takenNames } from "@chaingrad/core/net";
import { describe, expect, test } from "vitest";
import { prepareRows } from "../../src/chain/prepare-rows.ts";
import { predictionOfRow } from "../../src/chain/target-graph.ts";
import type { TableModelData } from "../../src/model/model-file.ts";
import { namesOf } from "../../src/table/names.ts";
import { all, batchOf, classes, netOf, regression, table } from "./models.ts";

const explain = (model: TableModelData, rows: readonly number[], place?: number, only?: string): Explained => {
  const net = netOf(model);
  const options = { taken: takenNames(net), only, withTarget: place === undefined };
  const prepared = prepareRows(model, table, rows, options);
  const prediction =
    place === undefined
      ? {}
      : {
          prediction: (outputs: Parameters<typeof predictionOfRow>[2]) =>
            predictionOfRow(model.target, model.objective.loss, outputs, place),
        };
  return explainNet(net, model.tensors, batchOf(model, rows), { prepared, ...prediction });
};

const cases: [string, Explained, string][] = [
  ["the loss of a row", explain(regression, [0]), "L"],
  ["the loss of a row, by one column", explain(regression, [0], undefined, "weight_lbs"), "L"],
  ["the loss of four rows", explain(regression, all), "L"],
  ["the loss of classes", explain(classes, [0]), "L"],
  ["an amount", explain(regression, [0], 0), "miles_per_gallon"],
  ["a probability", explain(classes, [0], 1), "p(car)"],
];

describe.each(cases)("%s", (_, of, top) => {
  const rows = of.problem.x.type.shape[0];
  const index = rows === 1 ? undefined : 2;
  const target = parseTarget(of, rows === 1 ? "weight_lbs" : "weight_lbs[3]");
  const derivative = of.numbers[`∂${top}/∂weight_lbs`][index ?? 0];

  test("its paths add up to the derivative", () => {
    const block = views.paths(of, target).find(({ kind }) => kind === "table");
    const cells = block?.kind === "table" ? block.rows.map((row) => row[2] as number) : [];
    expect(derivative).not.toBe(0);
    expect(Math.abs((cells.at(-2) as number) - derivative)).toBeLessThan(1e-12 * Math.abs(derivative));
    expect(cells.at(-1)).toBe(derivative);
  });

  test("its chain ends with the column, by the rule of its step", () => {
    const { forward, backward } = of.derivation;
    const [feature] = forward.filter(({ name }) => name === "x1");
    expect(feature).toMatchObject({ kind: "feature", rules: [{ rule: "standardise", op: "weight_lbs", count: 1 }] });
    expect(backward.find(({ name }) => name === `∂${top}/∂weight_lbs`)?.reads).toContain(`∂${top}/∂x1`);
    const scale = 849;
    // f = z/√(1 + (z/3)²) has the slope (1 + (z/3)²)^(−3/2).
    const z = ((rows === 1 ? 3504 : 2978) - 2978) / scale;
    const slope = (1 + (z / 3) ** 2) ** -1.5 / scale;
    expect(derivative).toBeCloseTo(of.numbers[`∂${top}/∂x1`][index ?? 0] * slope, 15);
    expect(of.derivation.inputs.find(({ name }) => name === "weight_lbs")?.role).toBe("column");
  });

  test("every view shows it", () => {
    for (const view of [views.jacobian, views.index, views.contracted, views.closed]) {
      const blocks = view(of, target);
      const equations = blocks.filter((block) => block.kind === "equation");
      const last = equations.at(-1);
      const value = last?.value?.values;
      expect(value?.[value.length === 1 ? 0 : (index ?? 0)]).toBe(derivative);
    }
    if (top === "L") expect(views.batch(of, target).length).toBeGreaterThan(2);
  });

  test("every format names the rule", () => {
    const blocks = overview(of);
    const words = catalogue.en;
    const formats = [
      terminalLines(blocks, { width: 100, words, digits: 4 }).join("\n"),
      markdownDocument(blocks),
      latexDocument(blocks),
      htmlBody(blocks),
      JSON.stringify(derivationJson(of, words)),
    ];
    for (const text of formats) expect(text.replaceAll("\\", "")).toMatch(/standardise(?: |","op":")weight_lbs/);
    expect(terminalLines(blocks, { width: 100, words: catalogue.zh, digits: 4 }).join("\n")).toContain(
      "标准化 weight_lbs",
    );
  });
});

test("the loss of classes is taken apart above the columns", () => {
  const net = netOf(classes);
  const prepared = prepareRows(classes, table, [0], { taken: takenNames(net) });
  const apart = explainApart(net, classes.tensors, batchOf(classes, [0]), { prepared });
  expect(fusionView(explain(classes, [0]), apart as Explained).length).toBeGreaterThan(5);
});

test("an amount in the target's unit says so, and has no target among what is given", () => {
  const of = explain(regression, [0], 0);
  const top = of.derivation.forward.at(-1);
  expect(top).toMatchObject({ name: "miles_per_gallon", kind: "prediction", rules: [{ rule: "unit" }] });
  expect(of.derivation.inputs.map(({ name }) => name)).not.toContain("target");
});

test("a prediction is one row's, and names of columns are suggested", () => {
  expect(() => explain(regression, all, 0)).toThrow("a prediction is one row's");
  expect(() => parseTarget(explain(regression, [0]), "weight_lb")).toThrow("did you mean weight_lbs?");
});

test("a column's name is the feature's where the column is not followed itself; places along an axis always have it", () => {
  const net = netOf(regression);
  const named = (only?: string): string => {
    const prepared = prepareRows(regression, table, [0], { taken: takenNames(net), only });
    const of = explainNet(net, regression.tensors, batchOf(regression, [0]), { prepared, names: namesOf(regression) });
    const blocks = ["x[1]", "W1[2,1]"].flatMap((target) => views.index(of, parseTarget(of, target)));
    return terminalLines(blocks, { width: 400, words: catalogue.en, names: of.names }).join("\n");
  };
  for (const text of [named(), named("sold")]) expect(text).toContain("∂L/∂W₁[2,weight_lbs]");
  expect(named()).toContain("∂L/∂x[1] = ");
  expect(named()).not.toContain("∂L/∂weight_lbs");
  expect(named("sold")).toContain("∂L/∂weight_lbs = ");
});
