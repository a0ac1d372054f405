/**
 * What a view of a derivation shows, as data: a handful of blocks in order. Views make them and know networks; printers
 * (terminal, Markdown, LaTeX, HTML, JSON) turn them into their own marks and know nothing but these.
 */
import type { Notation } from "../../graph/notation.ts";
import type { Shape } from "../../graph/type.ts";
import type { RuleUse } from "../derivation/rules.ts";
import { type ColumnNames, withNames } from "../notation/column-names.ts";
import type { Key } from "./catalogue.ts";

/** A text of the catalogue with what stands in its places; mathematics in it is written between `$`. */
export interface Text {
  readonly key: Key;
  readonly values: Readonly<Record<string, Inline>>;
}

/**
 * Notation is set as mathematics, a number at the printer's digits, a list with spaces. A string comes from elsewhere (a
 * file's name, a label, a reason): every printer shows its characters and lets none of them mean anything.
 */
export type Inline = Notation | number | string | Text | List;

/** Notations in a row, with commas. */
export interface List {
  readonly form: "list";
  readonly parts: readonly Notation[];
}

/** Numbers in row-major order. */
export interface Tensor {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

/** A title within a view. */
export interface Heading {
  readonly kind: "heading";
  readonly text: Text;
}

/** A sentence or more within a view. */
export interface Paragraph {
  readonly kind: "paragraph";
  readonly text: Text;
}

/** What the symbols of a view mean. */
export interface Legend {
  readonly kind: "legend";
  readonly entries: readonly LegendEntry[];
}

/** Symbols with their meaning. */
export interface LegendEntry {
  /** Symbols of the derivation, or the pattern of an operator ("A B") as linear mathematics. */
  readonly symbols: readonly Notation[] | string;
  readonly meaning: Text;
}

/** symbol = side = … = factor factor … = value */
export interface Equation {
  readonly kind: "equation";
  readonly symbol: Notation;
  readonly sides: readonly Notation[];
  /** Matrices whose product the value is. */
  readonly factors?: readonly Tensor[];
  readonly value?: Tensor;
  /** Which rules made it. */
  readonly rules?: readonly RuleUse[];
  /** Which step of the compiled plan computes it. */
  readonly kernel?: string;
}

/** What stands in a table of a view: a number, which each printer rounds, or a text. */
export type Cell = Inline;

/** A table within a view. */
export interface Table {
  readonly kind: "table";
  readonly caption: Text;
  readonly head: readonly Text[];
  readonly rows: readonly (readonly Cell[])[];
}

/** One piece of a view: every printer shows all five kinds. */
export type Block = Heading | Paragraph | Legend | Equation | Table;

/** A text of a view, with its words from the catalogue. */
export const text = (key: Key, values: Readonly<Record<string, Inline>> = {}): Text => ({ key, values });
/** A heading of a view, with its words from the catalogue. */
export const heading = (key: Key, values?: Readonly<Record<string, Inline>>): Heading => ({
  kind: "heading",
  text: text(key, values),
});
/** A paragraph of a view, with its words from the catalogue. */
export const paragraph = (key: Key, values?: Readonly<Record<string, Inline>>): Paragraph => ({
  kind: "paragraph",
  text: text(key, values),
});
/** An equation of a view. */
export const equation = (
  symbol: Notation,
  sides: readonly Notation[],
  more: Omit<Equation, "kind" | "symbol" | "sides"> = {},
): Equation => ({ kind: "equation", symbol, sides, ...more });
/** A table of a view. */
export const table = (caption: Text, head: readonly Key[], rows: readonly (readonly Cell[])[]): Table => ({
  kind: "table",
  caption,
  head: head.map((key) => text(key)),
  rows,
});

/** "pullback of tanh, operand 0", one text for each; printers join them with +. */
export const ruleTexts = (rules: readonly RuleUse[] = []): Text[] =>
  rules.map(({ rule, op, operand, count }) => {
    const one = text(`rule.${rule}`, { op, ...(operand === undefined ? {} : { operand }) });
    return count === 1 ? one : text("rule.times", { count, rule: one });
  });

const isText = (part: Inline): part is Text => typeof part === "object" && "key" in part;

/** Words of the catalogue, with mathematics between `$`. */
interface WordsPiece {
  readonly form: "words";
  readonly words: string;
}

/** What stands at one place of a text: the catalogue's own words, or what is put in. */
export type Piece = WordsPiece | string | Notation | number;

const wordsPiece = (words: string): WordsPiece => ({ form: "words", words });

/** A text as pieces: the words of the catalogue with values put in, nested texts taken apart. */
export function pieces(from: Inline, words: Readonly<Record<Key, string>>): Piece[] {
  if (typeof from === "object" && "form" in from && from.form === "list") {
    return from.parts.flatMap((part, i) => (i === 0 ? [part] : [wordsPiece(" "), part]));
  }
  if (!isText(from)) return [from];
  return words[from.key].split(/(\{\w+\})/).flatMap((part): Piece[] => {
    if (!part.startsWith("{")) return part === "" ? [] : [wordsPiece(part)];
    const value = from.values[part.slice(1, -1)];
    if (value === undefined) throw new Error(`the text '${from.key}' has no value for ${part}`);
    return pieces(value, words);
  });
}

const isNotation = (part: Inline): part is Notation =>
  typeof part === "object" && "form" in part && part.form !== "list";

/** The blocks with columns' names in the place of their symbols; without names as they are. */
export function namedBlocks(blocks: readonly Block[], names: ColumnNames | undefined): readonly Block[] {
  return names === undefined ? blocks : blocks.map((block) => namedBlock(block, names));
}

function namedBlock(block: Block, names: ColumnNames): Block {
  const one = (notation: Notation): Notation => withNames(notation, names);
  const inline = (part: Inline): Inline => {
    if (isNotation(part)) return one(part);
    if (isText(part)) return words(part);
    return typeof part === "object" ? { ...part, parts: part.parts.map(one) } : part;
  };
  const words = ({ key, values }: Text): Text =>
    text(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, inline(value)])));
  switch (block.kind) {
    case "heading":
    case "paragraph":
      return { ...block, text: words(block.text) };
    case "legend":
      return block;
    case "equation":
      return { ...block, symbol: one(block.symbol), sides: block.sides.map(one) };
    case "table":
      return { ...block, caption: words(block.caption), rows: block.rows.map((row) => row.map(inline)) };
  }
}
