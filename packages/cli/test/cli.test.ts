/** What all commands have in common: help, exit status, suggestions, closed pipes, and what is not loaded. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { reportFailure } from "../src/output/failure.ts";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const BIN = resolve(import.meta.dirname, "../bin/chaingrad.js");
const COMMANDS = [
  ...["train", "search", "cross-validate", "fit-curve", "predict", "evaluate", "calibrate", "uncertainty"],
  ...["importance", "dependence", "attribute", "suspects", "influence", "row-gradients"],
  ...["gradient", "check", "explain", "emit", "serve"],
];
const run = (...args: string[]) => runCli(args, { cwd: emptyFolder() });

describe("help", () => {
  test("lists the commands", async () => {
    const { status, stdout, stderr } = await run("--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test.each(COMMANDS)("of %s shows an example, --json and --quiet", async (name) => {
    const { status, stdout, stderr } = await run(name, "--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Examples?:\\n +(\\$ )?chaingrad ${name}`, "m"));
    for (const option of ["--json", "--quiet"]) expect(stdout).toContain(option);
  });

  test("is what one gets without a command, with status 2", async () => {
    const { status, stdout, stderr } = await run();
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("Usage: chaingrad");
  });
});

test("the version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, "../package.json"), "utf8"));
  expect(await run("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
});

test.each<[string, readonly string[], string]>([
  ["command", ["gradeint"], "gradient"],
  ["option", ["check", "net.json", "--jsom"], "--json"],
])("an unknown %s has status 2 and suggests the nearest", async (_, args, near) => {
  const { status, stdout, stderr } = await run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^chaingrad: unknown/);
  expect(stderr).toContain(`Did you mean ${near}?`);
});

test("an argument that is missing or too much has status 2", async () => {
  const missing = await run("gradient", "net.json");
  expect(missing.status).toBe(2);
  expect(missing.stderr).toContain("missing required argument 'BATCH.json'");
  expect(missing.stderr).toContain("chaingrad gradient --help");
  expect((await run("check", "a", "b")).status).toBe(2);
});

test("a reader that closes the pipe ends the command without a word", async () => {
  const child = spawn(process.execPath, [BIN, "explain", "--width", "200"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const status = await new Promise((done) => child.on("close", done));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test.skipIf(process.platform !== "linux")("a full disk behind standard output has status 2", async () => {
  const full = spawn("sh", ["-c", `"${process.execPath}" "${BIN}" explain > /dev/full`]);
  let stderr = "";
  full.stderr.on("data", (text) => {
    stderr += text;
  });
  expect(await new Promise((done) => full.on("close", done))).toBe(2);
  expect(stderr).toBe("chaingrad: cannot write to standard output: the disk is full\n");
});

test("a defect shows its stack, asks for a report and has status 70", () => {
  const written: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = (text: unknown) => written.push(String(text)) > 0;
  try {
    expect(reportFailure(new TypeError("what no test saw"))).toBe(70);
  } finally {
    process.stderr.write = write;
  }
  expect(written.join("")).toMatch(/TypeError: what no test saw\n {4}at .*Please report it/s);
});

describe("start-up", () => {
  const DIST = resolve(import.meta.dirname, "../dist");
  const read = (file: string): string => readFileSync(join(DIST, file), "utf8");
  /** What a file of the bundle loads before it runs. */
  const importsOf = (file: string): string[] =>
    [...read(file).matchAll(/(?:^|[;}])(?:import|export)(?:[^;"'()]*?from)?"([^"]+)"/g)].map(([, path]) => path);
  /** Everything that loading this file loads, apart from dynamic imports. */
  const loaded = (file: string, seen = new Set<string>()): Set<string> => {
    for (const path of importsOf(file)) {
      if (seen.has(path)) continue;
      seen.add(path);
      if (path.startsWith(".")) loaded(path, seen);
    }
    return seen;
  };
  const files = readdirSync(DIST).filter((name) => name.endsWith(".js"));

  /** Files that load koffi when they are loaded themselves. */
  const callsLibraries = files.filter((file) => /createRequire\(import\.meta\.url\)\([`"]koffi/.test(read(file)));

  test("the reader of imports sees them", () => {
    expect([...loaded("explain.js")]).toEqual(expect.arrayContaining(["./common.js", "node:fs/promises"]));
    expect(importsOf("emit.js")).toContain("string-width");
    expect(files.some((file) => read(file).includes("@duckdb/node-api"))).toBe(true);
    expect(callsLibraries.length).toBeGreaterThan(0);
  });

  test("each command is a file, and what it loads are few", () => {
    expect(files).toEqual(expect.arrayContaining(COMMANDS.map((name) => `${name}.js`)));
    const own = [...loaded("main.js"), ...loaded("explain.js")].filter((path) => path.startsWith("."));
    expect(new Set(own).size).toBeLessThan(20);
  });

  test.each(["main", ...COMMANDS])("%s loads nothing native", (name) => {
    const found = loaded(`${name}.js`);
    const native = ["@duckdb/node-api", "koffi", ...callsLibraries.map((file) => `./${file}`)];
    expect(native.filter((path) => found.has(path))).toEqual([]);
    // Its tables of all characters are wanted by few runs, but for comments in programs.
    if (name !== "emit") expect([...found]).not.toContain("string-width");
  });

  test.each(["main", "gradient", "check", "explain", "emit"])("%s does not load the readers of tables", (name) => {
    const readers = files.filter((file) => read(file).includes("@duckdb/node-api"));
    expect(readers.filter((file) => loaded(`${name}.js`).has(`./${file}`))).toEqual([]);
  });

  test("no file loads another package than those that are installed with it", () => {
    const { dependencies } = JSON.parse(readFileSync(resolve(DIST, "../package.json"), "utf8"));
    const others = files.flatMap(importsOf).filter((path) => !path.startsWith("./") && !isBuiltin(path));
    expect(others.filter((path) => !Object.hasOwn(dependencies, path))).toEqual([]);
  });
});
