import { expect, test } from "vitest";
import {
  constantInitialiser,
  defaultInitialiser,
  type InitialiserName,
  initialisers,
} from "../../src/nn/initialisers.ts";

const random = { key: [7, 11], stream: 3 };
const [fanOut, fanIn] = [120, 250];
const fans = { fanIn, fanOut };

const variances: Record<Exclude<InitialiserName, "orthogonal" | "zeros">, number> = {
  "glorot-uniform": 2 / (fanIn + fanOut),
  "glorot-normal": 2 / (fanIn + fanOut),
  "he-uniform": 2 / fanIn,
  "he-normal": 2 / fanIn,
  "lecun-uniform": 1 / fanIn,
  "lecun-normal": 1 / fanIn,
  "standard-normal": 1,
};

test.each(Object.entries(variances) as [InitialiserName, number][])("%s: mean 0, variance %f", (name, variance) => {
  const values = initialisers[name]([fanOut, fanIn], fans, random);
  const n = values.length;
  expect(n).toBe(fanOut * fanIn);
  const moment = (power: number): number => values.reduce((total, w) => total + w ** power, 0) / n;
  // Five standard errors: of the mean √(Var/n); of the variance √((kurtosis − 1)/n) Var, with kurtosis 3 or 9/5.
  expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(variance / n));
  const uniform = name.endsWith("uniform");
  expect(Math.abs(moment(2) / variance - 1)).toBeLessThan(5 * Math.sqrt((uniform ? 0.8 : 2) / n));
  const largest = values.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / Math.sqrt(variance);
  if (uniform) expect(largest).toBeLessThanOrEqual(Math.sqrt(3));
  else expect(largest).toBeGreaterThan(3);
});

function gram(vectors: number, at: (v: number, i: number) => number, length: number): number {
  let worst = 0;
  for (let a = 0; a < vectors; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
      worst = Math.max(worst, Math.abs(dot - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

test("orthogonal: WᵀW = I for more rows than columns, W Wᵀ = I for fewer", () => {
  const tall = initialisers.orthogonal([70, 31], { fanIn: 31, fanOut: 70 }, random);
  expect(gram(31, (column, row) => tall[row * 31 + column], 70)).toBeLessThan(1e-12);
  const wide = initialisers.orthogonal([31, 70], { fanIn: 70, fanOut: 31 }, random);
  expect(gram(31, (row, column) => wide[row * 70 + column], 70)).toBeLessThan(1e-12);
  const square = initialisers.orthogonal([40, 40], { fanIn: 40, fanOut: 40 }, random);
  expect(gram(40, (row, column) => square[row * 40 + column], 40)).toBeLessThan(1e-12);
});

test("orthogonal to rounding even where the drawn vectors were nearly parallel", () => {
  for (let stream = 0; stream < 500; stream++) {
    const w = initialisers.orthogonal([5, 5], { fanIn: 5, fanOut: 5 }, { key: [3, 4], stream });
    expect(gram(5, (row, column) => w[row * 5 + column], 5)).toBeLessThan(3e-15);
  }
});

test("orthogonal is uniform over rotations: no sign is preferred", () => {
  const trials = 400;
  const corners = Array.from({ length: trials }, (_, stream) =>
    initialisers.orthogonal([2, 3], { fanIn: 3, fanOut: 2 }, { key: [1, 2], stream }),
  );
  // Uniform on the sphere in three dimensions: each coordinate has mean 0 and variance 1/3.
  for (let i = 0; i < 6; i++) {
    const mean = corners.reduce((total, w) => total + w[i], 0) / trials;
    const square = corners.reduce((total, w) => total + w[i] ** 2, 0) / trials;
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / 3 / trials));
    expect(Math.abs(square - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / trials));
  }
});

test.each((Object.keys(initialisers) as InitialiserName[]).filter((name) => name !== "zeros"))(
  "%s: one stream gives the same values, another others",
  (name) => {
    const draw = (stream: number, key = [7, 11]): number[] => [
      ...initialisers[name]([3, 5], { fanIn: 5, fanOut: 3 }, { key, stream }),
    ];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual(draw(1, [7, 12]));
  },
);

test("a constant fills; the default follows the activation", () => {
  expect([...constantInitialiser(0.5)([2, 3], fans, random)]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  expect([...initialisers.zeros([2, 1], fans, random)]).toEqual([0, 0]);
  expect(defaultInitialiser("relu")).toBe("he-normal");
  expect(defaultInitialiser("gelu")).toBe("he-normal");
  expect(defaultInitialiser("selu")).toBe("lecun-normal");
  expect(defaultInitialiser("tanh")).toBe("glorot-uniform");
  expect(defaultInitialiser((z) => z)).toBe("glorot-uniform");
});
