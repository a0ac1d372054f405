import { evaluate, gradients, input, program, referenceEngine, sum } from "@chaingrad/core";
import { describe, expect, it } from "vitest";
import { buildFormula, namesIn } from "../../src/formula/build.ts";
import { FormulaError } from "../../src/formula/formula-error.ts";
import { parseFormula } from "../../src/formula/parse.ts";

function refusal(text: string): string {
  try {
    parseFormula(text);
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
  throw new Error("the formula was accepted");
}

const levels = (column: number): string => `the formula is nested more than 200 levels deep (column ${column})`;
const nodes = /^the formula has more than 1,000 numbers, names and operations \(column \d+\)$/;
const filled = (part: string): string => part.repeat(Math.floor(10_000 / part.length));

describe("absurd formulas are refused before they cost anything", () => {
  it.each([
    ["brackets", "(".repeat(10_000), levels(201)],
    ["signs", "-".repeat(10_000), levels(201)],
    ["plus signs", "+".repeat(10_000), levels(201)],
    ["signs and brackets", filled("-("), levels(201)],
    ["a tower of powers", `${filled("2^").slice(2)}2`, levels(402)],
    ["a tower of negative powers", filled("2^-"), levels(302)],
    ["nested calls", filled("exp("), levels(804)],
    ["nested arguments", filled("max(1,"), levels(1204)],
    ["a long sum", `${filled("1+").slice(2)}1`, nodes],
    ["a long product", `${filled("x*").slice(2)}x`, nodes],
    ["a long difference of powers", `${filled("x^2-").slice(4)}x^2`, nodes],
    ["many arguments", `exp(${filled("1,").slice(6)}1)`, nodes],
    ["closing brackets", ")".repeat(10_000), "something is missing before ')' (column 1)"],
    ["backquotes", "`".repeat(9_999), "there is no name between the backquotes (column 1)"],
    ["a long name", `${"x".repeat(9_990)}(1)`, `unknown function '${"x".repeat(39)}…' (column 1)`],
    ["a long number", "9".repeat(10_000), `the number ${"9".repeat(39)}… is too large (column 1)`],
    ["many points", "1".padEnd(10_000, "."), `'1${".".repeat(38)}…' is not a number (column 1)`],
    ["spaces", " ".repeat(10_000), "the formula is empty"],
    [
      "too much",
      "1+".repeat(1_000_000),
      "the formula is too long: 2,000,000 characters; at most 10,000 are read (column 10001)",
    ],
  ])("%s", (_, text, message) => {
    if (typeof message === "string") expect(refusal(text)).toBe(message);
    else expect(refusal(text)).toMatch(message);
  });
});

describe("what is only just allowed works", () => {
  const x = input("x", [2], "f64");

  function value(text: string): number {
    const y = buildFormula(parseFormula(text), new Map([["x", x]]));
    const [slope] = gradients(sum(y), [x]);
    const result = evaluate(referenceEngine, program("formula", [x], { y, slope }), { x: [1, 2] });
    expect(result.y.length).toBe(2);
    expect(Number.isFinite(result.slope[0])).toBe(true);
    return result.y[1];
  }

  it("200 levels of brackets", () => expect(value(`${"(".repeat(200)}x${")".repeat(200)}`)).toBe(2));
  it("200 signs", () => expect(value(`${"-".repeat(200)}x`)).toBe(2));
  it("200 levels of powers", () => expect(value(`${"1^".repeat(200)}x`)).toBe(1));
  it("200 levels of calls", () => expect(value(`${"abs(".repeat(200)}x${")".repeat(200)}`)).toBe(2));
  it("a sum of 500 terms", () => expect(value(`${"x + ".repeat(499)}x`)).toBe(1000));

  it("many names", () => {
    const formula = parseFormula(Array.from({ length: 500 }, (_, i) => `b${i}`).join("+"));
    expect(namesIn(formula)).toHaveLength(500);
  });
});
