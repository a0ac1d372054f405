/** Runs the built command as a user would: a process of its own, in a folder of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const BIN: string = resolve(import.meta.dirname, "../../bin/chaingrad.js");
export const DATA: string = resolve(import.meta.dirname, "../../../../examples/data");

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is measured in tests stays in tests. */
export const CACHE: string = join(tmpdir(), "chaingrad-test-cache");

/** A new, empty folder. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), "chaingrad-test-"));

interface RunOptions {
  readonly cwd: string;
  readonly stdin?: string;
  /** A folder of its own for what is measured. */
  readonly cache?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what has come on standard error so far, and the way to send a signal. */
  readonly onError?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export function runCli(args: readonly string[], options: RunOptions): Promise<Ended> {
  const env = { ...process.env, CHAINGRAD_CACHE: options.cache ?? CACHE, ...options.env };
  const child = spawn(process.execPath, [BIN, ...args], { cwd: options.cwd, env });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.onError?.(stderr, (signal) => child.kill(signal));
  });
  child.stdin.end(options.stdin ?? "");
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (status) => done({ status, stdout, stderr }));
  });
}
