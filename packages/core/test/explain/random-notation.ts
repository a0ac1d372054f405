/** Random notation, and an algebra in which notation that means something else has another value. */
import fc from "fast-check";
import { call, infix, type Notation, negation, number, power, symbol, transposed } from "../../src/graph/notation.ts";
import type { Algebra } from "./read-notation.ts";

/**
 * 2×2 matrices over the integers modulo a prime: sums and products are exact however they are associated, matrix products
 * do not commute, and a transpose matters. What is no arithmetic (calls, comparisons, other powers) is a fixed scramble.
 */
const PRIME = 1_000_003;
export type Square = readonly [number, number, number, number];
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

export const modular: Algebra<Square> = {
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

const [a, b, c] = ["a", "b", "c"].map(symbol);

/** Trees of all forms, some levels deep. */
export const someNotation = fc.letrec<{ notation: Notation }>((tie) => {
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
}).notation;
