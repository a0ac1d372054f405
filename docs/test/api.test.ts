/** The API reference is made of docstrings: every symbol that a package publishes has one. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { entryPoints } from "../.vitepress/entry-points.js";

/** The compiler that typedoc uses: the packages' own has no interface to programs. */
const ts: typeof import("../node_modules/typescript/lib/typescript.d.ts") = createRequire(
  resolve(import.meta.dirname, "../package.json"),
)("typescript");
const ROOT = resolve(import.meta.dirname, "../..");

/** What a package publishes without a word, as "@chaingrad/core: parameterInputs (packages/core/src/…)". */
function undocumented(): string[] {
  const files = entryPoints.map(({ file }) => file);
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(resolve(ROOT, "docs/tsconfig.json"), (path) => readFileSync(path, "utf8")).config,
    ts.sys,
    resolve(ROOT, "docs"),
  );
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return entryPoints.flatMap(({ name, file }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
    if (module === undefined) throw new Error(`${file} is no module`);
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (symbol.getDocumentationComment(checker).length > 0) return [];
      const source = symbol.declarations?.[0]?.getSourceFile();
      // A module that is given away by a name says at its head what it is.
      if (symbol.flags & ts.SymbolFlags.ValueModule && source?.text.startsWith("/** ")) return [];
      const place = source?.fileName ?? file;
      return [`${name}: ${exported.name} (${relative(ROOT, place)})`];
    });
  });
}

test("every public symbol has a docstring", () => {
  expect(entryPoints.length).toBeGreaterThan(15);
  expect(undocumented()).toEqual([]);
}, 120_000);
