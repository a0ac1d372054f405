/** How much each kind of network counts. */
import { losses, wasmEngine } from "@chaingrad/core";
import { expect, test } from "vitest";
import { mixed, outputJudge, sharesOf } from "../../src/automatic/mixture.ts";

const TRUTH = [0, 1, 2, 3, 4, 5];
const squares = (outputs: Float64Array): number => TRUTH.reduce((sum, y, i) => sum + (outputs[i] - y) ** 2, 0);
const off = (by: readonly number[]): Float64Array => Float64Array.from(TRUTH, (y, i) => y + by[i % by.length]);

test("errors that cancel share; what only adds error gets nothing", () => {
  const [up, down, far] = [off([1]), off([-1]), off([5, -5])];
  const shares = sharesOf([up, down, far], squares);
  expect(shares).toEqual([0.5, 0.5, 0]);
  expect(Array.from(mixed([up, down, far], shares))).toEqual(TRUTH);
});

test("a kind that diverged gets nothing, wherever it stands; alone there is no other", () => {
  const [good, lost] = [off([0.1]), off([Number.NaN])];
  expect(sharesOf([lost, good], squares)).toEqual([0, 1]);
  expect(sharesOf([good, lost], squares)).toEqual([1, 0]);
  expect(sharesOf([lost], squares)).toEqual([1]);
  expect(Array.from(mixed([lost, good], [0, 1]))).toEqual(Array.from(good));
});

test("outputs are judged as a network's: log loss of logits, rows by their weight", async () => {
  const y = [0, 1, 1];
  const weight = [1, 2, 0];
  const logits = Float64Array.from([1, -1, 0.5, 0.25, 7, -7]);
  const judge = outputJudge(await wasmEngine(), losses["softmax-cross-entropy"](), 2, { y, weight });
  const { loss, predictions } = judge(logits);
  const rowLoss = (a: number, b: number, label: number): number => Math.log(Math.exp(a) + Math.exp(b)) - [a, b][label];
  expect(loss).toBeCloseTo((rowLoss(1, -1, 0) + 2 * rowLoss(0.5, 0.25, 1)) / 3, 6);
  expect(predictions[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
});
