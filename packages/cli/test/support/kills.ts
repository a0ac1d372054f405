/** Trainings that are killed at random moments, and go on. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { BIN, CACHE, DATA, emptyFolder, runCli } from "./run-cli.ts";

const cars = [join(DATA, "cars.csv"), "--target", "miles_per_gallon", "--seed", "5"];

/** Of every way to train: by batches, by batches and factors, by whole steps of a search, several networks beside each other. */
export const TRAININGS: Readonly<Record<string, readonly string[]>> = {
  adam: [...cars, "--optimizer", "adam", "--dropout", "0.1", "--epochs", "300", "--patience", "300"],
  kfac: [...cars, "--optimizer", "kfac", "--hidden", "16", "--epochs", "150", "--patience", "150"],
  lbfgs: [...cars, "--optimizer", "lbfgs", "--epochs", "300", "--patience", "300"],
  "the default recipe": [...cars, "--threads", "2"],
};

export interface Killing {
  /** What the training that nobody kills gives, and how many milliseconds it takes. */
  readonly whole: Buffer;
  readonly milliseconds: number;
  readonly args: readonly string[];
}

const OUT = "model.safetensors";
const withOut = (args: readonly string[]): string[] => ["train", ...args, "--quiet", "--out", OUT];

export async function wholeTraining(args: readonly string[]): Promise<Killing> {
  const cwd = emptyFolder();
  const started = performance.now();
  const { status, stderr } = await runCli(withOut(args), { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return { whole: readFileSync(join(cwd, OUT)), milliseconds: performance.now() - started, args };
}

/** The same command, which goes on where something is kept. */
function command({ args }: Killing, cwd: string): string[] {
  const isBegun = existsSync(join(cwd, "kept", "training.json"));
  return [...withOut(args), "--checkpoint", "kept", "--every", "20ms", ...(isBegun ? ["--resume"] : [])];
}

/** Killed so many times, each at a random moment, then let go on to its end: how many of them met it alive. */
export async function killed(training: Killing, times: number): Promise<number> {
  const cwd = emptyFolder();
  let met = 0;
  for (let kill = 0; kill < times; kill++) {
    // With the same measurements of the system's library, on which bits depend.
    const env = { ...process.env, CHAINGRAD_CACHE: CACHE };
    const child = spawn(process.execPath, [BIN, ...command(training, cwd)], { cwd, env, stdio: "ignore" });
    const ended = once(child, "exit");
    const timer = setTimeout(() => child.kill("SIGKILL"), 1.1 * Math.random() * training.milliseconds);
    const [, signal] = await ended;
    clearTimeout(timer);
    if (signal === "SIGKILL") met++;
  }
  const args = command(training, cwd);
  const { status, stderr } = await runCli(args, { cwd });
  expect({ status, stderr: stderr.replace(/^note: .*had ended.*\n?/m, "") }, args.join(" ")).toEqual({
    status: 0,
    stderr: "",
  });
  expect(readFileSync(join(cwd, OUT)).equals(training.whole), args.join(" ")).toBe(true);
  return met;
}
