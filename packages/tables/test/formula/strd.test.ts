import { readFileSync } from "node:fs";
import { type Expr, evaluate, fill, input, jvp, mul, program, referenceEngine, sub, sum } from "@chaingrad/core";
import { describe, expect, it } from "vitest";
import { buildFormula, namesIn } from "../../src/formula/build.ts";
import { CONSTANTS } from "../../src/formula/functions.ts";
import { parseFormula } from "../../src/formula/parse.ts";

/** A dataset for nonlinear regression of NIST's StRD: see ../fixtures/SOURCES.md. */
interface Dataset {
  readonly name: string;
  readonly level: "lower" | "average" | "higher";
  readonly formula: string;
  readonly target: string;
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly starts: readonly Readonly<Record<string, number>>[];
  readonly certified: Readonly<Record<string, { readonly value: number; readonly stderr: number }>>;
  readonly residualSumOfSquares: number;
  readonly residualStandardDeviation: number;
  readonly degreesOfFreedom: number;
}

const path = new URL("../fixtures/strd.json", import.meta.url);
const datasets = JSON.parse(readFileSync(path, "utf8")) as readonly Dataset[];

interface Fit {
  readonly residualSumOfSquares: number;
  /** |cos| of the angle between the residuals and ∂y/∂bⱼ: 0 at a minimum. */
  readonly cosines: readonly number[];
}

/** The residuals at the certified parameters, and how far from a right angle they are to each column of the Jacobian. */
function atCertified({ columns, certified, formula, target }: Dataset): Fit {
  const rows = [columns.y.length];
  const parameters = Object.keys(certified).map((name) => input(name, [], "f64"));
  const inputs = [...Object.keys(columns).map((name) => input(name, rows, "f64")), ...parameters];
  const names = new Map<string, Expr>(inputs.map((node) => [node.label as string, node]));
  const y = buildFormula(parseFormula(formula), names);
  const residuals = sub(buildFormula(parseFormula(target), names), y);
  const squares: Record<string, Expr> = { rss: sum(mul(residuals, residuals)) };
  parameters.forEach((parameter, j) => {
    const [slope] = jvp([y], [parameter], [fill(1, [], "f64")]);
    squares[`product${j}`] = sum(mul(slope, residuals));
    squares[`norm${j}`] = sum(mul(slope, slope));
  });
  const values = Object.fromEntries(Object.entries(certified).map(([name, { value }]) => [name, [value]]));
  const result = evaluate(referenceEngine, program("strd", inputs, squares), { ...columns, ...values });
  const at = (name: string): number => result[name][0];
  return {
    residualSumOfSquares: at("rss"),
    cosines: parameters.map((_, j) => Math.abs(at(`product${j}`)) / Math.sqrt(at(`norm${j}`) * at("rss"))),
  };
}

const relative = (actual: number, expected: number): number => Math.abs(actual - expected) / Math.abs(expected);

describe.each(datasets)("$name", (dataset) => {
  const { name, columns, certified, starts, residualSumOfSquares, residualStandardDeviation, degreesOfFreedom } =
    dataset;
  const parameters = Object.keys(certified);

  it("names its columns and parameters in its formula", () => {
    const used = namesIn(parseFormula(dataset.formula)).map((use) => use.name);
    const known = [...parameters, ...Object.keys(columns).filter((column) => column !== "y")];
    expect(used.filter((one) => !CONSTANTS.has(one)).sort()).toEqual(known.sort());
    for (const start of starts) expect(Object.keys(start)).toEqual(parameters);
    expect(starts).toHaveLength(2);
  });

  it("has as many observations as its degrees of freedom say", () => {
    for (const values of Object.values(columns)) expect(values).toHaveLength(degreesOfFreedom + parameters.length);
    const deviation = Math.sqrt(residualSumOfSquares / degreesOfFreedom);
    expect(relative(deviation, residualStandardDeviation)).toBeLessThan(1e-9);
  });

  it("has the certified residuals at the certified parameters, and its minimum there", () => {
    const fit = atCertified(dataset);
    // Its certified sum, 1.4e-25, is below what parameters of 11 digits can reach.
    if (name === "Lanczos1") return expect(fit.residualSumOfSquares).toBeLessThan(1e-20);
    expect(relative(fit.residualSumOfSquares, residualSumOfSquares)).toBeLessThan(1e-9);
    for (const cosine of fit.cosines) expect(cosine).toBeLessThan(1e-4);
  });
});

it("is complete", () => {
  const atLevel = (level: string): number => datasets.filter((dataset) => dataset.level === level).length;
  expect([atLevel("lower"), atLevel("average"), atLevel("higher")]).toEqual([8, 11, 8]);
  expect(new Set(datasets.map(({ name }) => name)).size).toBe(27);
});
