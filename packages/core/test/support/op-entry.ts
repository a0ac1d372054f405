/** What an entry of the op table says, and how one becomes a graph with numbers. */
import type { Expr } from "../../src/graph/expr.ts";
import { type DType, type FloatType, type Shape, sizeOf, stridesOf } from "../../src/graph/type.ts";
import type { Operand } from "../../src/ops/elementwise.ts";
import { input } from "../../src/ops/source.ts";
import { generator } from "./numbers.ts";

export interface OperandSpec {
  readonly shape: Shape;
  /** i32, or the float type that the entry is run in. */
  readonly dtype: "float" | "i32";
  /** Whether the op has a derivative with respect to it (a condition, an index or a key has none). */
  readonly differentiable: boolean;
  sample(size: number, seed: number): number[];
}

/** An element of a tensor by its index: x(i, j). */
export type Element = (...index: number[]) => number;

export interface OpEntry {
  /** Unique: the function's name and what is particular about this entry. */
  readonly name: string;
  /** The exported function that it covers. */
  readonly op: string;
  readonly operands: readonly OperandSpec[];
  build(operands: readonly Expr[], float: FloatType): Expr;
  /** The op in index notation, independent of its implementation: the result's element at an index. */
  formula?(operands: readonly Element[], index: readonly number[]): number;
  /** For elementwise ops: the op function itself, and its formula as a function of numbers. */
  readonly elementwise?: { apply(...operands: Operand[]): Expr; formula(...xs: number[]): number };
  /** How many orders of derivatives are checked. */
  readonly orders: number;
}

/** All sampled values lie on a lattice of this spacing, shifted by a phase: see `between`. */
const LATTICE = 0.1;

const shuffled = (length: number, seed: number): number[] => {
  const next = generator(seed);
  const keys = Array.from({ length }, () => next());
  return Array.from({ length }, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
};

/**
 * Different numbers from [low, high], in random order, all at phase · 0.1 beyond a multiple of 0.1. So they keep 0.025
 * from kinks at multiples of 0.1, and operands of phases ¼ and ¾ keep 0.05 from each other: no tie, and no kink within
 * a finite difference's step.
 */
export function between(low: number, high: number, phase = 0.25): OperandSpec["sample"] {
  const cells = Math.round((high - low) / LATTICE);
  return (size, seed) => {
    const order = shuffled(cells, seed);
    return Array.from({ length: size }, (_, i) => low + LATTICE * (order[i % cells] + phase));
  };
}

/** Numbers of both signs whose size is from [low, high]. */
export function bothSigns(low: number, high: number): OperandSpec["sample"] {
  const sizes = between(low, high);
  return (size, seed) => sizes(size, seed).map((value, i) => (i % 2 === 0 ? value : -value));
}

/** The given numbers, over and over. */
export function these(...values: number[]): OperandSpec["sample"] {
  return (size) => Array.from({ length: size }, (_, i) => values[i % values.length]);
}

export const real = (shape: Shape, sample: OperandSpec["sample"] = between(-2, 2)): OperandSpec => ({
  shape,
  dtype: "float",
  differentiable: true,
  sample,
});
export const fixed = (shape: Shape, sample: OperandSpec["sample"]): OperandSpec => ({
  ...real(shape, sample),
  differentiable: false,
});
export const integers = (...values: number[]): OperandSpec => ({
  shape: [values.length],
  dtype: "i32",
  differentiable: false,
  sample: these(...values),
});

export interface Instance {
  readonly inputs: readonly Expr[];
  /** The inputs that can be differentiated for. */
  readonly wrt: readonly Expr[];
  readonly result: Expr;
  readonly values: readonly Float64Array[];
}

/** The nearest numbers that a type can hold. */
export function held(values: Float64Array, dtype: DType): Float64Array {
  return dtype === "f64" ? values : values.map(dtype === "f32" ? Math.fround : Math.round);
}

/** The entry's graph in a float type, with sampled values that this type holds exactly. */
export function instantiate(entry: OpEntry, float: FloatType): Instance {
  const inputs = entry.operands.map(({ shape, dtype }, i) => input(`x${i}`, shape, dtype === "float" ? float : dtype));
  const values = entry.operands.map(({ shape, sample }, i) =>
    held(Float64Array.from(sample(sizeOf(shape), 1000 + i)), inputs[i].type.dtype),
  );
  const wrt = inputs.filter((_, i) => entry.operands[i].differentiable);
  return { inputs, wrt, result: entry.build(inputs, float), values };
}

/** x(i, j) for row-major values. */
export function elementOf(values: ArrayLike<number>, shape: Shape): Element {
  const strides = stridesOf(shape);
  return (...index) => values[index.reduce((offset, i, axis) => offset + i * strides[axis], 0)];
}

/** All elements of a tensor given by its formula, in row-major order. */
export function tabulate(shape: Shape, element: (index: readonly number[]) => number): number[] {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, i) =>
    element(shape.map((size, axis) => Math.floor(i / strides[axis]) % size)),
  );
}

/** Σ_{i < n} term(i) */
export function total(n: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += term(i);
  return sum;
}

/** max_{i < n} term(i) */
export function largest(n: number, term: (i: number) => number): number {
  return Math.max(...Array.from({ length: n }, (_, i) => term(i)));
}
