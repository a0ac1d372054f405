/** The programs of a page: its blocks of TypeScript, each with those it goes on from. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { linesOf } from "../../../packages/cli/test/support/documents.ts";
import type { Block, Page } from "./pages.ts";

/** What stands between the outputs of two blocks. */
const MARK = "\u0001";

export interface Program {
  /** The block that it begins with, and those that go on from it. */
  readonly blocks: readonly Block[];
  /** Of each block, where the page shows it. */
  readonly outputs: readonly (Block | undefined)[];
}

/** In the order of the page. Throws where a block goes on from none. */
export function programsOf({ file, blocks }: Page, kind: "program" | "page" = "program"): Program[] {
  const found: { blocks: Block[]; outputs: (Block | undefined)[] }[] = [];
  for (const [i, block] of blocks.entries()) {
    if (block.kind !== kind) continue;
    const next = blocks[i + 1];
    if (!block.isContinued) found.push({ blocks: [], outputs: [] });
    const last = found.at(-1);
    if (last === undefined) throw new Error(`${file}: block ${block.number} goes on from none`);
    last.blocks.push(block);
    last.outputs.push(next?.kind === "output" ? next : undefined);
  }
  return found;
}

export const sourceOf = ({ blocks }: Program): string => blocks.map(({ body }) => body).join("\n");

/** Runs it in a folder where the packages are to be found; what each block printed. */
export async function runProgram({ blocks }: Program, folder: string): Promise<string[][]> {
  const source = blocks.map(({ body }) => body).join(`\nconsole.log("${MARK}");\n`);
  const file = join(folder, `block${blocks[0].number}.mjs`);
  writeFileSync(file, transformSync(source, { loader: "ts", target: "es2022", format: "esm" }).code);
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env, timeout: 120_000 });
  return stdout.split(`${MARK}\n`).map(linesOf);
}
