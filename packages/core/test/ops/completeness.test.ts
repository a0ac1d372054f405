/** Every op function that src/ops exports is in the op table, so no op goes untested. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { opTable } from "../support/op-table.ts";

/** Exports of src/ops that are no ops, each with what it is instead. */
const notOps: Readonly<Record<string, string>> = {
  elementwise: "makes op functions",
  elementwiseOp: "makes ops",
  applyElementwise: "what op functions are made of",
  linear: "makes ops",
  input: "every entry of the table starts from it",
  filledWith: "asks about a node",
  factorsOf: "asks about a node",
  termsOf: "asks about a node",
  productOf: "asks about a node",
  repeatedBy: "asks about a node",
  moveAxis: "what batches are made of; checked for every op in batching.test.ts",
  batchedAt: "what batches are made of; checked for every op in batching.test.ts",
  batchReduction: "what batches are made of; checked for every op in batching.test.ts",
  transposedMatrix: "asks about a node",
  otherAxes: "computes with axes",
  checkAxes: "computes with axes",
  isIdentity: "computes with axes",
  stridedRead: "computes with arrays",
  reduceValues: "computes with arrays",
  reducedIndices: "computes with indices",
  threefry: "computes with numbers; known answers in random.test.ts",
  stackedPairs: "the rule of matmul for a batch of both operands; checked by together.test.ts",
  unit: "computes with numbers; known answers in random.test.ts",
  uniformAt: "computes with numbers; known answers in random.test.ts",
  normalAt: "computes with numbers; known answers in random.test.ts",
};

const folder = new URL("../../src/ops/", import.meta.url);
const modules = await Promise.all(
  readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => import(new URL(file, folder).href) as Promise<Record<string, unknown>>),
);
const exported = modules.flatMap((module) => Object.keys(module).filter((name) => typeof module[name] === "function"));
const covered = new Set(opTable.map((entry) => entry.op));

test("every op function has an entry", () => {
  expect(exported.length).toBeGreaterThan(0);
  expect(exported.filter((name) => !covered.has(name) && !(name in notOps))).toEqual([]);
});

test("the table and the list of helpers name nothing that is not exported", () => {
  expect([...covered, ...Object.keys(notOps)].filter((name) => !exported.includes(name))).toEqual([]);
  expect([...covered].filter((name) => name in notOps)).toEqual([]);
});

test("entries have different names", () => {
  expect(new Set(opTable.map((entry) => entry.name)).size).toBe(opTable.length);
});

test("only random ops go without a formula", () => {
  const without = opTable.filter((entry) => entry.formula === undefined).map((entry) => entry.op);
  expect([...new Set(without)].sort()).toEqual(["randomBernoulli", "randomNormal", "randomUniform"]);
});
