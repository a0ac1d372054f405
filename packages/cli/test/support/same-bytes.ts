/** Trainings on a busy machine, whose files are to be the same. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { findBlas } from "@chaingrad/blas";
import { findKernels } from "@chaingrad/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./run-cli.ts";

export const blas = await findBlas({ cache: null });
const native = await findKernels();

/** Keeps every core busy beside what a file tests. */
export function onBusyMachine(): void {
  let busy: ChildProcess[] = [];
  beforeAll(() => {
    busy = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ["--eval", "for (;;);"]));
  });
  afterAll(() => {
    for (const process of busy) process.kill("SIGKILL");
  });
}

export const diabetes = [join(DATA, "diabetes.csv"), "--target", "progression", "--epochs", "2", "--hidden", "24"];
export const digits = [join(DATA, "digits.csv"), "--target", "digit", "--epochs", "1"];

/** The model's file, and what made it. */
export async function train(args: readonly string[], cwd: string): Promise<{ bytes: Buffer; arithmetic: string }> {
  const { status, stderr } = await runCli(["train", ...args, "--seed", "7", "--quiet", "--out", "m.safetensors"], {
    cwd,
    cache: join(cwd, "cache"),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const bytes = readFileSync(join(cwd, "m.safetensors"));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE())));
  return { bytes, arithmetic: JSON.parse(header.__metadata__.chaingrad).arithmetic };
}

/** Of the system's library, as it chooses for each product: the same file from the first run on. */
export function testTwice(cases: readonly (readonly [string, readonly string[], readonly string[]])[]): void {
  test.skipIf(blas === undefined).each(cases)(
    "%s with the system's library, run after run",
    async (optimizer, table, options) => {
      const folder = emptyFolder();
      const args = [...table, "--optimizer", optimizer, ...options];
      const [first, second] = [await train(args, folder), await train(args, folder)];
      expect(first.arithmetic.replace(/, \d threads?$/, "")).toBe(`${native?.name ?? "wasm"} with ${blas?.name}`);
      if (options[0] === "--threads") expect(first.arithmetic).toMatch(new RegExp(`, ${options[1]} threads?$`));
      expect(second.bytes.equals(first.bytes)).toBe(true);
    },
  );
}

/** Of the embedded kernels. */
export function testThreads(cases: readonly (readonly [string, readonly string[]])[]): void {
  test.each(cases)("%s with the embedded kernels, on one thread and on two", async (optimizer, table) => {
    const args = [...table, "--optimizer", optimizer, "--blas", "none", "--threads"];
    const [one, two] = [await train([...args, "1"], emptyFolder()), await train([...args, "2"], emptyFolder())];
    expect(one.arithmetic).toBe("wasm");
    expect(two.bytes.equals(one.bytes)).toBe(true);
  });
}
