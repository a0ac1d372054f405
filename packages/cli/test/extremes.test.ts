/** Numbers at the end of what float64 holds, and sizes beyond any use: refused with status 2, not with a stack trace. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const NET = { inputs: 1, layers: [{ units: 1, activation: "identity" }], loss: "mean-squared-error" };
const WEIGHTS = { weights: { W1: [[1]], b1: [0] } };
const cwd = emptyFolder();
const documents = {
  "net.json": { ...NET, ...WEIGHTS },
  "huge.json": { ...NET, inputs: 1_000_000_000, layers: [{ units: 1_000_000, activation: "tanh" }] },
  "far.json": { x: [[1e200]], y: [[1]] },
  "heavy.json": { x: [[1], [2]], y: [[1], [2]], weight: [1e308, 1e308] },
};
for (const [name, document] of Object.entries(documents)) writeFileSync(join(cwd, name), JSON.stringify(document));

test.each([
  [["check", "net.json", "--batch", "far.json"], /the loss is not finite on these rows/],
  [["check", "huge.json"], /1,000,000,001,000,000 parameters, expected at most 20,000,000/],
  [["explain", "huge.json"], /expected at most 20,000,000/],
  [["explain", "--width", "1000000000"], /from 24 to 1000/],
  [["gradient", "net.json", "heavy.json"], /weight.*weights with a finite sum/],
])("%j", async (args, message) => {
  const { status, stderr } = await runCli(args, { cwd });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(status).toBe(2);
});
