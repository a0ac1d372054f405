/**
 * Every block of every page: TypeScript is checked by the compiler and run, commands are run, and what a page says that they
 * print is what they print. Pages that take minutes are run by blocks.long.ts.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pages } from "./support/pages.ts";
import { programsOf, sourceOf } from "./support/programs.ts";
import { blockAt, ELSEWHERE, runStories } from "./support/stories.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RUN = new Set(["ts", "sh", "console", "text", ""]);

test("each block is run, or says why not", () => {
  for (const { file, blocks } of pages) {
    if (ELSEWHERE.test(file)) continue;
    const silent = blocks.filter(({ kind, language }) => kind === "text" && !RUN.has(language));
    expect.soft(silent.map(blockAt), `${file}: neither run nor marked with unrun="why"`).toEqual([]);
    const unfounded = blocks.filter(({ kind, reason = "" }) => kind === "unrun" && reason.length < 10);
    expect.soft(unfounded.map(blockAt), `${file}: no reason`).toEqual([]);
  }
  const all = pages.flatMap(({ blocks }) => blocks);
  const unrun = all.filter(({ kind }) => kind === "unrun");
  expect(unrun.length).toBeLessThan(all.length / 10);
});

describe("TypeScript", () => {
  const folder = mkdtempSync(join(tmpdir(), "chaingrad-docs-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("compiles, against what the packages publish", () => {
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    for (const page of pages) {
      const programs = [...programsOf(page), ...programsOf(page, "page")];
      for (const program of programs) {
        const file = join(folder, page.file, `block${program.blocks[0].number}.ts`);
        mkdirSync(join(folder, page.file), { recursive: true });
        // A block without an import would be a script, and see the others' names.
        writeFileSync(file, `${sourceOf(program)}\nexport {};\n`);
      }
    }
    const compilerOptions = { strict: true, noEmit: true, target: "es2022", module: "nodenext", types: ["node"] };
    const lib = ["es2023", "dom", "dom.iterable", "dom.asynciterable"];
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...compilerOptions, lib, skipLibCheck: true }, include: ["**/*.ts"] }),
    );
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    try {
      execFileSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], { cwd: folder, encoding: "utf8" });
    } catch (error) {
      expect.fail((error as { stdout: string }).stdout);
    }
  }, 120_000);
});

describe("blocks run in their order, and print what is shown", () => runStories("quick"));
