/**
 * A view as text for a terminal of any width: every symbol explained, every formula followed by its numbers, with its shape
 * and the rule that made it at the right.
 */
import type { Notation } from "../../graph/notation.ts";
import { printShape, type Shape } from "../../graph/type.ts";
import type { RuleUse } from "../derivation/rules.ts";
import { catalogue, type Words } from "../document/catalogue.ts";
import {
  type Block,
  type Cell,
  type Equation,
  type Inline,
  type LegendEntry,
  namedBlocks,
  pieces,
  ruleTexts,
  type Table,
} from "../document/document.ts";
import type { ColumnNames } from "../notation/column-names.ts";
import { printNotation, printNumber } from "../notation/print.ts";
import { visible } from "../visible.ts";
import { matrixLines } from "./matrix.ts";
import { displayWidth, padBefore, padTo, wrapText } from "./text.ts";

/** How wide a terminal is, and how numbers are rounded. */
export interface TerminalOptions {
  /** Characters in a line, as far as single formulas allow (default 80; at least 24). */
  readonly width?: number;
  /** Significant digits (default 4). */
  readonly digits?: number;
  /** The most rows of a matrix that are shown (default 6). */
  readonly rows?: number;
  /** The texts (default English). */
  readonly words?: Words;
  /** Marks a number's text, by its sign (−1, 0 or 1), say with a colour (default not at all). */
  readonly paint?: (number: string, sign: number) => string;
  /** What the columns of x are called, to stand for their symbols (default: the symbols). */
  readonly names?: ColumnNames | undefined;
}

type Full = Required<Omit<TerminalOptions, "names">>;

/** Lines without line ends. */
export function terminalLines(blocks: readonly Block[], options: TerminalOptions = {}): string[] {
  const full: Full = {
    width: Math.max(24, options.width ?? 80),
    digits: options.digits ?? 4,
    rows: options.rows ?? 6,
    words: options.words ?? catalogue.en,
    paint: options.paint ?? ((number) => number),
  };
  const shown = namedBlocks(blocks, options.names);
  return shown.flatMap((block, i) => [...(isApart(shown[i - 1], block) ? [""] : []), ...blockLines(block, full)]);
}

const isGiven = (block: Block): boolean =>
  block.kind === "equation" && block.sides.length === 0 && !block.rules?.length;

/** Whether an empty line stands between two blocks: not under a heading where text follows, nor between what is given. */
function isApart(before: Block | undefined, block: Block): boolean {
  if (before === undefined) return false;
  if (before.kind === "heading") return block.kind === "equation" && !isGiven(block);
  return !(isGiven(before) && isGiven(block));
}

function blockLines(block: Block, options: Full): string[] {
  switch (block.kind) {
    case "heading":
    case "paragraph":
      return wrapText(line(block.text, options), options.width, "");
    case "legend":
      return block.entries.flatMap((entry) => legendLines(entry, options));
    case "equation":
      return equationLines(block, options);
    case "table":
      return tableLines(block, options);
  }
}

type Texts = Pick<Full, "words" | "digits">;

/** The text in one line; strings that were put in stand there as they are, or as `given` shows them. */
export function plain(from: Inline, { words, digits }: Texts, given = (piece: string): string => piece): string {
  return pieces(from, words)
    .map((piece) => {
      if (typeof piece === "string") return given(piece);
      if (typeof piece === "number") return printNumber(piece, digits);
      return piece.form === "words" ? piece.words.replaceAll("$", "") : printNotation(piece, digits);
    })
    .join("");
}

/** The same for a terminal. */
const line = (from: Inline, options: Texts): string => plain(from, options, visible);

/** symbol = side = … = numbers, what is known of it at the right: on one line as far as they fit. */
function equationLines(shown: Equation, options: Full): string[] {
  const { width, digits } = options;
  const symbol = printNotation(shown.symbol, digits);
  const indent = " ".repeat(displayWidth(symbol) + 1);
  const room = { ...options, width: width - indent.length - 2 };
  const formulas = shown.sides.reduce<string[]>(
    (before, part) => join(before, `= ${printNotation(part, digits)}`, width, indent),
    [],
  );
  const equal = (lines: readonly string[]): string[] =>
    lines.map((line, i) => `${indent}${i === 0 ? "= " : "  "}${line}`);
  const numbers = [
    ...(shown.factors
      ? equal(
          besides(
            shown.factors.map(({ shape, values }) => matrix(values, shape, room)),
            room.width,
          ),
        )
      : []),
    ...(shown.value ? equal(matrix(shown.value.values, shown.value.shape, room)) : []),
  ];
  const lines = [...formulas, ...numbers];
  if (lines.length === 0) return [symbol];
  lines[0] = symbol + lines[0].slice(displayWidth(symbol));
  const shape = shown.value?.shape.length ? printShape(shown.value.shape) : "";
  const note = [shape, rulesText(shown.rules ?? [], options), kernelText(shown, options)].filter(Boolean).join(" ");
  return withNote(lines, formulas.length, note, indent, options);
}

const matrix = (values: ArrayLike<number>, shape: Shape, { words, ...options }: Full): string[] =>
  matrixLines(values, shape, {
    ...options,
    more: (count) => (count === 1 ? words["more.row"] : words["more.rows"].replace("{count}", `${count}`)),
  });

function kernelText({ kernel }: Equation, { words }: Full): string {
  return kernel === undefined ? "" : words.kernel.replace("{kernel}", () => visible(kernel));
}

/** "pullback of tanh, operand 0", several joined by +. */
export function rulesText(rules: readonly RuleUse[], options: Texts): string {
  return ruleTexts(rules)
    .map((one) => line(one, options))
    .join(" + ");
}

/** Matrices beside each other, or below where they do not fit. */
function besides(all: readonly (readonly string[])[], width: number): string[] {
  const widths = all.map((lines) => Math.max(...lines.map(displayWidth)));
  if (widths.reduce((sum, one) => sum + one + 1, -1) > width) return all.flat();
  const height = Math.max(...all.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    all
      .map((lines, i) => padTo(lines[row] ?? "", widths[i]))
      .join(" ")
      .trimEnd(),
  );
}

/** The note at the right of the first line that has room for it, else below; numbers are painted. */
function withNote(lines: readonly string[], formulas: number, note: string, indent: string, options: Full): string[] {
  const { width } = options;
  const painted = lines.map((line, i) => (i < formulas ? line : paintNumbers(line, options)));
  if (note === "") return painted;
  const length = displayWidth(note);
  const place = lines.findIndex((line) => displayWidth(line) + 2 + length <= width);
  if (place < 0) return [...painted, ...wrapText(note, width, indent)];
  return painted.with(place, painted[place] + padBefore(note, width - displayWidth(lines[place])));
}

/** Numbers after the equals sign of a line. */
function paintNumbers(line: string, { paint }: Full): string {
  const from = line.indexOf("= ") + 1;
  const number = /(?<=[\s[])(−?)(\d[\d.]*(?:e−?\d+)?|∞)(?=[\s\]]|$)/gu;
  const marked = line.slice(from).replace(number, (whole, minus: string, size: string) => {
    return paint(whole, minus !== "" ? -1 : Number(size) === 0 ? 0 : 1);
  });
  return line.slice(0, from) + marked;
}

/** Puts `part` on the last line if it fits there, else on new lines. */
function join(lines: readonly string[], part: string, width: number, indent: string): string[] {
  const last = lines.at(-1);
  if (last !== undefined && displayWidth(last) + 1 + displayWidth(part) <= width)
    return [...lines.slice(0, -1), `${last} ${part}`];
  const [first, ...more] = wrapText(part, width - 2, indent);
  return [...lines, first, ...more.map((line) => `  ${line}`)];
}

function legendLines({ symbols, meaning }: LegendEntry, options: Full): string[] {
  const { width } = options;
  const names = typeof symbols === "string" ? symbols : symbols.map((one: Notation) => printNotation(one)).join(" ");
  const column = Math.min(16, Math.floor(width / 4));
  const lines = wrapText(line(meaning, options), width, " ".repeat(column + 2));
  const own = wrapText(names, column + 2, "  ");
  if (own.length === 1 && displayWidth(own[0]) <= column)
    return [padTo(own[0], column + 2) + lines[0].trimStart(), ...lines.slice(1)];
  return [...wrapText(names, width, "  "), ...lines];
}

/** Columns where they fit; else each row as lines of "title value". */
function tableLines({ caption, head, rows }: Table, options: Full): string[] {
  const { width } = options;
  const titles = head.map((title) => line(title, options));
  const cells = rows.map((row) => row.map((cell) => line(cell, options)));
  const isNumber = (column: number): boolean => rows.some((row) => typeof row[column] === "number");
  const widths = titles.map((title, c) => Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[c]))));
  const total = widths.reduce((sum, one) => sum + one + 2, -2);
  const top = wrapText(line(caption, options), width, "");
  if (total > width) return [...top, ...cells.flatMap((row, r) => stacked(titles, row, rows[r], options))];
  const joined = (row: readonly string[]): string =>
    row
      .map((cell, c) => (isNumber(c) ? padBefore(cell, widths[c]) : padTo(cell, widths[c])))
      .join("  ")
      .trimEnd();
  return [...top, joined(titles), ...cells.map(joined)];
}

function stacked(titles: readonly string[], row: readonly string[], given: readonly Cell[], options: Full): string[] {
  return row.flatMap((cell, c) => {
    if (given[c] === "") return [];
    const indent = c === 0 ? "" : "  ";
    return wrapText(c === 0 ? cell : `${titles[c]} ${cell}`, options.width, indent);
  });
}
