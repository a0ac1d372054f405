/** What all commands have in common: help, exit status, suggestions, closed pipes, and what is not loaded. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { reportFailure } from "../src/output/failure.ts";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const BIN = resolve(import.meta.dirname, "../bin/chaingrad.js");
const COMMANDS = ["train", "fit-curve", "predict", "evaluate", "gradient", "check", "explain", "emit"];
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
  const importsOf = (file: string): string[] =>
    [...readFileSync(file, "utf8").matchAll(/^(?:import|export)(?:[^;]*? from)? "([^"]+)";$/gms)].map(
      ([, path]) => path,
    );
  /** The file that an import means, where it is one of ours; `@chaingrad/duckdb/files` and the like by its package.json. */
  const fileOf = (path: string, importer: string): string | undefined => {
    if (path.startsWith(".")) return join(dirname(importer), path);
    const [, name, entry] = /^@chaingrad\/([^/]+)(.*)$/.exec(path) ?? [];
    if (name === undefined) return undefined;
    const folder = resolve(import.meta.dirname, "../..", name);
    const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return join(folder, exports[`.${entry}`].default);
  };
  /** Everything that loading this file loads, apart from dynamic imports. */
  const loaded = (file: string, seen = new Set<string>()): Set<string> => {
    for (const path of importsOf(file)) {
      const own = fileOf(path, file);
      const next = own ?? path;
      if (seen.has(next)) continue;
      seen.add(next);
      if (own !== undefined) loaded(own, seen);
    }
    return seen;
  };

  test("the reader of imports sees them", () => {
    expect([...loaded(join(DIST, "commands/gradient.js"))]).toContain(join(DIST, "output/line.js"));
    const ours = resolve(DIST, "../../duckdb/dist");
    expect([...loaded(join(DIST, "commands/train.js"))]).toContain(join(ours, "duckdb.js"));
    expect([...loaded(join(DIST, "main.js"))]).toContain(join(ours, "files/temporary.js"));
  });

  test.each(["main.js", ...["gradient", "check", "explain", "emit"].map((name) => `commands/${name}.js`)])(
    "%s does not load the readers of tables",
    (file) => {
      expect([...loaded(join(DIST, file))]).not.toContain(resolve(DIST, "../../duckdb/dist/read.js"));
    },
  );

  test.each([
    "main.js",
    ...readdirSync(join(DIST, "commands"))
      .filter((name) => name.endsWith(".js"))
      .map((name) => `commands/${name}`),
  ])("%s does not load DuckDB", (file) => {
    expect([...loaded(join(DIST, file))]).not.toContain("@duckdb/node-api");
  });
});
