/** The recipe that chooses for itself, with every kind of target: folds, their mean, and what is said of rows left out. */
import { outputsOf } from "@chaingrad/core";
import { describe, expect, it, test } from "vitest";
import { foldsFor, without } from "../../src/automatic/folds.ts";
import { targetsOf } from "../../src/table/targets/target.ts";
import { type TrainTableOptions, trainTable } from "../../src/train-table.ts";
import { randomNumbers } from "../random-numbers.ts";

const ROWS = 90;
const [a, b, noise] = [0, 1, 2].map((stream) => randomNumbers(ROWS, stream, 11));
const rows = Array.from({ length: ROWS }, (_, i) => {
  const z = 2 * a[i] - b[i] + noise[i] / 4;
  const exposure = 1 + Math.abs(noise[i]);
  return {
    ...{ a: a[i], b: b[i], exposure, known: 5 * noise[i], w: i % 3 },
    amount: 3 + z,
    moved: 3 + z + 5 * noise[i],
    count: Math.floor(exposure * Math.exp(1 + z / 2)),
    side: z > 0 ? "yes" : "no",
    grade: z < -1 ? 1 : z < 1 ? 2 : 3,
    tags: [...(a[i] > 0 ? ["left"] : []), ...(b[i] > 0 ? ["up"] : [])].join(";") || "[]",
  };
});
type Row = (typeof rows)[number];
type Name = keyof Row;

const TARGETS: readonly Name[] = ["amount", "moved", "count", "side", "grade", "tags"];
const HELPERS: readonly Name[] = ["exposure", "known", "w"];

const kinds: Readonly<
  Record<string, { options: TrainTableOptions<Name>; score: string; least?: number; most?: number }>
> = {
  "an amount": { options: { target: "amount" }, score: "r2", least: 0.8 },
  "an amount whose rows weigh": { options: { target: "amount", weight: "w" }, score: "r2", least: 0.8 },
  "an amount with an offset": { options: { target: "moved", offset: "known" }, score: "r2", least: 0.8 },
  "a count with an exposure": { options: { target: "count", exposure: "exposure" }, score: "r2", least: 0.5 },
  quantiles: { options: { target: "amount", quantiles: [0.1, 0.5, 0.9] }, score: "pinball", most: 0.4 },
  classes: { options: { target: "side", test: 0.2 }, score: "accuracy", least: 0.8 },
  "classes that weigh": { options: { target: "side", classWeight: { yes: 3 } }, score: "accuracy", least: 0.7 },
  "classes in an order": { options: { target: "grade", task: "ordinal" }, score: "accuracy", least: 0.7 },
  "sets of labels": { options: { target: "tags", task: "multi-label" }, score: "hamming", most: 0.25 },
  "several targets": { options: { target: ["amount", "side"] }, score: "r2 of amount", least: 0.7 },
};

describe("the default recipe learns", () => {
  it.each(Object.entries(kinds))("%s", async (_, { options, score, least = -1, most = 1 }) => {
    const { target, weight, offset, exposure } = options;
    const used = [target, weight, offset, exposure].flat();
    const drop = [...TARGETS, ...HELPERS].filter((name) => !used.includes(name));
    const model = await trainTable(rows, { test: 0, ...options, drop });
    const { network, metrics, encoder, target: learnt } = model.model;
    // Each row of the first part is judged by the network that left it out; with test rows there is a last training on all.
    expect(Object.keys(metrics)).toEqual(["train", "validation", ...(options.test === undefined ? [] : ["test"])]);
    for (const { loss, [score]: reached } of Object.values(metrics)) {
      expect(reached).toBeGreaterThanOrEqual(least);
      expect(reached).toBeLessThanOrEqual(most);
      expect(loss).toBeTypeOf("number");
    }
    // Five members of each kind that counts side by side, as one plain network.
    const [hidden, output] = network.layers.slice(-2);
    expect([1, 2, 3].map((kinds) => kinds * 5 * 64)).toContain(hidden.units);
    expect(output.units).toBe(outputsOf(network));
    const [first, ...others] = network.layers.map(({ kind = "dense" }) => kind);
    expect(["piecewise-linear", "dense"]).toContain(first);
    expect(others).toEqual(first === "dense" ? ["dense"] : ["dense", "dense"]);
    expect(encoder.features).toEqual(["a", "b"]);
    expect(model.targets).toEqual([target].flat());
    expect(targetsOf(learnt).map(({ name }) => name)).toEqual([target].flat());
  });
});

test("each row is left out once, each class and each row of weight in proportion", () => {
  const y = Float64Array.from({ length: ROWS }, (_, i) => Number(i % 9 === 0));
  const weight = Float64Array.from({ length: ROWS }, (_, i) => Number(i % 3 === 0));
  const loss = { name: "own", target: "labels", perRow: (output: never) => output } as const;
  const folds = foldsFor({ x: [], y, weight }, ROWS, loss, { most: 5, seed: 3 });
  expect(folds.flatMap((fold) => Array.from(fold)).sort((p, q) => p - q)).toEqual(
    Array.from({ length: ROWS }, (_, i) => i),
  );
  for (const fold of folds) {
    expect(fold.filter((row) => weight[row] > 0)).toHaveLength(6);
    expect(fold.filter((row) => y[row] === 1)).toHaveLength(2);
    expect(without(ROWS, fold)).toHaveLength(ROWS - fold.length);
  }
  const few = foldsFor({ x: [], y, weight: y.map((_, i) => Number(i < 3)) }, ROWS, loss, { most: 5, seed: 3 });
  expect(few).toHaveLength(3);
});
