/** Packages and folders are concepts, and imports run downward only: no upward arrow, no cycle, no heap of files. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const PACKAGES = resolve(import.meta.dirname, "../packages");

/** What each package may see besides itself, in its sources and among its dependencies; what may be seen stands above. */
const PACKAGE_MAY_SEE: Record<string, readonly string[]> = {
  core: [],
  blas: ["core"],
  native: ["core"],
  mpi: ["core"],
  tables: ["core"],
  view: ["core", "tables"],
  interchange: ["core", "tables"],
  duckdb: ["core", "tables"],
  serve: ["core", "tables"],
  cli: ["core", "blas", "native", "mpi", "tables", "view", "interchange", "duckdb", "serve"],
  studio: ["core", "tables", "view", "interchange", "duckdb"],
};

/** The same for the folders of core. Of `engines`, training sees the interface alone. */
const FOLDER_MAY_SEE: Record<string, readonly string[]> = {
  given: [],
  graph: [],
  linalg: [],
  ops: ["given", "graph"],
  autodiff: ["given", "graph", "ops"],
  nn: ["given", "graph", "ops", "autodiff"],
  optim: ["given", "graph", "ops", "autodiff", "nn", "linalg"],
  compile: ["given", "graph", "ops"],
  engines: ["given", "graph", "ops", "compile", "linalg"],
  explain: ["given", "graph", "ops", "autodiff", "compile"],
  train: ["given", "graph", "ops", "autodiff", "nn", "optim", "engines/engine.ts"],
  net: ["given", "graph", "ops", "autodiff", "nn", "engines", "explain", "train/objective.ts", "train/model.ts"],
  check: ["given", "graph", "ops", "autodiff", "nn", "engines", "net"],
  model: ["given", "graph", "nn", "engines/engine.ts", "train"],
  diagnosis: ["given", "graph", "ops", "autodiff", "nn", "engines/engine.ts", "linalg", "train"],
  checkpoint: ["given", "graph", "nn", "train", "model"],
  "second-order": [
    ...["given", "graph", "ops", "autodiff", "nn", "optim", "engines/engine.ts", "linalg", "train"],
    ...["diagnosis", "checkpoint"],
  ],
  pool: ["given", "graph", "nn", "optim", "engines", "linalg", "train", "second-order/on-demand.ts"],
  together: ["given", "graph", "ops", "autodiff", "nn", "optim", "engines/engine.ts", "train"],
};

/** What a file below loads from above, and only when it is asked for: a page that does not ask does not pay. */
const LOADED_WHEN_ASKED_FOR = ["train/fit.ts → second-order/on-demand.ts"];

/** A folder of more files holds more than one concept. */
const MOST_FILES = 20;

const SOURCE = /\.(?:ts|svelte)$/;
const AT_ONCE = /^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm;
const LATER = /\bimport\(\s*"([^"]+)"/g;

const packages = readdirSync(PACKAGES).filter((name) => existsSync(join(PACKAGES, name, "package.json")));

interface Manifest {
  readonly name: string;
  readonly imports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
const manifests = new Map<string, Manifest>(
  packages.map((name) => [name, JSON.parse(readFileSync(join(PACKAGES, name, "package.json"), "utf8"))]),
);
const folderOfName = new Map([...manifests].map(([folder, { name }]) => [name, folder]));

/** The package that a specifier names, by its folder; undefined for what is not ours. */
const ours = (specifier: string): string | undefined => {
  const [first, second] = specifier.split("/");
  return folderOfName.get(first.startsWith("@") ? `${first}/${second}` : first);
};

/** All texts in a part of package.json. */
const textsIn = (part: unknown): string[] =>
  typeof part === "string" ? [part] : Object.values((part ?? {}) as object).flatMap(textsIn);

/** Files of this repository that an import may mean, from `packages`: one, or with `#name` that of each host. */
function meant(specifier: string, file: string): string[] {
  if (specifier.endsWith(".wasm")) return []; // what the build made
  if (specifier.startsWith(".")) return [relative(PACKAGES, resolve(PACKAGES, dirname(file), specifier))];
  const [name] = file.split("/");
  const part = manifests.get(name)?.imports?.[specifier] as Record<string, unknown> | undefined;
  return textsIn(part?.["@chaingrad/source"]).map((path) => join(name, path));
}

interface Imports {
  /** As they are written. */
  readonly specifiers: readonly string[];
  /** Files that are loaded with this one, and those that it loads later. */
  readonly atOnce: readonly string[];
  readonly later: readonly string[];
}

function read(file: string): Imports {
  const text = readFileSync(join(PACKAGES, file), "utf8");
  const specifiersOf = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, specifier]) => specifier);
  const [now, then] = [specifiersOf(AT_ONCE), specifiersOf(LATER)];
  const files = (specifiers: string[]): string[] => specifiers.flatMap((specifier) => meant(specifier, file));
  return { specifiers: [...now, ...then], atOnce: files(now), later: files(then) };
}

const filesUnder = (folder: string): string[] =>
  existsSync(join(PACKAGES, folder))
    ? readdirSync(join(PACKAGES, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(PACKAGES, join(entry.parentPath, entry.name)))
    : [];
const sources = packages.flatMap((name) => filesUnder(`${name}/src`)).filter((file) => SOURCE.test(file));
const graph = new Map(sources.map((file) => [file, read(file)]));

/** Arrows between different folders of core that its table does not have; entry points see all, and nobody sees them. */
function upward(kind: "atOnce" | "later"): string[] {
  const inCore = (file: string): string => relative("core/src", file);
  return [...graph].flatMap(([path, imports]) => {
    const file = inCore(path);
    const [folder] = file.split("/");
    if (!path.startsWith("core/") || !file.includes("/")) return [];
    return imports[kind]
      .map(inCore)
      .filter((other) => other.split("/")[0] !== folder)
      .filter((other) => !FOLDER_MAY_SEE[folder]?.some((may) => other === may || other.startsWith(`${may}/`)))
      .map((other) => `${file} → ${other}`);
  });
}

describe("the reader of imports", () => {
  test("sees them, of each kind", () => {
    expect(graph.get("core/src/autodiff/reverse.ts")?.atOnce).toContain("core/src/graph/expr.ts");
    expect(graph.get("core/src/train/fit.ts")?.later).toContain("core/src/second-order/on-demand.ts");
    expect(graph.get("core/src/engines/wasm/wasm.ts")?.atOnce).toContain("core/src/engines/wasm/host/node.ts");
    expect(graph.get("core/src/engines/wasm/wasm.ts")?.atOnce).toContain("core/src/engines/wasm/host/browser.ts");
    expect(graph.get("tables/src/index.ts")?.atOnce.length).toBeGreaterThan(0);
    expect(graph.get("cli/src/main.ts")?.later).toContain("cli/src/commands/train.ts");
    expect([...graph].flatMap(([, { specifiers }]) => specifiers)).toContain("@chaingrad/core/curvature");
  });

  test("leads each to a file of the same package", () => {
    const lost = [...graph].flatMap(([file, { atOnce, later }]) =>
      [...atOnce, ...later]
        .filter((other) => !graph.has(other) || other.split("/")[0] !== file.split("/")[0])
        .map((other) => `${file} → ${other}`),
    );
    expect(lost).toEqual([]);
  });
});

describe("no arrow points upward", () => {
  test.each([
    ["packages", PACKAGE_MAY_SEE],
    ["folders of core", FOLDER_MAY_SEE],
  ])("in the table of %s", (_, table) => {
    const names = Object.keys(table);
    const wrong = Object.entries(table).flatMap(([name, seen]) =>
      seen
        .map((other) => other.split("/")[0])
        .filter((other) => !names.slice(0, names.indexOf(name)).includes(other))
        .map((other) => `${name} → ${other}`),
    );
    expect(wrong).toEqual([]);
  });

  test("the tables name all packages and all folders of core", () => {
    expect(packages.filter((name) => PACKAGE_MAY_SEE[name] === undefined)).toEqual([]);
    const entries = readdirSync(join(PACKAGES, "core/src"), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(new Set(folders)).toEqual(new Set(Object.keys(FOLDER_MAY_SEE)));
  });

  test("between packages", () => {
    const named = [...graph].flatMap(([file, { specifiers }]) => specifiers.map((specifier) => ({ file, specifier })));
    const needed = [...manifests].flatMap(([name, { dependencies, optionalDependencies, peerDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).map((specifier) => ({
        file: `${name}/package.json`,
        specifier,
      })),
    );
    const wrong = [...named, ...needed].filter(({ file, specifier }) => {
      const [own] = file.split("/");
      const other = ours(specifier);
      return other !== undefined && !PACKAGE_MAY_SEE[own]?.includes(other);
    });
    expect(wrong).toEqual([]);
  });

  test("between folders of core", () => {
    expect(upward("atOnce")).toEqual([]);
    expect(new Set(upward("later"))).toEqual(new Set(LOADED_WHEN_ASKED_FOR));
  });
});

test("no cycle, not even by what is loaded later", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error(`a cycle: ${[...path.slice(path.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    const { atOnce, later } = graph.get(file) as Imports;
    for (const other of [...atOnce, ...later]) visit(other, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  expect(done.size).toBe(sources.length);
});

test(`no folder of more than ${MOST_FILES} files`, () => {
  const all = packages.flatMap((name) => [...filesUnder(`${name}/src`), ...filesUnder(`${name}/assembly`)]);
  const sizes = new Map<string, number>();
  for (const file of all) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1);
  const more = [...sizes].filter(([, files]) => files > MOST_FILES);
  expect(Object.fromEntries(more)).toEqual({});
});
