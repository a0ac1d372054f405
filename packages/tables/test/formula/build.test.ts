import { type Expr, evaluate, gradients, input, program, referenceEngine, sum } from "@chaingrad/core";
import { describe, expect, it } from "vitest";
import { buildFormula } from "../../src/formula/build.ts";
import { parseFormula } from "../../src/formula/parse.ts";

type Point = { readonly x: number; readonly z: number; readonly a: number; readonly b: number };

const x = [-3.7, -2, -1, -0.4, -1e-9, 1e-9, 0.25, 0.9, 1, 2.5, 6];
const z = [0.3, 2, 1, 4, 0.7, 3, 0.1, 8, 1, 2, 5];
const [a, b] = [1.7, -0.6];
const points: readonly Point[] = x.map((value, row) => ({ x: value, z: z[row], a, b }));

interface Result {
  readonly values: ArrayLike<number>;
  /** ∂Σy/∂ each of x (a column), z (a column), a and b. */
  readonly slopes: Readonly<Record<keyof Point, ArrayLike<number>>>;
}

function run(text: string): Result {
  const rows = [x.length];
  const inputs = [input("x", rows, "f64"), input("z", rows, "f64"), input("a", [], "f64"), input("b", [], "f64")];
  const names = new Map<string, Expr>(inputs.map((node) => [node.label as string, node]));
  const y = buildFormula(parseFormula(text), names);
  expect(y.type).toEqual({ shape: rows, dtype: "f64" });
  const slopes = gradients(sum(y), inputs);
  const outputs = { y, x: slopes[0], z: slopes[1], a: slopes[2], b: slopes[3] };
  const { y: values, ...rest } = evaluate(referenceEngine, program("formula", inputs, outputs), {
    x,
    z,
    a: [a],
    b: [b],
  });
  return { values, slopes: rest };
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (!Number.isFinite(value)) expect(actual[i]).toBe(value);
    else expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(value), 1e-30));
  });
}

const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t));

describe("values", () => {
  it.each<[string, (p: Point) => number]>([
    ["x", (p) => p.x],
    ["a", (p) => p.a],
    ["7", () => 7],
    ["x + a * z - b / z", (p) => p.x + p.a * p.z - p.b / p.z],
    ["-x^2 + x*x", () => 0],
    ["a * (1 - exp(-b * z))", (p) => p.a * (1 - Math.exp(-p.b * p.z))],
    ["z^a", (p) => p.z ** p.a],
    ["z ** b", (p) => p.z ** p.b],
    ["2^x", (p) => 2 ** p.x],
    ["a^b^2", (p) => p.a ** (p.b * p.b)],
    ["pow(z, x)", (p) => p.z ** p.x],
    ["pow(x, 3)", (p) => p.x ** 3],
    ["exp(x) + expm1(x)", (p) => Math.exp(p.x) + Math.expm1(p.x)],
    ["expm1(x)", (p) => Math.expm1(p.x)],
    ["log(z)", (p) => Math.log(p.z)],
    ["ln(z)", (p) => Math.log(p.z)],
    ["log10(z)", (p) => Math.log10(p.z)],
    ["log2(z)", (p) => Math.log2(p.z)],
    ["log1p(z)", (p) => Math.log1p(p.z)],
    ["sqrt(z)", (p) => Math.sqrt(p.z)],
    ["abs(x)", (p) => Math.abs(p.x)],
    ["sin(x)", (p) => Math.sin(p.x)],
    ["cos(x)", (p) => Math.cos(p.x)],
    ["tan(x)", (p) => Math.tan(p.x)],
    ["asin(x)", (p) => Math.asin(p.x)],
    ["acos(x)", (p) => Math.acos(p.x)],
    ["arcsin(x/7)", (p) => Math.asin(p.x / 7)],
    ["arccos(x/7)", (p) => Math.acos(p.x / 7)],
    ["atan(x)", (p) => Math.atan(p.x)],
    ["arctan(x)", (p) => Math.atan(p.x)],
    ["sinh(x)", (p) => Math.sinh(p.x)],
    ["cosh(x)", (p) => Math.cosh(p.x)],
    ["tanh(x)", (p) => Math.tanh(p.x)],
    ["sigmoid(x)", (p) => sigmoid(p.x)],
    ["softplus(x)", (p) => Math.log1p(Math.exp(p.x))],
    ["erf(x)/erf(z)", (p) => (p.x < 0 ? -1 : 1) * (erfByMidpoints(Math.abs(p.x)) / erfByMidpoints(p.z))],
    ["min(x, a)", (p) => Math.min(p.x, p.a)],
    ["max(x, z)", (p) => Math.max(p.x, p.z)],
    ["max(1, 2) + min(3, z)", (p) => 2 + Math.min(3, p.z)],
    ["sqrt(4) * pow(2, 3)", () => 16],
    ["cos(2*pi*x/12)", (p) => Math.cos((2 * Math.PI * p.x) / 12)],
    ["b*x^3 - 2*x^2 + x - 1", (p) => p.b * p.x ** 3 - 2 * p.x ** 2 + p.x - 1],
    ["(a + b*x)/(1 + z^2)", (p) => (p.a + p.b * p.x) / (1 + p.z ** 2)],
  ])("%s", (text, expected) =>
    expectClose(run(text).values, points.map(expected), text.includes("erf") ? 1e-9 : 4e-14),
  );
});

/** 2/√π ∫₀ˣ e^(−t²) dt. */
function erfByMidpoints(limit: number): number {
  const steps = 200_000;
  let total = 0;
  for (let i = 0; i < steps; i++) total += Math.exp(-(((i + 0.5) * limit) ** 2) / steps ** 2);
  return ((2 / Math.sqrt(Math.PI)) * total * limit) / steps;
}

describe("powers of a base of any sign", () => {
  const exponents = [-9, -8, -5, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12];

  it.each(exponents)("x^%i, its derivative k x^(k−1)", (k) => {
    for (const text of [`x^${k}`, `x**(${k})`, `pow(x, ${k})`, `x^(${k + 1} - 1)`]) {
      const { values, slopes } = run(text);
      expectClose(
        values,
        x.map((value) => value ** k),
        1e-13,
      );
      expectClose(
        slopes.x,
        x.map((value) => (k === 0 ? 0 : k * value ** (k - 1))),
        1e-13,
      );
    }
  });

  it("has derivatives where the base is 0", () => {
    const { values, slopes } = run("(x - x)^2 + (x - x)^3");
    expectClose(
      values,
      x.map(() => 0),
      0,
    );
    expectClose(
      slopes.x,
      x.map(() => 0),
      0,
    );
  });

  it("takes a power of a negative base with a fractional exponent as undefined", () => {
    expect(run("x^0.5").values[0]).toBeNaN();
  });
});

describe("derivatives against differences", () => {
  it.each<[string, (p: Point) => number]>([
    ["a * (1 - exp(-b * z))", (p) => p.a * (1 - Math.exp(-p.b * p.z))],
    ["z^a / (1 + x^2)", (p) => p.z ** p.a / (1 + p.x ** 2)],
    ["sinh(a*x) + cosh(b*z)", (p) => Math.sinh(p.a * p.x) + Math.cosh(p.b * p.z)],
    ["asin(x/7) * acos(b/2)", (p) => Math.asin(p.x / 7) * Math.acos(p.b / 2)],
    ["log10(z) + log2(a + z)", (p) => Math.log10(p.z) + Math.log2(p.a + p.z)],
  ])("%s", (text, f) => {
    const { slopes } = run(text);
    const difference = (p: Point, name: keyof Point): number => {
      const h = 1e-5;
      return (f({ ...p, [name]: p[name] + h }) - f({ ...p, [name]: p[name] - h })) / (2 * h);
    };
    for (const name of ["x", "z"] as const) {
      points.forEach((p, row) => {
        const expected = difference(p, name);
        expect(Math.abs(slopes[name][row] - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
      });
    }
    for (const name of ["a", "b"] as const) {
      const expected = points.reduce((total, p) => total + difference(p, name), 0);
      expect(Math.abs(slopes[name][0] - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
    }
  });
});

describe("names", () => {
  it("gives pi way to a column of that name", () => {
    const column = input("pi", [2], "f64");
    const y = buildFormula(parseFormula("2 * pi"), new Map([["pi", column]]));
    expect(Array.from(evaluate(referenceEngine, program("f", [column], { y }), { pi: [1, 2] }).y)).toEqual([2, 4]);
  });

  it("finds a column with spaces in its name", () => {
    const column = input("flow rate", [2], "f64");
    const y = buildFormula(parseFormula("`flow rate` ^ 2"), new Map([["flow rate", column]]));
    expect(Array.from(evaluate(referenceEngine, program("f", [column], { y }), { "flow rate": [3, 4] }).y)).toEqual([
      9, 16,
    ]);
  });

  it("is one value where there is no column", () => {
    const y = buildFormula(parseFormula("2 * 3 + 1"), new Map());
    expect(y.type).toEqual({ shape: [], dtype: "f64" });
    expect(Array.from(evaluate(referenceEngine, program("f", [], { y }), {}).y)).toEqual([7]);
  });
});

it("keeps small values of the functions that others would cancel in", () => {
  const tiny = input("tiny", [1], "f64");
  const at = (text: string, value: number): number => {
    const y = buildFormula(parseFormula(text), new Map([["tiny", tiny]]));
    return evaluate(referenceEngine, program("f", [tiny], { y }), { tiny: [value] }).y[0];
  };
  expect(at("sinh(tiny)", 1e-12)).toBeCloseTo(1e-12, 26);
  expect(at("acos(tiny)", 1 - 2 ** -50)).toBeCloseTo(Math.acos(1 - 2 ** -50), 20);
  expect(at("asin(tiny)", 1)).toBe(Math.PI / 2);
  expect(at("asin(tiny)", -1)).toBe(-Math.PI / 2);
  expect(at("acos(tiny)", 1)).toBe(0);
  expect(at("acos(tiny)", -1)).toBe(Math.PI);
});
