/** The same seed gives the same file: on a busy machine, from the first run on, and on any number of threads of our own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { findBlas } from "@chaingrad/blas";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const blas = await findBlas({ cache: null });
const withLibrary = blas ? test : test.skip;

/** As many as keep every core busy beside what is tested. */
let busy: ChildProcess[] = [];
beforeAll(() => {
  busy = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ["--eval", "for (;;);"]));
});
afterAll(() => {
  for (const process of busy) process.kill("SIGKILL");
});

const diabetes = [join(DATA, "diabetes.csv"), "--target", "progression", "--epochs", "2", "--hidden", "24"];
const digits = [join(DATA, "digits.csv"), "--target", "digit", "--epochs", "1"];

/** The model's file, and what made it. */
async function train(args: readonly string[], cwd: string): Promise<{ bytes: Buffer; arithmetic: string }> {
  const { status, stderr } = await runCli(["train", ...args, "--seed", "7", "--quiet", "--out", "m.safetensors"], {
    cwd,
    cache: join(cwd, "cache"),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const bytes = readFileSync(join(cwd, "m.safetensors"));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE())));
  return { bytes, arithmetic: JSON.parse(header.__metadata__.chaingrad).arithmetic };
}

withLibrary.each([
  ["levenberg-marquardt", diabetes, []],
  ["levenberg-marquardt", diabetes, ["--threads", "1"]],
  ["kfac", digits, ["--threads", "2", "--hidden", "64"]],
  ["adam", digits, ["--threads", "2", "--hidden", "128", "--batch", "128"]],
])("%s with the system's library, run after run", async (optimizer, table, options) => {
  const folder = emptyFolder();
  const args = [...table, "--optimizer", optimizer, ...options];
  const [first, second] = [await train(args, folder), await train(args, folder)];
  expect(first.arithmetic.replace(/, \d threads?$/, "")).toBe(`wasm with ${blas?.name}`);
  if (options[0] === "--threads") expect(first.arithmetic).toMatch(new RegExp(`, ${options[1]} threads?$`));
  expect(second.bytes.equals(first.bytes)).toBe(true);
});

test.each([
  ["levenberg-marquardt", diabetes],
  ["kfac", digits],
  ["adam", [...digits, "--hidden", "300", "--batch", "128"]],
])("%s with the embedded kernels, on one thread and on two", async (optimizer, table) => {
  const args = [...table, "--optimizer", optimizer, "--blas", "none", "--threads"];
  const [one, two] = [await train([...args, "1"], emptyFolder()), await train([...args, "2"], emptyFolder())];
  expect(one.arithmetic).toBe("wasm");
  expect(two.bytes.equals(one.bytes)).toBe(true);
});

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
