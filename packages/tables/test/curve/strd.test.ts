/** NIST's certified regressions from both of their starts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wasmEngine } from "@chaingrad/core";
import { describe, expect, test } from "vitest";
import { fitCurve } from "../../src/curve/fit-curve.ts";

interface Certified {
  readonly name: string;
  readonly formula: string;
  readonly target: string;
  readonly columns: Readonly<Record<string, number[]>>;
  readonly starts: readonly Readonly<Record<string, number>>[];
  readonly certified: Readonly<Record<string, { readonly value: number; readonly stderr: number }>>;
  readonly residualSumOfSquares: number;
  readonly residualStandardDeviation: number;
  readonly degreesOfFreedom: number;
}

const problems: readonly Certified[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/strd.json"), "utf8"),
);
const engine = await wasmEngine({ threads: 1 });

/** −log₁₀ of the relative error, from 0 to the 11 digits that are certified. */
const digits = (found: number, certified: number): number =>
  found === certified ? 11 : Math.min(11, Math.max(0, -Math.log10(Math.abs((found - certified) / certified)) || 0));

const solve = ({ columns, formula, target }: Certified, start: Readonly<Record<string, number>>) =>
  fitCurve(columns, { target, model: formula }, { start, engine });

const cases = problems.flatMap((problem) =>
  problem.starts.map((start, i) => [`${problem.name}, start ${i + 1}`, problem, start] as const),
);

describe("NIST's statistical reference datasets, nonlinear regression", () => {
  const reached: number[] = [];

  test.each(cases)("%s", async (_, problem, start) => {
    const found = await solve(problem, start);
    for (const [name, { value, stderr }] of Object.entries(problem.certified)) {
      reached.push(digits(found.parameters[name], value));
      expect(digits(found.parameters[name], value), name).toBeGreaterThan(9);
      // Lanczos1's residuals are of the size of rounding itself, 1e-13: so are their statistics.
      expect(digits(found.standardErrors[name], stderr), `stderr of ${name}`).toBeGreaterThan(
        problem.name === "Lanczos1" ? 2 : 6,
      );
    }
    expect(digits(found.residualSumOfSquares, problem.residualSumOfSquares)).toBeGreaterThan(
      problem.name === "Lanczos1" ? 2 : 9,
    );
    expect(found.degreesOfFreedom).toBe(problem.degreesOfFreedom);
  });

  test("over all parameters and starts more than 10.5 digits on average", () => {
    expect(reached.length).toBeGreaterThan(2 * problems.length);
    expect(reached.reduce((sum, one) => sum + one, 0) / reached.length).toBeGreaterThan(10.5);
  });
});
