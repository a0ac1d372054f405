/**
 * Runs what pages show: commands are run, TypeScript too, and what a page says that they print is what they print. A page is a story:
 * its blocks run one after the other in one folder.
 */
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { folderWith, isConsole, missing, printedBy, shownIn } from "../../../packages/cli/test/support/documents.ts";
import { type Block, type Page, pages } from "./pages.ts";
import { programsOf, runProgram } from "./programs.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
/** Blocks that another test runs, in both languages. */
export const ELSEWHERE = /^(backpropagation(\.zh)?\.md$|decisions\/)/;
/** Pages that train many networks, and those that say the same in another language: they take minutes. */
const LONG = /\.zh\.md$|^guides\/(targets|splits-and-folds)\.md$/;

const stories = pages.filter(({ file, blocks }) => !ELSEWHERE.test(file) && blocks.some(({ kind }) => kind !== "text"));
export const blockAt = ({ number }: Block): string => `block ${number}`;

/** The exit status that a block says its commands have. */
const statusOf = ({ info }: Block): number => Number(/\bstatus=(\d+)/.exec(info)?.[1] ?? 0);

/** A folder like a user's: with the page's files, the tables, and the packages installed. */
function workplace(page: Page): string {
  const folder = folderWith(page.blocks.filter(({ kind }) => kind === "file"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

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

/** Tests that the blocks of some pages run in their order, and print what is shown. */
export function runStories(which: "quick" | "long"): void {
  const chosen = stories.filter(({ file }) => LONG.test(file) === (which === "long"));
  test.concurrent.each(chosen.map((page) => [page.file, page] as const))(
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
}
