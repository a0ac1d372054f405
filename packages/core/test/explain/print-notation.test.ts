/** Binding strengths: a table of what is written, and for any notation print → read gives the same value. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { printNotation, printNumber, printSymbol } from "../../src/explain/print-notation.ts";
import { call, infix, type Notation, negation, number, power, symbol, transposed } from "../../src/graph/notation.ts";
import { type Algebra, fold, readNotation } from "./read-notation.ts";

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

/**
 * 2×2 matrices over the integers modulo a prime: sums and products are exact however they are associated, matrix products
 * do not commute, and a transpose matters. What is no arithmetic (calls, comparisons, other powers) is a fixed scramble.
 */
const PRIME = 1_000_003;
type Square = readonly [number, number, number, number];
const mod = (value: number): number => ((value % PRIME) + PRIME) % PRIME;
const each = (f: (x: number, y: number) => number, x: Square, y: Square): Square =>
  [0, 1, 2, 3].map((i) => mod(f(x[i], y[i]))) as unknown as Square;
const product = (x: Square, y: Square): Square => {
  const entry = (row: number, column: number): number => mod(x[2 * row] * y[column] + x[2 * row + 1] * y[column + 2]);
  return [entry(0, 0), entry(0, 1), entry(1, 0), entry(1, 1)];
};
const raise = (value: number, exponent: number): number => {
  let result = 1;
  for (let bit = 1 << 20; bit > 0; bit >>= 1) result = mod(mod(result * result) * (exponent & bit ? value : 1));
  return result;
};
const inverse = (value: number): number => raise(value, PRIME - 2); // and 0 for 0
const scramble = (seed: number, x: number, y: number): number => mod(mod(seed * 31 + x * 7) * mod(x + 3 * y + seed));
const seedOf = (text: string): number =>
  [...text].reduce((total, character) => mod(total * 131 + character.codePointAt(0)!), 7);

const modular: Algebra<Square> = {
  symbol: (name) => [1, 2, 3, 4].map((i) => mod(seedOf(name) * i * i + i)) as unknown as Square,
  number: (value) => Array<number>(4).fill(mod(value)) as unknown as Square,
  infix(operator, x, y) {
    if (operator === "+") return each((p, q) => p + q, x, y);
    if (operator === "−") return each((p, q) => p - q, x, y);
    if (operator === "⊙") return each((p, q) => p * q, x, y);
    if (operator === "/") return each((p, q) => p * inverse(q), x, y);
    if (operator === "") return product(x, y);
    return each((p, q) => scramble(seedOf(operator), p, q), x, y);
  },
  negation: (x) => each((p) => -p, x, x),
  power: (x, y) => each((p, q) => scramble(5, p, q), x, y),
  transpose: ([p, q, r, s]) => [p, r, q, s],
  call: (name, parts, subscript) =>
    parts.reduce((x, y) => each((p, q) => scramble(2, p, q), x, y), modular.symbol(`${name}(${subscript ?? ""}`)),
};

const { notation } = fc.letrec<{ notation: Notation }>((tie) => {
  const part = tie("notation");
  const operator = fc.constantFrom("+", "−", "⊙", "/", "", "<", "≤", "=");
  const leaf = fc.oneof(fc.constantFrom(a, b, c, symbol("δ")), fc.integer({ min: -9, max: 9 }).map(number));
  const exponent = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(2, 3, -1).map(number) },
    { weight: 1, arbitrary: part },
  );
  return {
    notation: fc.oneof(
      { maxDepth: 6, depthIdentifier: "notation" },
      leaf,
      fc.tuple(operator, part, part).map(([sign, x, y]) => infix(sign as "+", x, y)),
      fc
        .tuple(fc.constantFrom("+", "⊙", ""), part, part, part)
        .map(([sign, ...xs]) => infix(sign as "+", ...(xs as Notation[]))),
      part.map(negation),
      fc.tuple(part, exponent).map(([x, y]) => power(x, y)),
      part.map(transposed),
      fc
        .tuple(fc.constantFrom("f", "Σ"), part, fc.constantFrom(undefined, "i", "j"))
        .map(([name, x, s]) => call(name, [x], s)),
      fc.tuple(part, part).map((parts) => call("g", parts)),
    ),
  };
});

test("what is printed reads back as the same value", () => {
  fc.assert(
    fc.property(notation, (n) => {
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
