/** What each package says of the versions of Node that run it is true of everything it depends on. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Entry {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
  readonly link?: boolean;
  readonly resolved?: string;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
const lock: Readonly<Record<string, Entry>> = read("package-lock.json").packages;

type Version = readonly [major: number, minor: number, patch: number];

/** Whether a version is in a range as packages write them: "^20.19.0 || >= 22.12". Throws at what it does not know. */
function accepts(range: string, version: Version): boolean {
  return range.split("||").some((part) => {
    const [, sign, numbers] = /^\s*(>=|\^|)\s*v?(\d+(?:\.\d+){0,2})(?:\.x)?\s*$/.exec(part) ?? [];
    if (numbers === undefined) throw new Error(`engines: '${part}' is a range that this test does not know`);
    const [major, minor = 0, patch = 0] = numbers.split(".").map(Number);
    const isAtLeast = [version[0] - major, version[1] - minor, version[2] - patch].find((d) => d !== 0) ?? 0;
    return isAtLeast >= 0 && (sign === ">=" || version[0] === major);
  });
}

/** Versions of Node on both sides of every border that a range draws. */
const VERSIONS: readonly Version[] = Array.from({ length: 12 }, (_, i) => 16 + i).flatMap((major) =>
  Array.from({ length: 32 }, (_, minor): Version => [major, minor, 0]),
);

/** The lock's entries of a package, and of all that it needs, by the folders that Node looks into. */
function needed(path: string, withTools: boolean, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const { dependencies, optionalDependencies, devDependencies } = lock[path];
  const tools = withTools ? devDependencies : {};
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...tools })) {
    for (let folder = path; ; folder = folder.replace(/(^|\/)[^/]*$/, "")) {
      const found = `${folder}${folder && "/"}node_modules/${name}`;
      const entry = lock[found];
      if (entry) needed(entry.link ? (entry.resolved as string) : found, false, seen);
      if (entry || folder === "") break;
    }
  }
  return seen;
}

/**
 * Loaded by nobody who runs a package: fastify's way to answer requests that come from no network, for tests, has it alone
 * (docs/decisions/0050-serve.md).
 */
const NEVER_LOADED = ["node_modules/cookie"];

/** Which versions a package promises that something it needs refuses. */
function broken(path: string, withTools: boolean): string[] {
  const own = lock[path].engines?.node as string;
  const others = [...needed(path, withTools)].filter((other) => !NEVER_LOADED.includes(other));
  return others.flatMap((other) => {
    const range = lock[other].engines?.node;
    const refused = range && VERSIONS.find((version) => accepts(own, version) && !accepts(range, version));
    return refused ? [`${other} needs ${range}, not ${refused.join(".")}`] : [];
  });
}

const PACKAGES = Object.keys(lock).filter((path) => path.startsWith("packages/"));

test.each(PACKAGES)("%s runs where it says it does", (path) => {
  // What the command is bundled of runs where it does, too.
  expect(broken(path, path === "packages/cli")).toEqual([]);
  expect(lock[path].engines).toEqual(read(`${path}/package.json`).engines);
});

test("so does the whole repository, with its tools", () => {
  // KaTeX's own command, which nothing here runs.
  expect(broken("", true)).toEqual(["node_modules/katex/node_modules/commander needs >=22.12.0, not 20.19.0"]);
  expect(lock[""].engines).toEqual(read("package.json").engines);
});

test("what is compared is all there is, and a promise too much is found", () => {
  expect(PACKAGES.length).toBeGreaterThan(2);
  expect(needed("packages/cli", true).size).toBeGreaterThan(50);
  expect([...needed("packages/cli", true)]).toEqual(
    expect.arrayContaining(["packages/core", "node_modules/koffi", "node_modules/linkedom", "node_modules/boolbase"]),
  );
  expect(accepts(">=20", [20, 0, 0])).toBe(true);
  expect(accepts("^20.19.0 || >=22.12.0", [22, 11, 0])).toBe(false);
  expect(accepts("^20.19.0 || >=22.12.0", [21, 5, 0])).toBe(false);
  expect(accepts(">= 20.19.0", [20, 18, 0])).toBe(false);
  expect(() => accepts("<21", [20, 0, 0])).toThrow("does not know");
});

test("what the READMEs say is what the packages say", () => {
  const first = (path: string) =>
    /Node (\d+(?:\.\d+)?)/.exec(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"))?.[1];
  for (const name of PACKAGES) {
    const said = (first(`${name}/README.md`) as string).split(".").map(Number);
    const [major, minor = 0] = said;
    const own = lock[name].engines?.node as string;
    expect([
      accepts(own, [major, minor, 0]),
      accepts(own, minor > 0 ? [major, minor - 1, 0] : [major - 1, 31, 0]),
    ]).toEqual([true, false]);
  }
  expect(first("README.md")).toBe("20.19");
});
