/** Each result goes into a file of its own, and none into what is read, under whatever names. */
import { spawnSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { assertOutputs } from "../src/given/distinct.ts";
import { BIN, emptyFolder } from "./support/run-cli.ts";

// A folder of this name stands for a disk that takes capitals and small letters for one, which few systems can mount.
const FOLDS = "takes-case-for-one";
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const lstat = async (path: string) => {
    const [, folder, name] = new RegExp(`^(.*${FOLDS}.*)/(.*)$`).exec(path) ?? [];
    const stored = folder && (await real.readdir(folder)).find((entry) => entry.toLowerCase() === name.toLowerCase());
    return real.lstat(stored ? join(folder, stored) : path);
  };
  return { ...real, lstat };
});

const folder = emptyFolder();

/** A folder with a table, a folder inside it, and links. */
function home(name = "distinct"): string {
  const dir = mkdtempSync(join(folder, name));
  mkdirSync(join(dir, "sub"));
  mkdirSync(join(dir, "sub/deep"));
  writeFileSync(join(dir, "t.csv"), "a,b\n1,2\n");
  linkSync(join(dir, "t.csv"), join(dir, "hard"));
  symlinkSync("t.csv", join(dir, "soft"));
  symlinkSync("new", join(dir, "dangling"));
  symlinkSync(join(dir, "dangling"), join(dir, "again"));
  symlinkSync("sub/deep", join(dir, "deep"));
  symlinkSync(".", join(dir, "here"));
  return dir;
}

const judge = (dir: string, out: string, report: string | undefined, input?: string): Promise<void> => {
  const at = (path: string | undefined) => (path === undefined || path.startsWith("/") ? path : `${dir}/${path}`);
  return assertOutputs({ "--out": at(out), "--report": at(report) }, [at(input)]);
};

describe("two results in one file are refused", () => {
  test.each([
    ["the same name", "new", "new"],
    ["another spelling", "new", "./new"],
    ["by way of a folder and back", "new", "sub/../new"],
    ["by way of a link to the folder", "new", "here/new"],
    ["by way of a link's own parent", "sub/new", "deep/../new"],
    ["a link to a file that comes only now", "new", "dangling"],
    ["a link to such a link", "again", "new"],
    ["a file and a link to it", "t.csv", "soft"],
    ["two names of one file", "hard", "t.csv"],
  ])("%s", async (_, out, report) => {
    const dir = home();
    const before = readdirSync(dir);
    await expect(judge(dir, out, report)).rejects.toThrow(
      `--out '${dir}/${out}' and --report '${dir}/${report}' go into the same file: one result would destroy the other`,
    );
    expect(readdirSync(dir)).toEqual(before);
  });

  test.each([
    ["Model", "model"],
    ["sub/m.HTML", "sub/M.html"],
    ["Ärger", "ärger"],
  ])("'%s' and '%s' on a disk that takes them for one name", async (out, report) => {
    const dir = home(FOLDS);
    await expect(judge(dir, out, report)).rejects.toThrow("go into the same file");
    await judge(home(), out, report); // and not where they are two
    expect(readdirSync(dir).filter((name) => name.startsWith(".chaingrad"))).toEqual([]);
  });
});

test.each([
  ["new", "other"],
  ["new", "sub/new"],
  ["t.csv", "new"],
  ["deep/../new", "new"],
  ["/dev/null", "/dev/null"],
])("'%s' and '%s' are two files", async (out, report) => {
  await judge(home(), out, report);
});

test.each([
  ["t.csv", "t.csv"],
  ["./t.csv", "t.csv"],
  ["soft", "t.csv"],
  ["hard", "soft"],
  ["here/here/t.csv", "t.csv"],
])("writing '%s' where '%s' is read is refused", async (out, input) => {
  const dir = home();
  const message = `--out '${dir}/${out}' is the file that is read ('${dir}/${input}'): writing it would destroy that`;
  await expect(judge(dir, out, undefined, input)).rejects.toThrow(message);
  await judge(dir, "new", "other", input);
  expect(readFileSync(join(dir, "t.csv"), "utf8")).toBe("a,b\n1,2\n");
});

/** In a shell, which sends standard output where it is told. */
const shell = (dir: string, line: string) =>
  spawnSync("sh", ["-c", line.replace("chaingrad", `'${process.execPath}' '${BIN}'`)], { cwd: dir, encoding: "utf8" });

test.each([
  ["chaingrad train t.csv --target b --out z --report ./z", "--out 'z' and --report './z' go into the same file"],
  ["chaingrad train t.csv --target b --report t.safetensors", "go into the same file"],
  ["chaingrad train t.csv --target b --out new > new", "standard output and --out 'new' go into the same file"],
  ["chaingrad train - --target b --out t.csv < t.csv", "--out 't.csv' is the file that is read ('-')"],
  ["chaingrad predict m t.csv --out soft", "--out 'soft' is the file that is read ('t.csv')"],
  ["chaingrad predict m t.csv >> t.csv", "standard output is the file that is read ('t.csv')"],
  ["chaingrad predict m t.csv --out m", "--out 'm' is the file that is read ('m')"],
  ["chaingrad evaluate m t.csv >> m", "standard output is the file that is read ('m')"],
  ["chaingrad explain net.json b.json >> b.json", "standard output is the file that is read ('b.json')"],
  ["chaingrad check net.json --batch b.json >> b.json", "standard output is the file that is read ('b.json')"],
  ["chaingrad emit net.json --out here/net.json", "is the file that is read ('net.json')"],
  ["chaingrad gradient net.json b.json --out ./b.json", "is the file that is read ('b.json')"],
  ["chaingrad fit-curve t.csv --model c*a --target b --start c=1 >> hard", "is the file that is read ('t.csv')"],
])("%s is refused before any work", (line, why) => {
  const dir = home();
  for (const name of ["m", "net.json", "b.json"]) writeFileSync(join(dir, name), "precious");
  const before = readdirSync(dir);
  const { status, stderr } = shell(dir, line);
  expect(stderr).toContain(why);
  expect(status).toBe(2);
  expect(readdirSync(dir).filter((name) => !before.includes(name) && name !== "new")).toEqual([]);
  for (const name of ["m", "net.json", "b.json"]) expect(readFileSync(join(dir, name), "utf8")).toBe("precious");
});
