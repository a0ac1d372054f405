/** Views as HTML with MathML, to be put into a page: headings, paragraphs, equations and tables, nothing with a style. */
import { catalogue } from "../document/catalogue.ts";
import {
  type Block,
  type Equation,
  type Inline,
  type LegendEntry,
  namedBlocks,
  pieces,
  ruleTexts,
  type Table,
} from "../document/document.ts";
import type { DocumentOptions } from "../latex/document.ts";
import { escapeHtml, mathmlInline, splitText } from "../notation/inline-math.ts";
import { printNumber } from "../notation/print.ts";
import { mathmlNotation, mathmlTensor } from "./mathml.ts";

export interface HtmlOptions extends DocumentOptions {
  /** The level of the headings: 1 to 6 (default 2). */
  readonly level?: number;
}

/** Blocks as HTML, to be put into a page. Text from elsewhere is escaped. */
export function htmlBody(blocks: readonly Block[], options: HtmlOptions = {}): string {
  return namedBlocks(blocks, options.names)
    .map((block) => htmlBlock(block, options))
    .join("\n");
}

function htmlBlock(block: Block, options: HtmlOptions): string {
  const { level = 2 } = options;
  switch (block.kind) {
    case "heading":
      return `<h${level}>${htmlLine(block.text, options)}</h${level}>`;
    case "paragraph":
      return `<p>${htmlLine(block.text, options)}</p>`;
    case "legend":
      return `<dl class="legend">${block.entries.map((entry) => legendHtml(entry, options)).join("")}</dl>`;
    case "equation":
      return htmlEquation(block, options);
    case "table":
      return htmlTable(block, options);
  }
}

const math = (inner: string): string => `<math>${inner}</math>`;

function legendHtml({ symbols, meaning }: LegendEntry, options: HtmlOptions): string {
  const term =
    typeof symbols === "string"
      ? mathmlInline(symbols)
      : symbols.map((one) => math(mathmlNotation(one, options.digits))).join(" ");
  return `<dt>${term}</dt><dd>${htmlLine(meaning, options)}</dd>`;
}

/** One equation: a line for each side, then its numbers, then which rules made it. */
export function htmlEquation(equation: Equation, options: HtmlOptions): string {
  const [{ symbol, sides, factors, value, rules }] = namedBlocks([equation], options.names) as [Equation];
  const { digits = 4 } = options;
  const right = [
    ...sides.map((side) => mathmlNotation(side, digits)),
    ...(factors ? [factors.map((one) => mathmlTensor(one.values, one.shape, digits)).join("")] : []),
    ...(value ? [mathmlTensor(value.values, value.shape, digits)] : []),
  ];
  const rows = right.map((side, i) => {
    const left = i === 0 ? mathmlNotation(symbol, digits) : "";
    return `<mtr><mtd>${left}</mtd><mtd><mo>=</mo></mtd><mtd>${side}</mtd></mtr>`;
  });
  const note = ruleTexts(rules)
    .map((one) => htmlLine(one, options))
    .join(" + ");
  return (
    `<div class="equation" tabindex="0"><math display="block"><mtable class="sides">${rows.join("")}</mtable></math></div>` +
    (note === "" ? "" : `<p class="rule">${note}</p>`)
  );
}

function htmlTable({ caption, head, rows }: Table, options: HtmlOptions): string {
  const columns = head.map((title) => `<th scope="col">${htmlLine(title, options)}</th>`).join("");
  const body = rows.map((row) => {
    const cells = row.map((cell, c) => {
      const inner = htmlLine(cell, options);
      // A formula is not enough of a name for a header.
      if (c === 0 && typeof cell !== "number" && !isNotation(cell)) return `<th scope="row">${inner}</th>`;
      return `<td${typeof cell === "number" ? ' class="number"' : ""}>${inner}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return (
    `<div class="scroll" tabindex="0"><table><caption>${htmlLine(caption, options)}</caption>` +
    `<thead><tr>${columns}</tr></thead><tbody>${body.join("")}</tbody></table></div>`
  );
}

const isNotation = (cell: Inline): boolean => typeof cell === "object" && "form" in cell;

/** A text with its mathematics as MathML. */
export function htmlLine(from: Inline, { digits = 4, language = "en" }: HtmlOptions): string {
  return pieces(from, catalogue[language])
    .map((piece) => {
      if (typeof piece === "number") return escapeHtml(printNumber(piece, digits));
      if (typeof piece === "string") return escapeHtml(piece);
      if (piece.form !== "words") return math(mathmlNotation(piece, digits));
      return splitText(piece.words)
        .map(({ math: isMath, text }) => (isMath ? mathmlInline(text) : escapeHtml(text)))
        .join("");
    })
    .join("");
}
