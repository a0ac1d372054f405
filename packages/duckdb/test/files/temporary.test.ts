/** What a killed command leaves is taken away by the next one, and nothing that is in use, or that is a person's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { sweep, temporaryPath, withTemporaryFolder } from "../../src/files/temporary.ts";
import { folder } from "../fixtures.ts";

const home = (): string => mkdtempSync(join(folder, "sweep-"));
const HOUR = 3600;

/** A name as this process would give it, but of another one, or of another machine. */
const named = (dir: string, owner: number | undefined, machine?: string): string => {
  const [, own, , rest] = /^\.chaingrad-(\w{8})-(\d+)-(.*)$/.exec(basename(temporaryPath(dir))) as RegExpExecArray;
  return join(dir, `.chaingrad-${owner === undefined ? "" : `${machine ?? own}-${owner}-`}${rest}`);
};

function make(path: string, hoursAgo = 0): string {
  writeFileSync(path, "half");
  const then = Date.now() / 1000 - hoursAgo * HOUR;
  utimesSync(path, then, then);
  return path;
}

async function ended(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid as number;
}

test("what a process left that has ended goes, what one that runs has made stays", async () => {
  const dir = home();
  const child = spawn("sleep", ["60"]);
  try {
    const left = make(named(dir, await ended()));
    const used = make(named(dir, child.pid as number), 50);
    await sweep(dir);
    expect([existsSync(left), existsSync(used)]).toEqual([false, true]);
  } finally {
    child.kill();
  }
});

test("what has our own number is ours, unless it is older than we are", async () => {
  const dir = home();
  const [own, older] = [make(temporaryPath(dir)), make(named(dir, process.pid), 24)];
  await sweep(dir);
  expect([existsSync(own), existsSync(older)]).toEqual([true, false]);
});

test("what is of another machine, or tells no owner, goes when it has not changed for an hour", async () => {
  const dir = home();
  const dead = await ended();
  const paths = [make(named(dir, dead, "00000000")), make(named(dir, undefined))];
  const old = [make(named(dir, dead, "00000000"), 2), make(named(dir, undefined), 2)];
  const filling = named(dir, dead, "00000000");
  mkdirSync(filling);
  make(join(filling, "copy"));
  utimesSync(filling, 0, 0);
  await sweep(dir);
  expect([...paths, ...old, filling].map((path) => existsSync(path))).toEqual([true, true, false, false, true]);
});

test("a folder goes with what is in it", async () => {
  const dir = home();
  const left = named(dir, await ended());
  mkdirSync(left);
  make(join(left, "copy"));
  await sweep(dir);
  expect(existsSync(left)).toBe(false);
  const inside = await withTemporaryFolder(async (path) => make(join(path, "x")), dir);
  expect(existsSync(inside)).toBe(false);
  expect(readdirSync(dir)).toEqual([]);
});

test("other names are not ours, and a folder that is not there is no error", async () => {
  const dir = home();
  const names = [".chaingrad", ".chaingrad-notes.tmp", "chaingrad-models", ".chaingrad-1-2-3.tmp", "model.tmp"];
  for (const name of names) make(join(dir, name), 1000);
  await sweep(dir);
  expect(readdirSync(dir).sort()).toEqual(names.sort());
  await sweep(join(dir, "nowhere"));
});
