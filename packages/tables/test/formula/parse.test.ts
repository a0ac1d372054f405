import { describe, expect, it } from "vitest";
import { namesIn } from "../../src/formula/build.ts";
import { type FormulaNode, parseFormula } from "../../src/formula/parse.ts";

/** The tree with every operation in brackets. */
function bracketed(node: FormulaNode): string {
  switch (node.kind) {
    case "number":
      return String(node.value);
    case "name":
      return node.name;
    case "negate":
      return `(-${bracketed(node.operands[0])})`;
    case "binary":
      return `(${node.operands.map(bracketed).join(node.operator)})`;
    case "call":
      return `${node.name}(${node.operands.map(bracketed).join(",")})`;
  }
}

const tree = (text: string): string => bracketed(parseFormula(text).root);

describe("precedence", () => {
  it.each([
    ["a + b * c", "(a+(b*c))"],
    ["a * b + c", "((a*b)+c)"],
    ["a - b - c", "((a-b)-c)"],
    ["a - b + c", "((a-b)+c)"],
    ["a / b / c", "((a/b)/c)"],
    ["a / b * c", "((a/b)*c)"],
    ["a * b ^ c", "(a*(b^c))"],
    ["a ^ b * c", "((a^b)*c)"],
    ["a ^ b ^ c", "(a^(b^c))"],
    ["a ** b ** c", "(a^(b^c))"],
    ["a ** b ^ c", "(a^(b^c))"],
    ["-x^2", "(-(x^2))"],
    ["(-x)^2", "((-x)^2)"],
    ["2^-3", "(2^(-3))"],
    ["2^-x^2", "(2^(-(x^2)))"],
    ["2^+3", "(2^3)"],
    ["-a * b", "((-a)*b)"],
    ["a * -b", "(a*(-b))"],
    ["a - -b", "(a-(-b))"],
    ["--a", "(-(-a))"],
    ["+a", "a"],
    ["-(a + b)", "(-(a+b))"],
    ["(a + b) * c", "((a+b)*c)"],
    ["((a))", "a"],
    ["exp(-x)^2", "(exp((-x))^2)"],
    ["max(a, b + c) * min(a, -b)", "(max(a,(b+c))*min(a,(-b)))"],
    ["1-exp(-x)", "(1-exp((-x)))"],
  ])("reads %s as %s", (text, expected) => expect(tree(text)).toBe(expected));
});

describe("words", () => {
  it.each([
    ["1", 1],
    ["1.", 1],
    [".5", 0.5],
    ["1e-3", 1e-3],
    ["1.5E+3", 1500],
    ["007", 7],
    ["0e999", 0],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["5e-324", Number.MIN_VALUE],
  ])("reads the number %s", (text, value) => {
    expect(parseFormula(text).root).toEqual({ kind: "number", value, at: 0 });
  });

  it.each(["x", "_", "b1", "Flow_rate", "température", "βeta", "exp", "toString", "__proto__"])(
    "reads the name %s",
    (name) => {
      expect(parseFormula(name).root).toEqual({ kind: "name", name, at: 0 });
    },
  );

  it("reads names with spaces between backquotes", () => {
    expect(tree("`flow rate (l/s)` * k")).toBe("(flow rate (l/s)*k)");
  });

  it("ignores space and line breaks", () => expect(tree("\n a +\t b\r\n * c ")).toBe("(a+(b*c))"));
});

it("lists the names in order of first use, with their places", () => {
  const text = "b1 * (1 - exp(-b2 * `dose (mg)`)) + b1 * pi + exp";
  const uses = namesIn(parseFormula(text));
  expect(uses).toEqual([
    { name: "b1", at: 0 },
    { name: "b2", at: 15 },
    { name: "dose (mg)", at: 20 },
    { name: "pi", at: text.indexOf("pi") },
    { name: "exp", at: text.lastIndexOf("exp") },
  ]);
});
