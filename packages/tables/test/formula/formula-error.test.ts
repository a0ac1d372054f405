import { fill, input } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { describe, expect, it } from "vitest";
import { buildFormula } from "../../src/formula/build.ts";
import { FormulaError } from "../../src/formula/formula-error.ts";
import { parseFormula } from "../../src/formula/parse.ts";

const names = new Map([
  ["x", input("x", [3], "f64")],
  ["speed", input("speed", [3], "f64")],
  ["b1", fill(1, [], "f64")],
]);

function refusal(text: string): FormulaError {
  try {
    buildFormula(parseFormula(text), names);
  } catch (error) {
    if (error instanceof FormulaError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

/** A table of formulas: what is said about each, and the column it points at. */
function refuses(cases: readonly (readonly [text: string, problem: string, column: number, advice?: string])[]): void {
  for (const [text, problem, column, advice] of cases) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const { message, hint, place, column: given } = refusal(text);
      expect(message).toBe(`${problem} (column ${column})`);
      expect(given).toBe(column);
      expect(place).toEqual({ text, column });
      expect(hint).toBe(advice);
    });
  }
}

describe("characters and numbers", () => {
  const quote = "A name with spaces stands between backquotes: `a b`.";
  refuses([
    ["x + $y", "unexpected character '$'", 5],
    ["x % 2", "unexpected character '%'", 3],
    ["x; y", "unexpected character ';'", 2],
    ["a.b", "unexpected character '.'", 2],
    [".", "unexpected character '.'", 1],
    ["x − 1", "unexpected character '−'", 3, "Write - for it."],
    ["x × 2", "unexpected character '×'", 3, "Write * for it."],
    ["x²", "unexpected character '²'", 2, "Write ^2 for it."],
    ["[x]", "unexpected character '['", 1, "Brackets are ( and )."],
    ["y = x", "unexpected character '='", 3, "A formula is the right-hand side alone."],
    ["'flow rate'", "unexpected character '''", 1, quote],
    ['x * "b"', "unexpected character '\"'", 5, quote],
    ["x + 😀", "unexpected character '😀'", 5],
    ["`flow rate", "this backquote is never closed", 1, "A name with spaces is written `a b`."],
    ["x + ``", "there is no name between the backquotes", 5],
    ["x * 1.2.3", "'1.2.3' is not a number", 5],
    ["1..5", "'1..5' is not a number", 1],
    ["x + 1e999", "the number 1e999 is too large", 5, "The largest is about 1.8e308."],
    ["1e-999 * x", "the number 1e-999 is too small", 1, "The smallest is about 5e-324."],
  ]);

  it("counts a surrogate pair as one character", () => expect(refusal("`😀` $").column).toBe(5));

  it("never repeats a control character", () => {
    expect(refusal("x +\u001b[31m\n y").message).toBe("unexpected character U+001B (column 4)");
  });
});

describe("brackets and operands", () => {
  refuses([
    ["(x + 1", "this bracket is never closed", 1],
    ["2 * (x + (1 - x)", "this bracket is never closed", 5],
    ["exp(x", "this bracket is never closed", 4],
    ["exp(", "this bracket is never closed", 4],
    ["x + 1)", "unexpected ')': no bracket is open", 6],
    [")", "something is missing before ')'", 1],
    ["()", "something is missing before ')'", 2],
    ["x +", "something is missing after '+'", 3],
    ["-", "something is missing after '-'", 1],
    ["x + * 2", "something is missing before '*'", 5],
    ["* x", "something is missing before '*'", 1],
    ["(x + )", "something is missing before ')'", 6],
    ["x ^", "something is missing after '^'", 3],
    ["max(x,)", "something is missing before ')'", 7],
    ["max(,x)", "something is missing before ','", 5],
    ["1 * 2,5", "unexpected ','", 6, "Write 1.5, not 1,5; only min, max and pow take two arguments."],
  ]);
});

describe("multiplication that is not written", () => {
  refuses([
    ["2x", "an operator is missing before 'x'", 2, "Did you mean 2 * x?"],
    ["2 (x + 1)", "an operator is missing before '('", 3, "Did you mean 2 * (…)?"],
    ["(x)(b1)", "an operator is missing before '('", 4, "Did you mean (…) * (…)?"],
    ["x b1", "an operator is missing before 'b1'", 3, "Did you mean x * b1?"],
    ["(x b1)", "an operator is missing before 'b1'", 4, "Did you mean x * b1?"],
    ["exp(x) 2", "an operator is missing before '2'", 8, "Did you mean (…) * 2?"],
    ["exp x", "an operator is missing before 'x'", 5, "Did you mean exp(x)?"],
    ["1e", "an operator is missing before 'e'", 2, "Did you mean 1 * e?"],
  ]);
});

describe("functions and names", () => {
  refuses([
    ["2 * exq(x)", "unknown function 'exq'", 5, "Did you mean exp? To multiply, write exq * (…)."],
    ["Sqrt(x)", "unknown function 'Sqrt'", 1, "Did you mean sqrt? To multiply, write Sqrt * (…)."],
    ["exp()", "exp takes 1 argument, got 0", 1],
    ["exp(x, 2)", "exp takes 1 argument, got 2", 1],
    ["1 + max(x)", "max takes 2 arguments, got 1", 5],
    ["pow(x, 1, 2)", "pow takes 2 arguments, got 3", 1],
    ["x * sped", "unknown name 'sped'", 5, "Did you mean speed?"],
    ["x * temperature", "unknown name 'temperature'", 5],
    ["e^x", "unknown name 'e'", 1, "Write exp(1) for Euler's number."],
    ["x * exp", "unknown name 'exp'", 5, "exp is a function: write exp(…)."],
    ["x * (1 / (2 - 2))", "this constant is Infinity, which is not a finite number", 8],
    ["10^400 * x", "this constant is Infinity, which is not a finite number", 3],
    ["(-8)^(1/3) * x", "this constant is NaN, which is not a finite number", 5],
  ]);

  it("lists the functions where none is near", () => {
    const { message, place, hint } = refusal("constructor(x)");
    expect(message).toBe("unknown function 'constructor' (column 1)");
    expect(place).toEqual({ text: "constructor(x)", column: 1 });
    expect(hint).toMatch(/^Known are exp, .*, pow\. To multiply, write constructor \* \(…\)\.$/);
  });
});

it.each(["", " \n\t"])("refuses an empty formula: %j", (text) => {
  const { message, hint, place } = refusal(text);
  expect(message).toBe("the formula is empty");
  expect(place).toBeUndefined();
  expect(hint).toBe("Write it like b1 * (1 - exp(-b2 * x)).");
});

it("is an error of the user", () => expect(refusal("2x")).toBeInstanceOf(UserError));
