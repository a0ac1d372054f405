/** What a killed command leaves is taken away by the next one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { BIN, emptyFolder, runCli } from "./support/run-cli.ts";

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const ours = (dir: string): string[] => readdirSync(dir).filter((name) => name.startsWith(".chaingrad-"));

test("the copy of standard input that a killed command left is gone after the next command", async () => {
  const dir = emptyFolder();
  const child = spawn(process.execPath, [BIN, "train", "-", "--target", "b"], {
    cwd: dir,
    env: { ...process.env, TMPDIR: dir },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.on("error", () => {});
  child.stdin.write("a,b\n1,2\n");
  await expect.poll(() => ours(dir).length, { timeout: 20_000, interval: 20 }).toBe(1);
  await kill(child);
  expect(ours(dir).length).toBe(1);
  const { status } = await runCli(["explain", "--quiet"], { cwd: dir, env: { TMPDIR: dir } });
  expect(status).toBe(0);
  expect(ours(dir)).toEqual([]);
});

test("the half file beside a model that a killed command left is gone after the next one that writes there", async () => {
  const dir = emptyFolder();
  const code = `
    import { replaceAtomically } from ${JSON.stringify(resolve(import.meta.dirname, "../../duckdb/dist/files.js"))};
    await replaceAtomically("model.safetensors", () => new Promise((resolve) => setTimeout(resolve, 60_000)));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: dir, stdio: "inherit" });
  await expect.poll(() => ours(dir).length, { timeout: 20_000, interval: 20 }).toBe(1);
  await runCli(["emit", "--out", "a.ts"], { cwd: dir });
  expect(ours(dir).length).toBe(1); // still being written
  await kill(child);
  const { status } = await runCli(["emit", "--out", "a.ts"], { cwd: dir });
  expect(status).toBe(0);
  expect(readdirSync(dir)).toEqual(["a.ts"]);
});
