/** The same seed gives the same file: what takes minutes on a busy machine. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { DATA, emptyFolder } from "./support/run-cli.ts";
import { blas, diabetes, digits, onBusyMachine, testThreads, testTwice, train } from "./support/same-bytes.ts";

onBusyMachine();
testTwice([
  ["levenberg-marquardt", diabetes, []],
  ["kfac", digits, ["--threads", "2", "--hidden", "64"]],
]);
testThreads([
  ["kfac", digits],
  ["adam", [...digits, "--hidden", "300", "--batch", "128"]],
]);

/** The tensors of a model's file: its scores depend on how many threads judged, where a library multiplies. */
const tensorsIn = (bytes: Buffer): Buffer => bytes.subarray(8 + Number(bytes.readBigUInt64LE()));

test.each([
  ["the embedded kernels", ["--blas", "none"]],
  ...(blas ? [["the system's library", []] as const] : []),
] as const)("networks beside each other, with %s, as one after the other", async (_, options) => {
  const folder = emptyFolder();
  const args = [join(DATA, "diabetes.csv"), "--target", "progression", ...options, "--threads"];
  const [one, two] = [await train([...args, "1"], folder), await train([...args, "2"], folder)];
  expect(two.arithmetic).toBe(one.arithmetic);
  expect(tensorsIn(two.bytes).equals(tensorsIn(one.bytes))).toBe(true);
  if (options.length > 0) expect(two.bytes.equals(one.bytes)).toBe(true);
});
