/** LaTeX: what is set means what was meant, and no name, number or size breaks it. */
import fc from "fast-check";
import katex from "katex";
import { expect, test } from "vitest";
import { latexText } from "../../src/explain/latex/characters.ts";
import { latexNotation, latexTensor } from "../../src/explain/latex/notation.ts";
import { latexInline } from "../../src/explain/notation/inline-math.ts";
import { call, infix, type Notation, number, power, symbol, transposed } from "../../src/graph/notation.ts";
import { modular, someNotation } from "./random-notation.ts";
import { readMathml } from "./read-mathml.ts";
import { fold, readNotation } from "./read-notation.ts";

const strict = (latex: string): string =>
  katex.renderToString(latex, { strict: "error", throwOnError: true, output: "mathml" });

test("what is set reads back as the same value", () => {
  fc.assert(
    fc.property(someNotation, (n) => {
      expect(fold(readNotation(readMathml(strict(latexNotation(n)))), modular)).toEqual(fold(n, modular));
    }),
    { numRuns: 1000 },
  );
});

test.each<[string, string]>([
  ["W12", "W_{12}"],
  ["∂h2", "\\partial h_{2}"],
  ["∂h2/∂z2", "\\frac{\\partial h_{2}}{\\partial z_{2}}"],
  ["β1′", "\\beta_{1}'"],
  ["−1", "-1"],
  ["x_1", "\\text{x\\_1}"],
  ["x̄", "\\bar{x}"],
  ["ẋ2", "\\dot{x}_{2}"],
  ["target", "\\mathrm{target}"],
  ["petal length", "\\text{petal length}"],
  ["面积", "\\text{面积}"],
  ["Größe_in_%", "\\text{Größe\\_in\\_\\%}"],
  ["area_m²", "\\text{area\\_m\\(^{2}\\)}"],
  ["a≤b", "\\text{a\\(\\le\\)b}"],
  ["#$&{}~^\\", "\\text{\\#\\textdollar{}\\&\\{\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{}}"],
  ["‖p1‖", "\\lVert p_{1} \\rVert"],
])("symbol %s", (name, latex) => {
  expect(latexNotation(symbol(name))).toBe(latex);
  strict(latex);
});

const a = symbol("a");

test.each<[string, Notation]>([
  ["\\tanh(a)", call("tanh", [a])],
  ["\\ln(a)", call("log", [a])],
  ["\\operatorname{softmax}(a)", call("softmax", [a])],
  ["\\operatorname{\\text{one-hot}}(a)", call("one-hot", [a])],
  ["\\operatorname{\\text{my\\_act}}(a)", call("my_act", [a])],
  ["\\operatorname{\\text{激活}}(a)", call("激活", [a])],
  ["\\sigma(a)", call("σ", [a])],
  ["\\sqrt{a}", call("sqrt", [a])],
  ["\\exp\\left(\\frac{a}{2}\\right)", call("exp", [infix("/", a, number(2))])],
  ["(1 \\cdot 10^{-8})^{2}", power(number(1e-8), number(2))],
  ["1 \\cdot 10^{-8} \\cdot a", infix("⊙", a, number(1e-8))],
  ["\\left(\\frac{a}{2}\\right)^{\\top}", transposed(infix("/", a, number(2)))],
  ["-\\infty", number(Number.NEGATIVE_INFINITY)],
  ["\\mathrm{NaN}", number(Number.NaN)],
])("%s", (latex, notation) => {
  expect(latexNotation(notation)).toBe(latex);
  strict(latex);
});

test("any text is safe, as a name, as a function's name, in words and as short mathematics", () => {
  const characters = fc.constantFrom(..."aB1 _%&#{}$~^\\<>|−≤∂Σ√ᵀ₁²′()/面éαẋ");
  fc.assert(
    fc.property(fc.array(characters, { minLength: 1 }), (all) => {
      const name = all.join("");
      strict(latexNotation(symbol(name)));
      strict(latexNotation(call(name, [a], name)));
      strict(`\\text{${latexText(name)}}`);
      strict(latexInline(name));
    }),
    { numRuns: 1000 },
  );
});

test("a matrix has at most the ten columns that amsmath allows", () => {
  for (const columns of [10, 11, 40]) {
    const latex = latexTensor(new Float64Array(3 * columns), [3, columns]);
    for (const row of latex.split("\\\\")) expect(row.split("&").length).toBe(10);
  }
});
