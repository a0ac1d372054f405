/** A derivation with its numbers as plain JSON: the same formulas as text, shapes, and numbers at full precision. */
import type { DType, Shape, TensorType } from "../graph/type.ts";
import type { Derivation, Step, StepKind } from "./derivation.ts";
import { type LegendEntry, legend } from "./legend.ts";
import { printNotation } from "./print-notation.ts";

/** JSON has no NaN and no infinity: they are written as "NaN", "Infinity" and "-Infinity". */
export type JsonNumber = number | string;

export interface TensorJson {
  readonly name: string;
  readonly symbol: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Row-major. */
  readonly values: readonly JsonNumber[];
}

export interface StepJson extends TensorJson {
  readonly kind: StepKind;
  readonly chain: readonly string[];
  readonly formula: string;
  readonly rule?: string;
}

export interface DerivationJson {
  readonly name: string;
  readonly legend: readonly LegendEntry[];
  readonly inputs: readonly (TensorJson & { readonly role: string })[];
  readonly forward: readonly StepJson[];
  readonly backward: readonly StepJson[];
}

/** `numbers` are the inputs and outputs of the derivation's program by name. Throws Error when one is missing. */
export function derivationJson(
  derivation: Derivation,
  numbers: Readonly<Record<string, ArrayLike<number>>>,
): DerivationJson {
  const tensor = ({ name, symbol, type }: Pick<Step, "name" | "symbol"> & { type: TensorType }): TensorJson => {
    const values = numbers[name];
    if (values === undefined) throw new Error(`no numbers for '${name}'`);
    const plain = Array.from(values, (value) => (Number.isFinite(value) ? value : String(value)));
    return { name, symbol: printNotation(symbol), shape: type.shape, dtype: type.dtype, values: plain };
  };
  const step = (shown: Step): StepJson => ({
    ...tensor(shown),
    kind: shown.kind,
    chain: shown.chain.map((part) => printNotation(part)),
    formula: printNotation(shown.formula, FULL),
    ...(shown.rule === undefined ? {} : { rule: shown.rule }),
  });
  return {
    name: derivation.program.name,
    legend: legend(derivation),
    inputs: derivation.inputs.map((input) => ({ ...tensor(input), role: input.role })),
    forward: derivation.forward.map(step),
    backward: derivation.backward.map(step),
  };
}

/** So many significant digits give every float64 back. */
const FULL = 17;
