/** Views as they are printed: in a terminal, as Markdown or as LaTeX. */
import {
  type Block,
  type ColumnNames,
  catalogue,
  type Language,
  latexDocument,
  markdownDocument,
  terminalLines,
} from "@chaingrad/core/explain";
import { printDocument, terminalWidth } from "./conventions.ts";
import { Line } from "./line.ts";
import { page } from "./pager.ts";
import { paragraph } from "./wrap.ts";

export interface BlockForm {
  readonly format: "terminal" | "markdown" | "latex";
  readonly lang: Language;
  /** Significant digits. */
  readonly digits: number;
  /** What is above all, line by line; nothing where only the result is wanted. */
  readonly title: readonly string[];
  readonly names?: ColumnNames | undefined;
  /** Characters in a line of a terminal (default: its own). */
  readonly width?: number | undefined;
  /** Whether what is longer than a terminal may be turned page by page. */
  readonly pager: boolean;
}

/** Below that no formula can be read. */
export const NARROWEST = 24;

export async function printBlocks(blocks: readonly Block[], form: BlockForm): Promise<void> {
  const { format, lang, digits, title, names, width = Math.max(NARROWEST, terminalWidth()), pager } = form;
  const document = { digits, language: lang, names, ...(title.length > 0 && { title }) };
  if (format === "latex") return printDocument(latexDocument(blocks, document));
  if (format === "markdown") return printDocument(markdownDocument(blocks, document));
  const paint = process.stdout.hasColors?.() ? painted : undefined;
  const lines = terminalLines(blocks, { width, digits, words: catalogue[lang], names, ...(paint && { paint }) });
  const head = title.length === 0 ? [] : [...title.flatMap((line) => paragraph(line, width)), ""];
  await page([...head, ...lines.map((line) => new Line(line))], pager);
}

/** Red below zero, blue above; the sign says the same. */
const painted = (number: string, sign: number): string =>
  sign === 0 ? `\x1b[2m${number}\x1b[22m` : `\x1b[${sign < 0 ? 31 : 34}m${number}\x1b[39m`;
