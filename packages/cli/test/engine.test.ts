/** Which engine the commands run on: the system's BLAS where there is one, threads where they pay, both as told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findBlas } from "@chaingrad/blas";
import { findKernels } from "@chaingrad/native";
import { describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const DIGITS = join(DATA, "digits.csv");
const train = (...args: readonly string[]) =>
  runCli(["train", DIGITS, "--target", "digit", "--epochs", "2", "--seed", "3", ...args], { cwd: emptyFolder() });

const blas = await findBlas({ cache: null });
const native = await findKernels();

describe("train", () => {
  test("says what it ran on", async () => {
    // The line may be wrapped.
    const { stdout } = await train("--hidden", "300,200", "--batch", "100", "--threads", "2");
    const name = `${native?.name ?? "wasm"}${blas ? ` with ${blas.name}` : ""}`;
    expect(stdout.replaceAll("\n", " ")).toContain(`engine: ${name}, 2 threads`);
  });

  test("--kernels wasm runs on the embedded kernels beside a library", async () => {
    const { stdout } = await train("--kernels", "wasm", "--threads", "1");
    expect(stdout.replaceAll("\n", " ")).toContain(`engine: wasm${blas ? ` with ${blas.name}` : ""}, 1 thread`);
  });

  test.skipIf(native === undefined)("--kernels native runs without a library, too", async () => {
    const { stdout } = await train("--kernels", "native", "--blas", "none", "--threads", "1");
    expect(stdout.replaceAll("\n", " ")).toContain(`engine: ${native?.name}, 1 thread`);
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

  // What koffi meets where npm left its binary out, where that is of another system, and where it is not there at all.
  describe.each([
    ["no binary", "Cannot find the native Koffi module; did you bundle it correctly?\nTried: …"],
    ["another system's binary", "koffi.node: invalid ELF header"],
    ["no package", "Cannot find module 'koffi'"],
  ])("without koffi (%s)", (_, message) => {
    const preload = join(emptyFolder(), "without-koffi.cjs");
    writeFileSync(
      preload,
      `const Module = require("node:module");
      const load = Module._load;
      Module._load = (name, ...rest) => {
        if (name === "koffi") throw new Error(${JSON.stringify(message)});
        return load(name, ...rest);
      };`,
    );
    const env = { NODE_OPTIONS: `--require=${preload}` };
    const run = (cwd: string, ...args: readonly string[]) => runCli(args, { cwd, env });
    const args = ["train", join(DATA, "iris.csv"), "--target", "species", "--epochs", "1", "--out", "m.safetensors"];

    test("train, predict and evaluate run on the embedded kernels, and a line says why", async () => {
      const cwd = emptyFolder();
      const trained = await run(cwd, ...args);
      expect(trained.status).toBe(0);
      expect(trained.stdout).toMatch(/^engine: wasm, 1 thread$/m);
      const note = /^not used: koffi, which calls libraries, cannot be loaded: .+$/m;
      expect(trained.stderr).toMatch(note);
      expect(trained.stderr).not.toMatch(/install|Tried/);
      for (const command of ["predict", "evaluate"]) {
        const ended = await run(cwd, command, "m.safetensors", join(DATA, "iris.csv"));
        expect({ status: ended.status, lines: ended.stderr.trim().split("\n").length }).toEqual({
          status: 0,
          lines: 1,
        });
        expect(ended.stderr).toMatch(note);
      }
    });

    test("--blas none needs it not, --blas FILE is refused for it", async () => {
      const cwd = emptyFolder();
      const none = await run(cwd, ...args, "--blas", "none", "--quiet");
      expect({ status: none.status, stderr: none.stderr }).toEqual({ status: 0, stderr: "" });
      const file = await run(cwd, ...args, "--blas", "libopenblas.so.0");
      expect(file.status).toBe(2);
      expect(file.stderr).toMatch(/^chaingrad: koffi, which calls libraries, cannot be loaded: /);
    });
  });

  test.each(["0", "1.5", "many", "17"])("--threads %s is refused", async (threads) => {
    const { status, stderr } = await train("--threads", threads);
    expect(status).toBe(2);
    expect(stderr).toMatch(/--threads .*It must be a whole number from 1 to 16/s);
  });
});
