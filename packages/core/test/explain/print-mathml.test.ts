/** MathML: what is set means what was meant, and no name breaks it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { mathmlNotation, mathmlTensor } from "../../src/explain/html/mathml.ts";
import { call, infix, type Notation, number, power, symbol, transposed } from "../../src/graph/notation.ts";
import { modular, someNotation } from "./random-notation.ts";
import { readMathml } from "./read-mathml.ts";
import { fold, readNotation } from "./read-notation.ts";

test("what is set reads back as the same value", () => {
  fc.assert(
    fc.property(someNotation, (n) => {
      expect(fold(readNotation(readMathml(mathmlNotation(n))), modular)).toEqual(fold(n, modular));
    }),
    { numRuns: 3000 },
  );
});

const [a, b] = ["a", "b"].map(symbol);

test.each<[Notation, string]>([
  [symbol("W12"), "<msub><mi>W</mi><mn>12</mn></msub>"],
  [
    symbol("∂h2/∂z"),
    "<mfrac><mrow><mi>∂</mi><msub><mi>h</mi><mn>2</mn></msub></mrow><mrow><mi>∂</mi><mi>z</mi></mrow></mfrac>",
  ],
  [symbol("−1"), "<mi>−1</mi>"],
  [symbol("<面&积>"), "<mi>&#60;面&#38;积&#62;</mi>"],
  [transposed(a), "<msup><mrow><mi>a</mi></mrow><mo>⊤</mo></msup>"],
  [infix("/", a, b), "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"],
  [call("Σ", [a], "i"), "<mrow><msub><mo>∑</mo><mi>i</mi></msub><mi>a</mi></mrow>"],
])("%j", (notation, mathml) => {
  expect(mathmlNotation(notation)).toBe(`<mrow>${mathml}</mrow>`);
});

test("a number with a power of ten has parentheses below an exponent", () => {
  expect(readMathml(mathmlNotation(power(number(1e-8), number(2))))).toBe("(1·10^(−8))^(2)");
});

test("a matrix leaves out what is in its middle", () => {
  const mathml = mathmlTensor(new Float64Array(20 * 30), [20, 30]);
  expect(mathml.match(/<mtr>/g)?.length).toBe(8);
  expect(mathml.match(/<mtd>/g)?.length).toBe(8 * 10);
});
