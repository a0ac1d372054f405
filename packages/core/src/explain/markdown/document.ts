/** Views as Markdown with LaTeX mathematics, as GitHub, GitLab and notebooks show it. */
import { catalogue } from "../document/catalogue.ts";
import {
  type Block,
  type Equation,
  type Inline,
  namedBlocks,
  pieces,
  ruleTexts,
  type Table,
} from "../document/document.ts";
import { type DocumentOptions, latexAligned } from "../latex/document.ts";
import { latexNotation } from "../latex/notation.ts";
import { latexInline, splitText } from "../notation/inline-math.ts";
import { printNumber } from "../notation/print.ts";
import { visible } from "../visible.ts";

export interface MarkdownOptions extends DocumentOptions {
  /** What stands above all: a line, or several. */
  readonly title?: string | readonly string[];
}

/** Blocks as Markdown with formulas in $…$. */
export function markdownDocument(blocks: readonly Block[], options: MarkdownOptions = {}): string {
  const { title = [] } = options;
  return [
    ...[title].flat().map(markdownText),
    ...namedBlocks(blocks, options.names).map((block) => markdownBlock(block, options)),
  ].join("\n\n");
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
          return `- $${mathematics(math)}$: ${line(meaning, options)}`;
        })
        .join("\n");
    case "equation":
      return markdownEquation(block, options);
    case "table":
      return markdownTable(block, options);
  }
}

function markdownEquation(shown: Equation, options: DocumentOptions): string {
  const rules = ruleTexts(shown.rules)
    .map((one) => line(one, options))
    .join(" + ");
  return `$$\n${mathematics(latexAligned(shown, options.digits ?? 4))}\n$$${rules === "" ? "" : `\n\n*${rules}*`}`;
}

function markdownTable({ caption, head, rows }: Table, options: DocumentOptions): string {
  const row = (cells: readonly Inline[]): string => `| ${cells.map((cell) => cellText(cell, options)).join(" | ")} |`;
  const rule = head.map((_, c) => (rows.some((cells) => typeof cells[c] === "number") ? "--:" : "---"));
  return [line(caption, options), "", row(head), `| ${rule.join(" | ")} |`, ...rows.map(row)].join("\n");
}

/** A bar would end the cell: in mathematics it has a name, and texts have none that is not escaped. */
const cellText = (cell: Inline, options: DocumentOptions): string =>
  line(cell, options).replace(/(?<!\\)\|/g, "\\vert ");

function line(from: Inline, { digits = 4, language = "en" }: DocumentOptions): string {
  return pieces(from, catalogue[language])
    .map((piece) => {
      if (typeof piece === "number") return printNumber(piece, digits);
      if (typeof piece === "string") return markdownText(piece);
      if (piece.form !== "words") return `$${mathematics(latexNotation(piece, digits))}$`;
      return splitText(piece.words)
        .map(({ math, text }) => (math ? `$${mathematics(latexInline(text))}$` : escaped(text)))
        .join("");
    })
    .join("");
}

/** Readers that know no mathematics would take the _ before a brace for emphasis; LaTeX skips the space. */
const mathematics = (latex: string): string => latex.replace(/(?<!\\)_(?=\{)/g, "_ ");

const escaped = (text: string): string => text.replace(/[\\`*_{}[\]<>&~$|]/g, "\\$&");

/**
 * Any text for Markdown, on one line, with nothing in it that means something, also at the beginning of a block. Addresses
 * are set as code: GitHub makes links of them, escaped or not.
 */
function markdownText(text: string): string {
  const words = visible(text).split(/([\s|]+)/);
  return words
    .map((word) => (/\/\/|@|www\./i.test(word) ? code(word) : escaped(word)))
    .join("")
    .replace(/^ /, "&#32;")
    .replace(/^(\d*)([#+\-=>:.)])/, "$1\\$2");
}

function code(word: string): string {
  const longest = Math.max(0, ...(word.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const apart = /^`|`$/.test(word) ? " " : "";
  return fence + apart + word + apart + fence;
}
