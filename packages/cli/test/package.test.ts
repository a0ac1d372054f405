/** What `npm publish` would send of each package: all that it needs, its licence and a README that works, no more. */
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

const manifest = (folder: string) => JSON.parse(readFileSync(join(ROOT, "packages", folder, "package.json"), "utf8"));
/** Each package's folder, by its name. */
const FOLDERS = new Map(readdirSync(join(ROOT, "packages")).map((folder) => [manifest(folder).name as string, folder]));

interface Packed {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}

const options = ["--dry-run", "--json", "--offline", "--no-update-notifier", "--no-foreground-scripts"];
/** Other workspaces (the site of the documentation) are published by nobody. */
const workspaces = [...FOLDERS.values()].flatMap((folder) => ["--workspace", `packages/${folder}`]);
const answer = execFileSync("npm", ["pack", ...workspaces, ...options], {
  cwd: ROOT,
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
});
const packages = Object.values<Packed>(JSON.parse(answer));

/** Everything that a part of package.json points to, but the sources, which are for this repository. */
function targets(part: unknown): string[] {
  if (typeof part === "string") return [part.replace(/^\.\//, "")];
  return Object.entries((part ?? {}) as object).flatMap(([name, inner]) =>
    name === "@chaingrad/source" ? [] : targets(inner),
  );
}

test("all packages are packed", () => {
  expect(packages.map(({ name }) => name).sort()).toEqual([
    "@chaingrad/blas",
    "@chaingrad/core",
    "@chaingrad/duckdb",
    "@chaingrad/interchange",
    "@chaingrad/native",
    "@chaingrad/serve",
    "@chaingrad/tables",
    "@chaingrad/view",
    "chaingrad",
  ]);
});

test.each(packages)("$name holds what it needs, and nothing else", ({ name, files }) => {
  const { exports, imports, bin } = manifest(FOLDERS.get(name) as string);
  const paths = files.map(({ path }) => path);
  const needed = ["LICENSE", "README.md", "package.json", ...targets(exports), ...targets(imports), ...targets(bin)];
  expect(paths).toEqual(expect.arrayContaining(needed));
  // The command is whole: its kernels, those for a platform too, and the licences of what it was made of.
  const own =
    name === "chaingrad"
      ? /^dist\/(?:[\w.-]+\.js|(?:kernels|linalg)[\w.]*\.wasm|[a-z]+-\w+\.so|LICENSES\.txt)$/
      : /^dist\/.*(\.js|\.d\.ts)$|^dist\/[a-z]+-\w+\.so$/;
  const other = paths.filter((path) => !needed.includes(path) && !own.test(path));
  expect(other).toEqual([]);
  expect(paths.filter((path) => path.includes("readme/"))).toEqual([]);
});

test("the command's README works line by line", async () => {
  const readme = readFileSync(resolve(import.meta.dirname, "../README.md"), "utf8");
  const lines = [...readme.matchAll(/^npx chaingrad (.*)$/gm)].map(([, line]) =>
    Array.from(line.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word),
  );
  expect(lines.length).toBeGreaterThan(2);
  const cwd = emptyFolder();
  copyFileSync(join(DATA, "iris.csv"), join(cwd, "iris.csv"));
  for (const line of lines) {
    const { status, stderr } = await runCli(line, { cwd });
    expect(status, `${line.join(" ")}: ${stderr}`).toBe(0);
  }
});
