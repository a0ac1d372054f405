/**
 * What each package gives away, name by name: nothing leaks unseen, and no two entries have a name for two things. A change
 * here is a change of the public surface, and belongs in the packages' READMEs and in a decision.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const PACKAGES = resolve(import.meta.dirname, "../packages");

interface Name {
  readonly name: string;
  /** The file that declares it, and what it is called there. */
  readonly from: string;
}

const EXPORTED = /^export (?:type )?\{([^}]*)\}(?: from "([^"]+)")?;/gm;
const MODULE = /^export \* as (\w+) from "([^"]+)";/gm;
const DECLARED = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;

/** The names that a module exports, from the text of its exports; `export *` is refused. */
function namesOf(file: string): Name[] {
  const text = readFileSync(file, "utf8");
  if (/^export (?:type )?\*(?! as)/m.test(text)) throw new Error(`${file}: 'export *' says not what it exports`);
  const declared = [...text.matchAll(DECLARED)].map(([, name]) => ({ name, from: `${file}#${name}` }));
  const passedOn = [...text.matchAll(EXPORTED)].flatMap(([, list, specifier]) =>
    list
      .split(",")
      .map((part) => part.trim().replace(/^type /, ""))
      .filter((part) => part !== "")
      .map((part) => {
        const [own, name = own] = part.split(" as ");
        return { name, from: origin(file, specifier, own) };
      }),
  );
  const modules = [...text.matchAll(MODULE)].map(([, name, specifier]) => ({ name, from: `${file}#${specifier}` }));
  return [...declared, ...passedOn, ...modules];
}

/** Where a name is declared at last: through entries of ours, too. */
function origin(file: string, specifier: string | undefined, name: string): string {
  if (specifier === undefined) return `${file}#${name}`;
  const target = specifier.startsWith(".") ? resolve(dirname(file), specifier) : sources.get(specifier);
  if (target === undefined) return `${specifier}#${name}`;
  return namesOf(target).find((other) => other.name === name)?.from ?? `${target}#${name}`;
}

/** Every entry of every package that is a module: "@chaingrad/core/check" and its source. */
const entries = readdirSync(PACKAGES).flatMap((folder): [string, string][] => {
  const manifest = join(PACKAGES, folder, "package.json");
  if (!existsSync(manifest)) return [];
  const { name, exports = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  return Object.entries<Record<string, string>>(exports).flatMap(([path, hosts]): [string, string][] =>
    typeof hosts === "object" ? [[path.replace(".", name), join(PACKAGES, folder, hosts["@chaingrad/source"])]] : [],
  );
});

const sources = new Map(entries);

test.each(entries)("%s", (_, source) => {
  const names = namesOf(source)
    .map(({ name }) => name)
    .sort();
  expect(names.filter((name, i) => name === names[i - 1])).toEqual([]);
  expect(names.join(" ")).toMatchSnapshot();
});

/** One interface with two implementations, of which a program takes the one of its host (decision 27). */
const TWOFOLD = ["readTable"];

test("no name means two things in two entries", () => {
  const meanings = new Map<string, Set<string>>();
  for (const [, source] of entries) {
    for (const { name, from } of namesOf(source)) meanings.set(name, (meanings.get(name) ?? new Set()).add(from));
  }
  const twofold = [...meanings].filter(([, from]) => from.size > 1).map(([name]) => name);
  expect(twofold.sort()).toEqual(TWOFOLD);
});
