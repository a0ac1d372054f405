/** The engine under test, and comparison with the reference engine. */
import { expect } from "vitest";
import { type Engine, evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import type { DType, FloatType } from "../../src/graph/type.ts";

export interface Subject {
  engine(): Engine;
  readonly tolerance: Tolerance;
}

export type Tolerance = Readonly<Record<FloatType, number>>;

export const FLOATS: readonly FloatType[] = ["f32", "f64"];

/** Runs a program on both engines and compares every output. */
export async function expectAgreement(
  subject: Subject,
  inputs: readonly Expr[],
  outputs: Readonly<Record<string, Expr>>,
  values: readonly ArrayLike<number>[],
  tolerance: Tolerance = subject.tolerance,
): Promise<void> {
  const closed = program("conformance", inputs, outputs);
  const named = Object.fromEntries(inputs.map((node, i) => [node.label as string, values[i]]));
  const actual = await evaluate(subject.engine(), closed, named);
  const expected = evaluate(referenceEngine, closed, named);
  for (const [name, node] of Object.entries(outputs)) {
    expectClose(actual[name], expected[name], node.type.dtype, tolerance, name);
  }
}

/**
 * |a − r| ≤ tolerance · max(1, |r|) for every element; integers, infinities, NaN and the sign of a zero exactly. For f32,
 * r is first rounded to f32, so that a number beyond its range is an infinity.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  dtype: DType,
  tolerance: Tolerance,
  what: string,
): void {
  expect(actual.length, `${what}: number of elements`).toBe(expected.length);
  const allowed = dtype === "i32" ? 0 : tolerance[dtype];
  const wrong: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    const r = dtype === "f32" ? Math.fround(expected[i]) : expected[i];
    if (!isClose(actual[i], r, allowed)) wrong.push(`[${i}]: ${print(actual[i])}, expected ${print(r)}`);
  }
  const message = `${what} (${dtype}, tolerance ${allowed}): ${wrong.length} of ${expected.length} elements are wrong`;
  expect(wrong.slice(0, 8), message).toEqual([]);
}

function isClose(a: number, r: number, allowed: number): boolean {
  if (a === 0 && r === 0) return Object.is(a, r);
  return Object.is(a, r) || Math.abs(a - r) <= allowed * Math.max(1, Math.abs(r));
}

const print = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
