/** The progress line: what it says, and that it never exceeds the terminal. */
import { PassThrough } from "node:stream";
import type { EpochEvent } from "@chaingrad/core";
import { expect, test } from "vitest";
import { blockChart, makeProgress, progressLine } from "../src/train/progress.ts";

const event = (epoch: number, loss: number): EpochEvent => ({
  type: "epoch",
  epoch,
  epochs: 200,
  rate: 0.005,
  loss,
  validation: { loss: 2 * loss, metrics: { accuracy: 0.875 } },
  best: true,
  seconds: epoch / 10,
});

test("the chart is logarithmic, highest first", () => {
  expect(blockChart([100, 10, 1], 3)).toBe("█▅▁");
  expect(blockChart([1, 1, 1], 8)).toBe("▁▁▁");
  expect(blockChart([], 8)).toBe("");
  expect(
    blockChart(
      Array.from({ length: 1000 }, (_, i) => 1000 - i),
      24,
    ),
  ).toHaveLength(24);
  expect(blockChart([4, Number.NaN, Number.POSITIVE_INFINITY, 1], 8)).toBe("█▁");
});

test("the line says epoch, losses, rate and what is left at most", () => {
  expect(progressLine(event(50, 0.25))).toBe(
    "epoch  50/200  loss 0.250  validation 0.500 (best)  accuracy 0.875  rate 0.0050  at most 15 s left",
  );
});

/** What a terminal of this many columns (or a pipe) is sent during 100 epochs. */
async function told(columns: number | undefined): Promise<string> {
  const stream = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns, rows: 24 });
  const chunks: string[] = [];
  stream.on("data", (chunk) => chunks.push(String(chunk)));
  const progress = await makeProgress(stream as unknown as NodeJS.WriteStream);
  for (let epoch = 1; epoch <= 100; epoch++) progress.epoch(event(epoch, 1 / epoch));
  progress.done();
  return chunks.join("");
}

test("a pipe gets a plain line now and then, the last one always", async () => {
  const lines = (await told(undefined)).trim().split("\n");
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(/^epoch {3}1\/200/);
  expect(lines[5]).toMatch(/^epoch 100\/200/);
  expect(await told(undefined)).not.toContain("\u001b");
});

test.each([40, 80, 200])("a terminal of %i columns gets one line that fits", async (columns) => {
  const afterEscapes = (await told(columns)).split("\u001b").map((part) => part.replace(/^\[[?\d;]*[A-Za-z]/, ""));
  const shown = afterEscapes.flatMap((part) => part.split("\n"));
  expect(Math.max(...shown.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  expect(shown.some((line) => line.includes("epoch 100/200"))).toBe(true);
});
