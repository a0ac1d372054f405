/** The pages of the site that people write, and the blocks in them. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Fence, fencesOf, isConsole, titleOf } from "../../../packages/cli/test/support/documents.ts";

export const DOCS: string = resolve(import.meta.dirname, "../..");

/** What is done with a block: a program is run, a page runs in a browser, a file is there for the others. */
type Kind = "program" | "page" | "console" | "shell" | "output" | "file" | "text" | "unrun";

export interface Block extends Fence {
  readonly kind: Kind;
  readonly language: string;
  /** From 1, within its page. */
  readonly number: number;
  /** Whether it goes on from the program before it. */
  readonly isContinued: boolean;
  /** Why it is not run. */
  readonly reason?: string;
}

export interface Page {
  /** From docs: "guides/table.md". */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Folders whose pages are made, or are not pages. */
const SKIPPED = new Set(["node_modules", "api", "test", "public", ".vitepress"]);

function kindOf(fence: Fence): Kind {
  const [language, ...words] = fence.info.split(/\s+/);
  if (/\bunrun=/.test(fence.info)) return "unrun";
  if (titleOf(fence) !== undefined) return "file";
  if (isConsole(fence)) return "console";
  if (language === "sh") return "shell";
  if (language === "text" && words.includes("output")) return "output";
  if (language === "ts") return words.includes("page") ? "page" : "program";
  return "text";
}

function blockOf(fence: Fence, index: number): Block {
  const [language, ...words] = fence.info.split(/\s+/);
  const reason = /unrun="([^"]*)"/.exec(fence.info)?.[1];
  const block = {
    ...fence,
    language,
    kind: kindOf(fence),
    number: index + 1,
    isContinued: words.includes("continued"),
  };
  return reason === undefined ? block : { ...block, reason };
}

/** All that people wrote. */
export const pages: readonly Page[] = readdirSync(DOCS, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".md") && !SKIPPED.has(file.split("/")[0]))
  .sort()
  .map((file) => {
    const text = readFileSync(join(DOCS, file), "utf8");
    return { file: relative(DOCS, join(DOCS, file)), text, blocks: fencesOf(text).map(blockOf) };
  });
