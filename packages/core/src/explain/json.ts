/**
 * A derivation and its views as plain JSON (docs/explain-json.md): formulas as text, shapes, and numbers at full precision.
 */

import type { DType, Shape, TensorType } from "../graph/type.ts";
import type { Step, StepKind } from "./derivation/derivation.ts";
import type { Explained } from "./derivation/explained.ts";
import type { RuleUse } from "./derivation/rules.ts";
import type { Words } from "./document/catalogue.ts";
import type { Block, Inline, Tensor } from "./document/document.ts";
import { legend } from "./document/legend.ts";
import type { GivenNames } from "./notation/given-names.ts";
import { printNotation } from "./notation/print.ts";
import { plain, rulesText } from "./terminal/document.ts";

/** Of the JSON's shape: raised when something in it changes its meaning or goes away. */
const JSON_VERSION = 1;

/** JSON has no NaN and no infinity: they are written as "NaN", "Infinity" and "-Infinity". */
export type JsonNumber = number | string;

/** A tensor in JSON. */
export interface TensorJson {
  readonly name: string;
  readonly symbol: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Row-major. */
  readonly values: readonly JsonNumber[];
}

/** A step of a derivation in JSON. */
export interface StepJson extends TensorJson {
  readonly kind: StepKind;
  readonly chain: readonly string[];
  readonly formula: string;
  readonly reads: readonly string[];
  readonly rules: readonly RuleUse[];
  /** The step of the compiled plan that writes it, where that was asked for. */
  readonly kernel?: string;
}

/** The document of `chaingrad explain --json` (docs/explain-json.md). */
export interface DerivationJson {
  readonly version: number;
  readonly name: string;
  readonly legend: readonly { readonly symbols: string; readonly meaning: string }[];
  readonly inputs: readonly (TensorJson & { readonly role: string })[];
  readonly forward: readonly StepJson[];
  readonly backward: readonly StepJson[];
  /** What the numbers of x and of the output are called, where they have names; formulas keep their symbols. */
  readonly names?: GivenNames;
}

/** So many significant digits give every float64 back. */
const FULL = 17;

const jsonNumber = (value: number): JsonNumber => (Number.isFinite(value) ? value : String(value));

/** Throws Error when the numbers of an input or a step are missing. */
export function derivationJson(
  { derivation, numbers, kernels, names }: Pick<Explained, "derivation" | "numbers" | "kernels" | "names">,
  words: Words,
): DerivationJson {
  const tensor = ({ name, symbol, type }: Pick<Step, "name" | "symbol"> & { type: TensorType }): TensorJson => {
    const values = numbers[name];
    if (values === undefined) throw new Error(`no numbers for '${name}'`);
    return {
      name,
      symbol: printNotation(symbol),
      shape: type.shape,
      dtype: type.dtype,
      values: Array.from(values, jsonNumber),
    };
  };
  const step = (shown: Step): StepJson => ({
    ...tensor(shown),
    kind: shown.kind,
    chain: shown.chain.map((part) => printNotation(part)),
    formula: printNotation(shown.formula, FULL),
    reads: shown.reads,
    rules: shown.rules,
    ...(kernels.has(shown.name) ? { kernel: kernels.get(shown.name) as string } : {}),
  });
  return {
    version: JSON_VERSION,
    name: derivation.program.name,
    legend: legend(derivation).map((entry) => legendJson(entry, words)),
    inputs: derivation.inputs.map((input) => ({ ...tensor(input), role: input.role })),
    forward: derivation.forward.map(step),
    backward: derivation.backward.map(step),
    ...(names ? { names: names.given } : {}),
  };
}

function legendJson(
  { symbols, meaning }: Extract<Block, { kind: "legend" }>["entries"][number],
  words: Words,
): { symbols: string; meaning: string } {
  const written = typeof symbols === "string" ? symbols : symbols.map((one) => printNotation(one)).join(" ");
  return { symbols: written, meaning: plain(meaning, { words, digits: FULL }) };
}

/** The blocks of a view: what a printer shows, with all digits. */
export function viewJson(blocks: readonly Block[], words: Words): unknown[] {
  return blocks.map((block) => blockJson(block, words));
}

function blockJson(block: Block, words: Words): unknown {
  const options = { words, digits: FULL };
  const tensor = ({ shape, values }: Tensor) => ({ shape, values: Array.from(values, jsonNumber) });
  const cell = (of: Inline): JsonNumber => (typeof of === "number" ? jsonNumber(of) : plain(of, options));
  const { kind } = block;
  switch (block.kind) {
    case "heading":
    case "paragraph":
      return { kind, text: plain(block.text, options) };
    case "legend":
      return { kind, entries: block.entries.map((entry) => legendJson(entry, words)) };
    case "equation":
      return {
        kind,
        symbol: printNotation(block.symbol, FULL),
        sides: block.sides.map((side) => printNotation(side, FULL)),
        ...(block.factors ? { factors: block.factors.map(tensor) } : {}),
        ...(block.value ? tensor(block.value) : {}),
        ...(block.rules?.length ? { rules: rulesText(block.rules, options) } : {}),
        ...(block.kernel === undefined ? {} : { kernel: block.kernel }),
      };
    case "table":
      return {
        kind,
        caption: plain(block.caption, options),
        head: block.head.map((title) => plain(title, options)),
        rows: block.rows.map((row) => row.map(cell)),
      };
  }
}
