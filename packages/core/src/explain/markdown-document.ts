/** Views as Markdown with LaTeX mathematics, as GitHub, GitLab and notebooks show it. */
import { catalogue } from "./catalogue.ts";
import { type Block, type Equation, type Inline, pieces, type Table } from "./document.ts";
import { latexInline, splitText } from "./inline-math.ts";
import { type DocumentOptions, latexAligned } from "./latex-document.ts";
import { latexNotation } from "./print-latex.ts";
import { printNumber } from "./print-notation.ts";
import { rulesText } from "./terminal.ts";

export interface MarkdownOptions extends DocumentOptions {
  readonly title?: string;
}

export function markdownDocument(blocks: readonly Block[], options: MarkdownOptions = {}): string {
  const { title } = options;
  return [...(title === undefined ? [] : [title]), ...blocks.map((block) => markdownBlock(block, options))].join(
    "\n\n",
  );
}

function markdownBlock(block: Block, options: DocumentOptions): string {
  switch (block.kind) {
    case "heading":
      return `## ${line(block.text, options)}`;
    case "paragraph":
      return line(block.text, options);
    case "legend":
      return block.entries
        .map(({ symbols, meaning }) => {
          const math =
            typeof symbols === "string"
              ? latexInline(symbols)
              : symbols.map((one) => latexNotation(one, options.digits)).join("\\; ");
          return `- $${math}$: ${line(meaning, options)}`;
        })
        .join("\n");
    case "equation":
      return markdownEquation(block, options);
    case "table":
      return markdownTable(block, options);
  }
}

function markdownEquation(shown: Equation, { digits = 4, language = "en" }: DocumentOptions): string {
  const rules = rulesText(shown.rules ?? [], { words: catalogue[language], digits });
  return `$$\n${latexAligned(shown, digits)}\n$$${rules === "" ? "" : `\n\n*${rules}*`}`;
}

function markdownTable({ caption, head, rows }: Table, options: DocumentOptions): string {
  const row = (cells: readonly Inline[]): string => `| ${cells.map((cell) => cellText(cell, options)).join(" | ")} |`;
  const rule = head.map((_, c) => (rows.some((cells) => typeof cells[c] === "number") ? "--:" : "---"));
  return [line(caption, options), "", row(head), `| ${rule.join(" | ")} |`, ...rows.map(row)].join("\n");
}

/** A bar would end the cell. */
const cellText = (cell: Inline, options: DocumentOptions): string => line(cell, options).replaceAll("|", "\\vert ");

function line(from: Inline, { digits = 4, language = "en" }: DocumentOptions): string {
  return pieces(from, catalogue[language])
    .map((piece) => {
      if (typeof piece === "number") return printNumber(piece, digits);
      if (typeof piece !== "string") return `$${latexNotation(piece, digits)}$`;
      return splitText(piece)
        .map(({ math, text }) => (math ? `$${latexInline(text)}$` : text.replace(/[\\`*_{}[\]<>]/g, "\\$&")))
        .join("");
    })
    .join("");
}
