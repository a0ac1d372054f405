/**
 * NaN, infinities, zeros of both signs, denormals and arguments at which functions overflow or saturate, through every
 * elementwise op (every combination of them for ops with several operands).
 */
import { describe, test } from "vitest";
import type { FloatType } from "../../src/graph/type.ts";
import { input } from "../../src/ops/source.ts";
import { held } from "../support/op-entry.ts";
import { opTable } from "../support/op-table.ts";
import { expectAgreement, FLOATS, type Subject, type Tolerance } from "./subject.ts";

const ordinary = [0, 0.5, 1, 2, 3, 20, 50, 800];
const extreme: Readonly<Record<FloatType, readonly number[]>> = {
  // the smallest and a larger denormal, the smallest normal, nearly overflowing and just overflowing eˣ, the largest
  f32: [2 ** -149, 1e-39, 2 ** -126, 1e-20, 88.7, 88.8, 103.9, 3.4028234663852886e38],
  f64: [5e-324, 1e-310, 2 ** -1022, 1e-150, 709.7, 709.8, 745.1, Number.MAX_VALUE],
};

/** For f32 a step between such numbers is longer than the functions' period: no digit of a result means anything. */
const PERIODIC = new Set(["sin", "cos", "tan"]);

/**
 * aᵇ = e^(b ln a) multiplies the rounding of its exponent by |b ln a|, up to 89 in f32 and 710 in f64 before it overflows.
 */
const POWER: Tolerance = { f32: 89 * 2 ** -23, f64: 710 * 2 ** -52 };

export function specialValuesConformance(subject: Subject): void {
  describe.each(FLOATS)("special values in %s", (float) => {
    const ops = opTable.filter((entry) => entry.elementwise && entry.name === entry.op);
    test.each(ops.map((entry) => [entry.name, entry] as const))("%s", async (name, entry) => {
      const sizes = PERIODIC.has(name) ? ordinary : [...ordinary, ...extreme[float]];
      const numbers = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        ...sizes,
        ...sizes.map((x) => -x),
      ];
      const combinations = numbers.length ** entry.operands.length;
      const values = entry.operands.map((_, i) =>
        held(
          Float64Array.from(
            { length: combinations },
            (_, at) => numbers[Math.floor(at / numbers.length ** i) % numbers.length],
          ),
          float,
        ),
      );
      const inputs = entry.operands.map((_, i) => input(`x${i}`, [combinations], float));
      const tolerance = name === "pow" ? POWER : subject.tolerance;
      await expectAgreement(subject, inputs, { y: entry.build(inputs, float) }, values, tolerance);
    });
  });
}
