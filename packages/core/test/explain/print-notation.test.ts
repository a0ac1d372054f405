/** Binding strengths: a table of what is written, and for any notation print → read gives the same value. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { printNotation, printNumber, printSymbol } from "../../src/explain/notation/print.ts";
import { call, infix, type Notation, negation, number, power, symbol, transposed } from "../../src/graph/notation.ts";
import { modular, type Square, someNotation } from "./random-notation.ts";
import { fold, readNotation } from "./read-notation.ts";

const [a, b, c, W] = ["a", "b", "c", "W1"].map(symbol);
const plus = (...parts: Notation[]): Notation => infix("+", ...parts);
const minus = (...parts: Notation[]): Notation => infix("−", ...parts);
const times = (...parts: Notation[]): Notation => infix("⊙", ...parts);
const over = (...parts: Notation[]): Notation => infix("/", ...parts);
const matmul = (...parts: Notation[]): Notation => infix("", ...parts);

test.each<[string, Notation]>([
  ["a − b − c", minus(minus(a, b), c)],
  ["a − (b − c)", minus(a, minus(b, c))],
  ["a − (b + c)", minus(a, plus(b, c))],
  ["a + b − c", plus(a, minus(b, c))],
  ["a − b", plus(a, negation(b))],
  ["a + b", minus(a, negation(b))],
  ["a + b + c", minus(a, negation(plus(b, c)))],
  ["b − a", plus(negation(a), b)],
  ["−a − b", plus(negation(a), negation(b))],
  ["−(a + b)", negation(plus(a, b))],
  ["a", negation(negation(a))],
  ["−a ⊙ b", negation(times(a, b))],
  ["c − a ⊙ b", plus(c, times(negation(a), b))],
  ["a ⊙ b", times(negation(a), negation(b))],
  ["−2 · a", times(a, number(-2))],
  ["(a + b) ⊙ c", times(plus(a, b), c)],
  ["a ⊙ b ⊙ c", times(a, times(b, c))],
  ["0.5 · a ⊙ b", times(a, times(number(0.5), b))],
  ["a / (b ⊙ c)", over(a, times(b, c))],
  ["a/b/c", over(over(a, b), c)],
  ["a/(b/c)", over(a, over(b, c))],
  ["a/2", over(a, number(2))],
  ["(a + b) / c", over(plus(a, b), c)],
  ["(a + b) c", matmul(plus(a, b), c)],
  ["a b c", matmul(a, matmul(b, c))],
  ["(a ⊙ b) c", matmul(times(a, b), c)],
  ["a b ⊙ c", times(matmul(a, b), c)],
  ["(a/b)(b/c)", matmul(over(a, b), over(b, c))],
  ["a W₁ᵀ", matmul(a, transposed(W))],
  ["(a b)ᵀ", transposed(matmul(a, b))],
  ["a", transposed(transposed(a))],
  ["−a²", negation(power(a, number(2)))],
  ["(−a)²", power(negation(a), number(2))],
  ["(−3)²", power(number(-3), number(2))],
  ["a⁻¹", power(a, number(-1))],
  ["a^0.5", power(a, number(0.5))],
  ["a^(b + c)", power(a, plus(b, c))],
  ["(a²)³", power(power(a, number(2)), number(3))],
  ["(aᵀ)²", power(transposed(a), number(2))],
  ["f(a + b, c)", call("f", [plus(a, b), c])],
  ["Σᵢ a", call("Σ", [a], "i")],
  ["Σⱼ(a ⊙ b)", call("Σ", [times(a, b)], "j")],
  ["(Σ a) ⊙ b", times(call("Σ", [a]), b)],
  ["0.5 · Σ a", times(number(0.5), call("Σ", [a]))],
  ["Σ a + b", plus(call("Σ", [a]), b)],
  ["slice[0:2, 1:3](a)", call("slice", [a], "0:2, 1:3")],
  ["(0 < a) ⊙ b", times(infix("<", number(0), a), b)],
])("%s", (text, notation) => {
  expect(printNotation(notation)).toBe(text);
});

test("symbols", () => {
  expect(["W1", "z12", "∂h2/∂z2", "δ3", "u1′", "2x", "h2o", "gain1"].map(printSymbol)).toEqual([
    "W₁",
    "z₁₂",
    "∂h₂/∂z₂",
    "δ₃",
    "u₁′",
    "2x",
    "h2o",
    "gain₁",
  ]);
});

test("numbers", () => {
  const numbers = [1 / 3, -2, 0, -0, 1e-4, -1.5e-7, 1234567, 12345678, Number.NaN, Number.NEGATIVE_INFINITY];
  expect(numbers.map((value) => printNumber(value, 3))).toEqual([
    "0.333",
    "−2",
    "0",
    "0",
    "0.0001",
    "−1.5e−7",
    "1230000",
    "1.23e7",
    "NaN",
    "−∞",
  ]);
  expect(printNotation(number(1 / 3), 17)).toBe("0.3333333333333333");
});

test("what is printed reads back as the same value", () => {
  fc.assert(
    fc.property(someNotation, (n) => {
      expect(fold(readNotation(printNotation(n, 17)), modular)).toEqual(fold(n, modular));
    }),
    { numRuns: 3000 },
  );
});

test("the property notices a missing pair of parentheses", () => {
  const value = (text: string): Square => fold(readNotation(text), modular);
  expect(value("a − b − c")).not.toEqual(value("a − (b − c)"));
  expect(value("a b ⊙ c")).not.toEqual(value("a (b ⊙ c)"));
  expect(value("a / b ⊙ c")).not.toEqual(value("a / (b ⊙ c)"));
  expect(value("(a b)ᵀ")).not.toEqual(value("a bᵀ"));
  expect(value("(−a)²")).not.toEqual(value("−a²"));
});
