import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Column } from "@chaingrad/tables";
import { UserError } from "@chaingrad/tables";
import { afterAll, describe, expect, it } from "vitest";
import { assertWritable, replaceAtomically, writeFileAtomically } from "../../src/files/atomic.ts";
import { withTable } from "../../src/read.ts";
import { writeTable } from "../../src/write.ts";
import { file, folder } from "../fixtures.ts";

/** A folder that holds `model.json` with the text "old". */
function home(): { dir: string; path: string } {
  const dir = mkdtempSync(join(folder, "home-"));
  const path = join(dir, "model.json");
  writeFileSync(path, "old");
  return { dir, path };
}

/** The message of the UserError that a promise is rejected with. */
async function refused(promise: Promise<void>): Promise<string> {
  const error = await promise.then(
    () => expect.unreachable("written"),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message.replaceAll(folder, "…");
}

/** Some text, and then an error in the middle of the file. */
function* failing(error: Error): Generator<string> {
  yield "half of the ";
  throw error;
}

describe("writeFileAtomically", () => {
  it("writes text, bytes and pieces", async () => {
    const { dir, path } = home();
    for (const content of ["new", Buffer.from("new"), ["n", "e", Buffer.from("w")]]) {
      await writeFileAtomically(path, content);
      expect(readFileSync(path, "utf8")).toBe("new");
    }
    expect(readdirSync(dir)).toEqual(["model.json"]);
  });

  it("keeps the permissions of the file that it replaces", async () => {
    const { path } = home();
    chmodSync(path, 0o640);
    await writeFileAtomically(path, "new");
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it("follows a symbolic link and keeps it", async () => {
    const { dir, path } = home();
    symlinkSync("model.json", join(dir, "latest"));
    await writeFileAtomically(join(dir, "latest"), "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(dir).sort()).toEqual(["latest", "model.json"]);
  });

  it("writes a name of the greatest length", async () => {
    const { dir } = home();
    await writeFileAtomically(join(dir, "x".repeat(255)), "new");
    expect(await refused(writeFileAtomically(join(dir, "x".repeat(256)), "new"))).toContain("the name is too long");
    expect(readdirSync(dir)).toHaveLength(2);
  });

  it.each([
    ["ENOSPC", "cannot write '…': the disk is full"],
    ["EDQUOT", "cannot write '…': the disk quota is used up"],
    ["EIO", "cannot write '…': the disk reports an error"],
  ])("leaves everything as it was after %s", async (code, message) => {
    const { dir, path } = home();
    const error = Object.assign(new Error(code), { code });
    const said = await refused(writeFileAtomically(path, failing(error)));
    expect(said.replace(/'.*'/, "'…'")).toBe(message);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(dir)).toEqual(["model.json"]);
  });

  it("leaves everything as it was after an error of the writer's own, and passes it on", async () => {
    const { dir, path } = home();
    const error = new TypeError("a bug");
    await expect(writeFileAtomically(path, failing(error))).rejects.toBe(error);
    await expect(replaceAtomically(path, () => Promise.reject(error))).rejects.toBe(error);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(dir)).toEqual(["model.json"]);
  });

  it.runIf(existsSync("/dev/full"))("writes to a device and does not replace it", async () => {
    const before = statSync("/dev/full").rdev;
    expect(await refused(writeFileAtomically("/dev/full", "new"))).toBe("cannot write '/dev/full': the disk is full");
    await writeFileAtomically("/dev/null", "new");
    expect(statSync("/dev/full").rdev).toBe(before);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

describe("what cannot be written is refused, before any work and at the end", () => {
  const both = async (path: string): Promise<string> => {
    const early = await refused(assertWritable(path));
    expect(await refused(writeFileAtomically(path, "new"))).toBe(early);
    return early;
  };

  it("a missing folder", async () => {
    expect(await both(join(folder, "nowhere", "m.json"))).toBe(
      "cannot write '…/nowhere/m.json': the folder '…/nowhere' does not exist",
    );
  });

  it("a file in place of a folder", async () => {
    const { path } = home();
    expect(await both(join(path, "m.json"))).toContain("a part of the path is a file, not a folder");
  });

  it("a folder", async () => {
    const { dir } = home();
    mkdirSync(join(dir, "models"));
    expect(await both(join(dir, "models"))).toMatch(/models': it is a folder$/);
    expect(await both(`${join(dir, "new")}/`)).toMatch(/new\/': it names a folder$/);
  });

  it("a read-only folder and a read-only file", async () => {
    const { dir, path } = home();
    chmodSync(folder, 0o755);
    chmodSync(path, 0o444);
    chmodSync(dir, 0o555);
    const root = process.geteuid?.() === 0;
    // Permissions do not bind root, who steps down to nobody for a moment.
    if (root) process.seteuid?.(65534);
    try {
      expect(await both(join(dir, "new.json"))).toMatch(/permission denied$/);
      expect(await both(path)).toMatch(/permission denied$/);
    } finally {
      if (root) process.seteuid?.(0);
    }
    chmodSync(dir, 0o755);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(dir)).toEqual(["model.json"]);
  });

  it.runIf(existsSync("/proc/self"))("a folder that takes no files, root or not", async () => {
    expect(await both("/proc/m.json")).toMatch(/^cannot write '\/proc\/m.json': /);
  });

  it("leaves no trace when all is well", async () => {
    const { dir, path } = home();
    await assertWritable(path);
    await assertWritable(join(dir, "new.json"));
    expect(readdirSync(dir)).toEqual(["model.json"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });
});

describe("a disk that is really full", () => {
  const disk = mkdtempSync(join(folder, "disk-"));
  const mounted = mount(disk);
  afterAll(() => {
    if (mounted) execFileSync("umount", [disk]);
  });

  it.runIf(mounted).each(["table.csv", "table.parquet", "table.jsonl.gz"])("keeps the old %s", async (name) => {
    const values = Array.from({ length: 100_000 }, (_, i) => `${Math.sin(i)}`);
    const added: Column[] = [{ name: "b", type: "text", values }];
    const table = file("large.csv", `a\n${values.join("\n")}\n`);
    writeFileSync(join(disk, name), "old");
    const write = withTable(table, {}, (open) => writeTable(open, added, { path: join(disk, name) }));
    const said = await refused(write);
    expect(said).toMatch(/^cannot write .*: the disk is full$/);
    expect(readFileSync(join(disk, name), "utf8")).toBe("old");
    expect(readdirSync(disk).filter((entry) => entry.startsWith("."))).toEqual([]);
  });
});

/** Mounts a disk of 64 kB, where the machine lets us. */
function mount(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
