/** Views as a LaTeX document that compiles as it is (pdflatex; with Chinese texts xelatex), or as its body alone. */
import { catalogue, type Language } from "../document/catalogue.ts";
import {
  type Block,
  type Equation,
  type Inline,
  namedBlocks,
  pieces,
  ruleTexts,
  type Table,
} from "../document/document.ts";
import type { ColumnNames } from "../notation/column-names.ts";
import { latexInline, splitText } from "../notation/inline-math.ts";
import { printNumber } from "../notation/print.ts";
import { latexText } from "./characters.ts";
import { COLUMNS, latexNotation, latexTensor } from "./notation.ts";

export interface DocumentOptions {
  /** Significant digits (default 4). */
  readonly digits?: number;
  /** The language of the texts (default "en"). */
  readonly language?: Language;
  /** What the columns of x are called, to stand for their symbols (default: the symbols). */
  readonly names?: ColumnNames | undefined;
}

/** How a view is set in LaTeX. */
export interface LatexOptions extends DocumentOptions {
  /** What stands above all: a line, or several. */
  readonly title?: string | readonly string[];
}

/** Blocks as a LaTeX document that compiles by itself. */
export function latexDocument(blocks: readonly Block[], options: LatexOptions = {}): string {
  const { language = "en", title = [] } = options;
  return [
    "\\documentclass{article}",
    "\\usepackage{amsmath,amssymb,booktabs}",
    "\\usepackage[margin=2cm]{geometry}",
    ...(language === "zh" ? ["\\usepackage{ctex} % xelatex or lualatex"] : ["\\usepackage[utf8]{inputenc}"]),
    "\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{6pt}",
    "\\begin{document}",
    ...[title].flat().flatMap((line) => [latexText(line), ""]),
    latexBody(blocks, options),
    "\\end{document}",
    "",
  ].join("\n");
}

/** Blocks as LaTeX, to be put into a document. */
export function latexBody(blocks: readonly Block[], options: DocumentOptions = {}): string {
  return namedBlocks(blocks, options.names)
    .map((block) => latexBlock(block, options))
    .join("\n\n");
}

function latexBlock(block: Block, options: DocumentOptions): string {
  switch (block.kind) {
    case "heading":
      return `\\section*{${line(block.text, options)}}`;
    case "paragraph":
      return line(block.text, options);
    case "legend": {
      const rows = block.entries.map(({ symbols, meaning }) => {
        const math =
          typeof symbols === "string"
            ? latexInline(symbols)
            : symbols.map((one) => latexNotation(one, options.digits)).join("\\; ");
        return `$${math}$ & ${line(meaning, options)} \\\\`;
      });
      return ["\\begin{tabular}{p{0.25\\textwidth}p{0.7\\textwidth}}", ...rows, "\\end{tabular}"].join("\n");
    }
    case "equation":
      return latexEquation(block, options);
    case "table":
      return latexTable(block, options);
  }
}

/** symbol &= side \\ &= side … with what is known of it below. */
function latexEquation(shown: Equation, options: DocumentOptions): string {
  const rules = ruleTexts(shown.rules)
    .map((one) => line(one, options))
    .join(" + ");
  return `\\[${latexAligned(shown, options.digits ?? 4)}\\]${rules === "" ? "" : `\n{\\footnotesize ${rules}}`}`;
}

/** One equation as mathematics alone. */
export function latexAligned({ symbol, sides, factors, value }: Equation, digits: number): string {
  // Side by side they share the width of a page.
  const columns = Math.max(3, Math.floor(COLUMNS / (factors?.length ?? 1)));
  const right = [
    ...sides.map((side) => latexNotation(side, digits)),
    ...(factors ? [factors.map((one) => latexTensor(one.values, one.shape, digits, columns)).join("\\,")] : []),
    ...(value ? [latexTensor(value.values, value.shape, digits)] : []),
  ];
  return `\\begin{aligned}${latexNotation(symbol, digits)} ${right.map((side) => `&= ${side}`).join(" \\\\ ")}\\end{aligned}`;
}

function latexTable({ caption, head, rows }: Table, options: DocumentOptions): string {
  const sides = head.map((_, c) => (rows.some((row) => typeof row[c] === "number") ? "r" : "l")).join("");
  const row = (cells: readonly Inline[]): string => `${cells.map((cell) => line(cell, options)).join(" & ")} \\\\`;
  return [
    line(caption, options),
    "",
    `{\\small\\begin{tabular}{${sides}}`,
    "\\toprule",
    row(head),
    "\\midrule",
    ...rows.map(row),
    "\\bottomrule",
    "\\end{tabular}}",
  ].join("\n");
}

/** A text with its mathematics, in one line. */
function line(from: Inline, { digits = 4, language = "en" }: DocumentOptions): string {
  return pieces(from, catalogue[language])
    .map((piece) => {
      if (typeof piece === "number")
        return `$${printNumber(piece, digits).replaceAll("−", "-").replace("∞", "\\infty")}$`;
      if (typeof piece === "string") return latexText(piece);
      if (piece.form !== "words") return `$${latexNotation(piece, digits)}$`;
      return splitText(piece.words)
        .map(({ math, text }) => (math ? `$${latexInline(text)}$` : latexText(text)))
        .join("");
    })
    .join("");
}
