/** Inputs for a check: shapes, and where their numbers are drawn from. */
import { checkKeys, type Names } from "../given/names.ts";
import type { Expr } from "../graph/expr.ts";
import { type Shape, sizeOf } from "../graph/type.ts";
import { input } from "../ops/source.ts";
import { randomNumbers } from "./graph-check.ts";

/** An operand of what is checked: its shape, and its numbers or where they are drawn from. */
export interface Operand {
  readonly shape: Shape;
  /** Numbers are drawn from [low, high) (default −1 to 1): keep away from poles and corners. */
  readonly from?: readonly [low: number, high: number];
  /** Numbers to use in place of drawn ones, row-major. */
  readonly values?: ArrayLike<number>;
  /** "i32" for labels and indices, which have no derivative (default "f64"). */
  readonly dtype?: "f64" | "i32";
  /** Not differentiated by: a condition, a probability, a target (default false). */
  readonly fixed?: boolean;
}

/** What all checks can be told. */
export interface CheckOptions {
  /** 1, or 2 to check second derivatives too (default 2). */
  readonly orders?: 1 | 2;
  /** Decides the numbers (default 0). */
  readonly seed?: number;
}

/** The parts of an operand and the options that all checks have, for `checkKeys`. */
const OPERAND: Names<Operand> = { shape: true, from: true, values: true, dtype: true, fixed: true };
export const CHECK_OPTIONS: Names<CheckOptions> = { orders: true, seed: true };

export interface Drawn {
  readonly inputs: readonly Expr[];
  /** Names of those that have a derivative. */
  readonly wrt: readonly string[];
  readonly values: Readonly<Record<string, Float64Array>>;
}

/** Throws RangeError when values do not fill their shape. */
export function draw(operands: Readonly<Record<string, Operand>>, seed: number): Drawn {
  const named = Object.entries(operands);
  for (const [name, operand] of named) checkKeys(name, operand, OPERAND, "part");
  const values = named.map(([name, { shape, from: [low, high] = [-1, 1], values: own, dtype }], i) => {
    const size = sizeOf(shape);
    if (own !== undefined && own.length !== size)
      throw new RangeError(`${name}: [${shape.join(", ")}] takes ${size} values, got ${own.length}`);
    if (own !== undefined) return Float64Array.from(own);
    if (dtype === "i32") return new Float64Array(size);
    return randomNumbers(size, 100 + i, seed).map((value) => low + ((value + 1) / 2) * (high - low));
  });
  return {
    inputs: named.map(([name, { shape, dtype = "f64" }]) => input(name, shape, dtype)),
    wrt: named.flatMap(([name, { dtype = "f64", fixed }]) => (dtype === "f64" && !fixed ? [name] : [])),
    values: Object.fromEntries(named.map(([name], i) => [name, values[i]])),
  };
}
