/**
 * What an op with a kernel of its own costs: these six files, and no seventh. A forgotten one does not compile: the kernel's
 * name comes from its constant, which types the witnesses and the languages, and which the compiler of `assembly/` looks for.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const PACKAGES = resolve(import.meta.dirname, "../../..");
const FOLDERS = [
  "core/src",
  "core/assembly",
  "core/test/support",
  "interchange/src",
  "view/src",
  "tables/src",
  "blas/src",
];

/** Files that name functions for another reason. */
const OTHERS: Readonly<Record<string, string>> = {
  "core/src/explain/latex/characters.ts": "how TeX calls functions that it knows; others are set upright",
  "core/src/index.ts": "the list of what is given away, kernel or none",
  "tables/src/formula/functions.ts": "what formulas call functions",
  "tables/src/cross-validation/student.ts": "the chances of Student's distribution, no derivative",
  "interchange/src/emit/names.ts": "names that the languages' own libraries take, whatever kernels there are",
  "core/test/support/mgh/systems.ts": "a test problem that is made of it",
};

const filesThatName = (pattern: RegExp): string[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(join(PACKAGES, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && pattern.test(readFileSync(join(entry.parentPath, entry.name), "utf8")))
      .map((entry) => relative(PACKAGES, join(entry.parentPath, entry.name))),
  )
    .filter((file) => !(file in OTHERS))
    .sort();

test("a sample, arctan, stands in six files", () => {
  expect(filesThatName(/\b(?:atan|M_ATAN)\b/)).toEqual([
    "core/assembly/elementwise/rare.ts",
    "core/src/autodiff/complex-step.ts",
    "core/src/graph/elementwise-kernels.ts",
    "core/src/ops/elementary.ts",
    "core/test/support/op-table.ts",
    "interchange/src/emit/functions.ts",
  ]);
});

test("a kernel that assembly forgets does not compile", () => {
  const folder = mkdtempSync(join(tmpdir(), "kernels-"));
  try {
    const core = join(PACKAGES, "core");
    for (const part of ["assembly", "src/graph", "src/engines/wasm/opcodes.ts", "asconfig.json"])
      cpSync(join(core, part), join(folder, part), { recursive: true });
    symlinkSync(join(PACKAGES, "../node_modules"), join(folder, "node_modules"));
    const numbers = join(folder, "src/graph/elementwise-kernels.ts");
    writeFileSync(numbers, `${readFileSync(numbers, "utf8")}\nexport const M_FORGOTTEN = 87;\n`);
    const compile = (): string => {
      const asc = join(folder, "node_modules/assemblyscript/bin/asc.js");
      const files = ["assembly/index.ts", "--config", "asconfig.json", "--transform", "./assembly/every-opcode.mjs"];
      return execFileSync(process.execPath, [asc, ...files, "--noEmit"], {
        cwd: folder,
        encoding: "utf8",
        stdio: "pipe",
      });
    };
    expect(compile).toThrow("assembly/ has no case for M_FORGOTTEN");
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
