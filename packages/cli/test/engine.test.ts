/** Which engine the commands run on: the system's BLAS where there is one, threads where they pay, both as told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findBlas } from "@chaingrad/blas";
import { describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const DIGITS = join(DATA, "digits.csv");
const train = (...args: readonly string[]) =>
  runCli(["train", DIGITS, "--target", "digit", "--epochs", "2", "--seed", "3", ...args], { cwd: emptyFolder() });

const blas = await findBlas({ cache: null });

describe("train", () => {
  test("says what it ran on", async () => {
    const { stdout } = await train("--hidden", "300,200", "--batch", "100", "--threads", "2");
    expect(stdout).toMatch(blas ? /^engine: wasm with \S+ \S+.*, 2 threads$/m : /^engine: wasm, 2 threads$/m);
  });

  test.each(["1", "3"])("--blas none --threads %s runs on the embedded kernels", async (threads) => {
    const { stdout, stderr } = await train("--blas", "none", "--threads", threads, "--json", "--quiet");
    expect(stderr).toBe("");
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ engine: "wasm", threads: Number(threads) });
    expect(report.metrics.test.accuracy).toBeGreaterThan(0.5);
  });

  test("a library that cannot be used is refused before any work", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "lib.so"), "no library");
    const { status, stdout, stderr } = await train("--blas", join(folder, "lib.so"));
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/lib\.so cannot be loaded: /);
    expect(stderr).toMatch(/--blas none/);
  });

  test.each(["0", "1.5", "many", "17"])("--threads %s is refused", async (threads) => {
    const { status, stderr } = await train("--threads", threads);
    expect(status).toBe(2);
    expect(stderr).toMatch(/--threads .*It must be a whole number from 1 to 16/s);
  });
});
