/** A derivation with its numbers as lines of plain text, for terminals from 40 columns up. */
import type { Notation } from "../graph/notation.ts";
import type { Shape, TensorType } from "../graph/type.ts";
import type { Derivation, Step } from "./derivation.ts";
import { legend } from "./legend.ts";
import { matrixLines } from "./matrix.ts";
import { printNotation } from "./print-notation.ts";

/** Inputs and outputs of the derivation's program by name. */
export type Numbers = Readonly<Record<string, ArrayLike<number>>>;

export interface TerminalOptions {
  /** Columns (default 80). */
  readonly width?: number;
  /** Significant digits of every number (default 4). */
  readonly digits?: number;
  /** The most rows of a matrix that are shown (default 6). */
  readonly rows?: number;
}

/** The legend, the inputs, the values forward, the derivatives backward. Throws Error when a step has no numbers. */
export function terminalLines(derivation: Derivation, numbers: Numbers, options: TerminalOptions = {}): string[] {
  const full = { width: Math.max(24, options.width ?? 80), digits: options.digits ?? 4, rows: options.rows ?? 6 };
  const { inputs, forward, backward } = derivation;
  const step = (shown: Step): string[] => [...stepLines(shown, numbersOf(numbers, shown.name), full), ""];
  const given = inputs.flatMap(({ name, symbol, type }) => stepLines({ symbol, type }, numbersOf(numbers, name), full));
  const text = (paragraph: string): string[] => wrap(paragraph, full.width, "");
  const loss = printNotation(forward.find(({ kind }) => kind === "loss")!.symbol);
  return [
    ...["SYMBOLS", ...legend(derivation).flatMap((entry) => legendLines(entry.symbols, entry.meaning, full.width)), ""],
    ...["GIVEN", ...given, ""],
    ...[...text(`FORWARD: from the input to ${loss}`), "", ...forward.flatMap(step)],
    ...text(`BACKWARD: from ${loss} to the input, by the chain rule`),
    ...[...text(chainRule(loss)), "", ...backward.flatMap(step)],
  ].slice(0, -1);
}

const chainRule = (L: string): string =>
  `If z changes ${L} only through h, then ∂${L}/∂z = (∂${L}/∂h)(∂h/∂z). Each line gives a derivative as such a product, ` +
  "then as the formula that is computed from the lines above it.";

function numbersOf(numbers: Numbers, name: string): ArrayLike<number> {
  const values = numbers[name];
  if (values === undefined) throw new Error(`no numbers for '${name}': pass the inputs and all outputs of its program`);
  return values;
}

type Shown = { readonly symbol: Notation; readonly type: TensorType } & Partial<Step>;

/** symbol = chain = formula, what is known of it, and its numbers: on one line as far as they fit. */
function stepLines(shown: Shown, values: ArrayLike<number>, options: Required<TerminalOptions>): string[] {
  const { width, digits } = options;
  const symbol = printNotation(shown.symbol, digits);
  const indent = " ".repeat(symbol.length + 1);
  const numbers = matrixLines(values, shown.type.shape, { ...options, width: width - indent.length - 2 });
  const formulas = [...(shown.chain ?? []), ...(shown.formula ? [shown.formula] : [])];
  const lines = [
    ...formulas.reduce<string[]>((before, part) => join(before, `= ${printNotation(part, digits)}`, width, indent), []),
    ...numbers.map((line, i) => `${indent}${i === 0 ? "= " : "  "}${line}`),
  ];
  lines[0] = symbol + lines[0].slice(symbol.length);
  return withNote(lines, [printShape(shown.type.shape), shown.rule ?? ""].filter(Boolean).join(" "), width, indent);
}

/** The note at the right of the first line that has room for it, else below. */
function withNote(lines: readonly string[], note: string, width: number, indent: string): string[] {
  if (note === "") return [...lines];
  const place = lines.findIndex((line) => line.length + 2 + note.length <= width);
  if (place < 0) return [...lines, ...wrap(note, width, indent)];
  return lines.with(place, lines[place] + note.padStart(width - lines[place].length));
}

const printShape = (shape: Shape): string => (shape.length === 0 ? "" : `[${shape.join(", ")}]`);

/** Puts `part` on the last line if it fits there, else on new lines. */
function join(lines: readonly string[], part: string, width: number, indent: string): string[] {
  const last = lines.at(-1);
  if (last !== undefined && last.length + 1 + part.length <= width) return [...lines.slice(0, -1), `${last} ${part}`];
  const [first, ...more] = wrap(part, width - 2, indent);
  return [...lines, first, ...more.map((line) => `  ${line}`)];
}

function legendLines(symbols: string, meaning: string, width: number): string[] {
  const column = Math.min(16, Math.floor(width / 4));
  const text = wrap(meaning, width, " ".repeat(column + 2));
  const names = wrap(symbols, column + 2, "  ");
  if (names.length === 1 && names[0].length <= column)
    return [names[0].padEnd(column + 2) + text[0].trimStart(), ...text.slice(1)];
  return [...wrap(symbols, width, "  "), ...text];
}

/** Lines of words, each after `indent`; a word longer than the width gets a line of its own. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
