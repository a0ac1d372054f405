/**
 * Every block of every page: TypeScript is checked by the compiler and run, commands are run, and what a page says that they
 * print is what they print. A page is a story: its blocks run one after the other in one folder.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { folderWith, isConsole, missing, printedBy, shownIn } from "../../packages/cli/test/support/documents.ts";
import { type Block, type Page, pages } from "./support/pages.ts";
import { programsOf, runProgram, sourceOf } from "./support/programs.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Blocks that another test runs, in both languages. */
const ELSEWHERE = /^(backpropagation(\.zh)?\.md$|decisions\/)/;
const RUN = new Set(["ts", "sh", "console", "text", ""]);

const stories = pages.filter(({ file, blocks }) => !ELSEWHERE.test(file) && blocks.some(({ kind }) => kind !== "text"));
const blockAt = ({ number }: Block) => `block ${number}`;

/** The exit status that a block says its commands have. */
const statusOf = ({ info }: Block): number => Number(/\bstatus=(\d+)/.exec(info)?.[1] ?? 0);

/** A folder like a user's: with the page's files, the tables, and the packages installed. */
function workplace(page: Page): string {
  const folder = folderWith(page.blocks.filter(({ kind }) => kind === "file"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

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

/** Holds what is shown against what was printed. */
type Compare = (shown: readonly string[], printed: readonly string[], what: string) => void;

async function runCommands(block: Block, cwd: string, compare: Compare): Promise<void> {
  // What is measured for a page stays with it.
  const [status, cache] = [statusOf(block), join(cwd, ".cache")];
  if (block.kind === "console") {
    for (const { command, lines } of shownIn(block))
      compare(lines, await printedBy(command, { cwd, status, cache }), `${blockAt(block)}: $ ${command}`);
  }
  if (block.kind !== "shell") return;
  for (const line of block.body.trimEnd().replaceAll("\\\n", " ").split("\n")) {
    const [, command, file] = /^(?:npx )?(.*?)(?: > (\S+))?$/.exec(line) as RegExpExecArray;
    const printed = await printedBy(command, { cwd, status, cache });
    if (file !== undefined) writeFileSync(join(cwd, file), printed.join("\n"));
  }
}

async function run(page: Page, cwd: string, compare: Compare): Promise<void> {
  const programs = programsOf(page);
  for (const block of page.blocks) {
    await runCommands(block, cwd, compare);
    const program = programs.find(({ blocks }) => blocks[0] === block);
    if (program === undefined) continue;
    const printed = await runProgram(program, cwd);
    program.outputs.forEach((shown, i) => {
      if (shown) compare(shown.body.trimEnd().split("\n"), printed[i], blockAt(program.blocks[i]));
    });
  }
}

describe("blocks run in their order, and print what is shown", () => {
  test.concurrent.each(stories.map((page) => [page.file, page] as const))(
    "%s",
    async (_, page) => {
      const commands = page.blocks.filter((block) => isConsole(block) || block.kind === "shell");
      expect(commands.filter(({ body }) => !/^(\$ |npx )?chaingrad /.test(body))).toEqual([]);
      const wrong: string[] = [];
      const cwd = workplace(page);
      await run(page, cwd, (shown, printed, what) => {
        const piece = missing(shown, printed);
        if (piece !== undefined) wrong.push(`${what} prints\n${printed.join("\n")}\nand not\n${piece}`);
      });
      expect(wrong.join("\n\n")).toBe("");
      rmSync(cwd, { recursive: true });
    },
    300_000,
  );
});
