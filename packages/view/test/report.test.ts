/** What a report says beyond scores: the numbers of the libraries' calls, on rows that it names. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { wasmEngine } from "@chaingrad/core";
import { printNotation } from "@chaingrad/core/explain";
import {
  chooseRecipe,
  coverageAt,
  judgeTraining,
  pickedTable,
  predictRows,
  preparationFor,
  prepareTable,
  type TrainedTable,
  trainPrepared,
} from "@chaingrad/tables";
import { evaluateFully } from "@chaingrad/tables/judging";
import { readTable } from "@chaingrad/tables/read";
import { integratedGradients, partialDependence, permutationImportance } from "@chaingrad/tables/understanding";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { reportPage } from "../src/report/page.ts";
import { reportOf } from "../src/report/training.ts";

const DATA = resolve(import.meta.dirname, "../../../examples/data");
const engine = await wasmEngine();

async function reported(file: string, target: string, { test: share = 0.15, names = {} } = {}) {
  const table = await readTable(readFileSync(resolve(DATA, file)));
  const recipe = chooseRecipe({ epochs: 25, seed: 3, validation: 0.2 });
  const asked = { target, seed: 3, validation: 0.2, test: share };
  const prepared = prepareTable(table, { ...asked, ...preparationFor(recipe, {}) });
  const training = trainPrepared(prepared, recipe, { engine });
  let trained: TrainedTable | undefined;
  while (trained === undefined) {
    const { done, value } = await training.next();
    if (done) trained = value as TrainedTable;
  }
  const judged = judgeTraining(trained, prepared, engine);
  const { end, history } = trained;
  const about = { ...judged, title: file, file, prepared, end, history, engine, table };
  const input = await reportOf({ ...about, ...names });
  const page = parseHTML(reportPage(input)).document as unknown as Document;
  return { table, prepared, judged, input, page, found: input.lookedInto! };
}

describe("of amounts", async () => {
  const files = { model: "a b.safetensors", table: "cars.csv" };
  const { table, prepared, judged, page, found } = await reported("cars.csv", "miles_per_gallon", { names: { files } });
  const rows = pickedTable(table, prepared.rows.test);
  const model = judged.judged;

  test("importance and dependence are those of the test rows", async () => {
    expect([found.rows, found.of]).toEqual([prepared.rows.test.length, prepared.rows.test.length]);
    const options = { engine, target: "miles_per_gallon", seed: 0 };
    const own = await permutationImportance(model, rows, { ...options, repeats: 5 });
    expect(found.importance).toEqual(own);
    expect(found.dependence.map(({ axes: [{ column }] }) => column)).toEqual(
      own.columns.slice(0, 3).map(({ column }) => column),
    );
    const [{ column }] = own.columns;
    const first = await partialDependence(model, rows, column, { ...options, resolution: 20, rows: 200 });
    expect(found.dependence[0]).toEqual(first);
    const derived = Array.from(page.querySelectorAll("#importance details"), (one) => one.textContent!).slice(
      -own.columns.length,
    );
    for (const [i, { column: name, scores }] of own.columns.entries()) {
      expect(derived[i]).toContain(`How the importance of ${name} comes about`);
      for (const score of scores)
        expect(derived[i]).toContain(printNotation({ form: "number", value: Math.abs(score) }));
    }
    const shown = page.querySelector("#importance tbody tr")!.textContent!;
    expect(shown).toContain(column);
    expect(shown).toContain(Number(own.columns[0].importance.toPrecision(4)).toString());
    expect(shown).toContain(
      `chaingrad explain 'a b.safetensors' cars.csv --row ${prepared.rows.test[0] + 1} --from prediction`,
    );
  });

  test("the hardest rows are those furthest off, each with the column that led furthest away from the truth", async () => {
    const { values } = predictRows(model, engine, prepared.data.test) as { values: Float64Array };
    const truth = table.columns.find(({ name }) => name === "miles_per_gallon")!.values;
    const off = Array.from(prepared.rows.test, (row, i) => ({ row: row + 1, off: Number(truth[row]) - values[i] }));
    off.sort((a, b) => Math.abs(b.off) - Math.abs(a.off));
    expect(found.hardest!.map(({ row }) => row)).toEqual(off.slice(0, 5).map(({ row }) => row));
    for (const [i, hard] of found.hardest!.entries()) {
      expect(hard.off).toBeCloseTo(off[i].off, 9);
      const own = pickedTable(table, [hard.row - 1, ...prepared.rows.test]);
      const { contributions } = await integratedGradients(model, own, 1, { engine, steps: 64 });
      const away = contributions.filter(({ contribution }) => contribution * hard.off < 0);
      const most = away.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))[0];
      expect(hard.factor).toEqual(most);
    }
    expect(page.querySelectorAll("#hardest tbody tr")).toHaveLength(5);
  });

  test("intervals hold what they are said to hold", () => {
    expect(found.intervals!.map(({ level }) => level)).toEqual([0.5, 0.8, 0.9, 0.95]);
    for (const { level, ...held } of found.intervals!)
      expect(held).toEqual(coverageAt(level, model, engine, prepared.data.test)[0]);
    expect(page.querySelectorAll("#intervals tbody tr")).toHaveLength(4);
    expect(page.querySelector("#reliability")).toBeNull();
  });
});

describe("of classes", async () => {
  const { prepared, judged, page, found } = await reported("wine.csv", "cultivar");

  test("reliability is that of the test rows", () => {
    const { further } = evaluateFully(judged.judged, engine, prepared.data.test);
    expect(found.further).toEqual(further[0]);
    expect(page.querySelectorAll("#reliability tbody tr")).toHaveLength(further[0].reliability!.bins.length);
    expect(page.querySelector("#intervals")).toBeNull();
  });

  test("a row is hard where its own class has little probability", () => {
    const off = found.hardest!.map((hard) => hard.off);
    expect(off).toEqual([...off].sort((a, b) => a - b));
    expect(found.hardest!.every(({ factor }) => factor === undefined || factor.contribution < 0)).toBe(true);
  });

  test("without files there are no commands", () => expect(page.querySelectorAll("code")).toHaveLength(0));
});

test("without rows that the model never saw it says so", async () => {
  const { page, found } = await reported("wine.csv", "cultivar", { test: 0 });
  expect(found.further).toBeUndefined();
  expect(page.querySelector("#reliability")!.textContent).toContain("there are none");
  expect(page.querySelector("#importance p")!.textContent).toMatch(/^On the \d+ validation rows\./);
});

test("of many rows it takes some, drawn with a seed that it names", async () => {
  const cells = Array.from({ length: 9000 }, (_, i) => `${i % 97},${(i * 7) % 13},${((i % 97) - 40) ** 2}`);
  const table = await readTable(new TextEncoder().encode(["a,b,y", ...cells].join("\n")));
  const recipe = chooseRecipe({ epochs: 1, seed: 1 });
  const prepared = prepareTable(table, { target: "y", seed: 1, ...preparationFor(recipe, {}) });
  const training = trainPrepared(prepared, recipe, { engine });
  let step = await training.next();
  while (!step.done) step = await training.next();
  const judged = judgeTraining(step.value, prepared, engine);
  const { end, history } = step.value;
  const input = await reportOf({ ...judged, title: "", file: "", prepared, end, history, engine, table });
  const { rows, of } = input.lookedInto!;
  expect([rows, of]).toEqual([1000, 1350]);
  expect(input.lookedInto!.importance.rows).toBe(1000);
  expect(reportPage(input)).toContain("On 1000 of the 1350 test rows, drawn with seed 0.");
});
