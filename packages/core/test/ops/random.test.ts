/** Threefry against the known answers of its authors (Random123, kat_vectors), and the distributions against moments. */
import { describe, expect, test } from "vitest";
import { normalAt, randomBernoulli, randomNormal, randomUniform, threefry, uniformAt } from "../../src/ops/random.ts";
import { input } from "../../src/ops/source.ts";
import { graphFunction } from "../support/graph-function.ts";

test.each([
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x13198a2e, 0x03707344],
    [0x243f6a88, 0x85a308d3],
    [0xc4923a9c, 0x483df7a0],
  ],
])("threefry-2x32-20 with key %j and counter %j", ([key0, key1], [counter0, counter1], words) => {
  expect(threefry(key0, key1, counter0, counter1)).toEqual(words);
});

test("uniform numbers are the top 24 bits of the words, in order", () => {
  // The first of the known answers above: key 0, stream 0, so counter (0, 0).
  expect([uniformAt([0, 0], 0, 0), uniformAt([0, 0], 0, 1)]).toEqual([0x6b2001 / 2 ** 24, 0x99ba4e / 2 ** 24]);
});

describe("streams", () => {
  const key = input("key", [2], "i32");
  const draw = (make: typeof randomUniform, stream: number, words: number[], size: number): Float64Array =>
    graphFunction([key], [make(key, stream, [size], "f64")])([words])[0];

  test("are a function of key, stream and position alone", () => {
    expect(draw(randomUniform, 3, [1, 2], 5)).toEqual(draw(randomUniform, 3, [1, 2], 9).slice(0, 5));
    expect([...draw(randomUniform, 3, [1, 2], 4)]).toEqual([0, 1, 2, 3].map((i) => uniformAt([1, 2], 3, i)));
    expect([...draw(randomNormal, 3, [1, 2], 4)]).toEqual([0, 1, 2, 3].map((i) => normalAt([1, 2], 3, i)));
  });

  test("differ by key and by stream", () => {
    const streams = [
      draw(randomUniform, 3, [1, 2], 8),
      draw(randomUniform, 4, [1, 2], 8),
      draw(randomUniform, 3, [2, 1], 8),
    ];
    expect(new Set(streams.flatMap((stream) => [...stream])).size).toBe(24);
  });

  // Bounds are five standard deviations of the estimate for 10⁵ draws.
  const SIZE = 100_000;
  const moment = (x: Float64Array, power: number): number =>
    x.reduce((sum, value) => sum + value ** power, 0) / x.length;

  test("are uniform in [0, 1) by 24 bits", () => {
    const u = draw(randomUniform, 0, [5, 6], SIZE);
    expect(u.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24))).toBe(true);
    expect(Math.abs(moment(u, 1) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / SIZE));
    expect(Math.abs(moment(u, 2) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / SIZE));
    const successive = u.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * (u[i] - 0.5), 0) / (SIZE - 1);
    expect(Math.abs(successive)).toBeLessThan(5 * (1 / 12 / Math.sqrt(SIZE)));
  });

  test("are standard normal", () => {
    const z = draw(randomNormal, 1, [5, 6], SIZE);
    expect(Math.abs(moment(z, 1))).toBeLessThan(5 * Math.sqrt(1 / SIZE));
    expect(Math.abs(moment(z, 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / SIZE));
    expect(Math.abs(moment(z, 3))).toBeLessThan(5 * Math.sqrt(15 / SIZE));
    expect(Math.abs(moment(z, 4) - 3)).toBeLessThan(5 * Math.sqrt(96 / SIZE));
  });

  test("are 1 with the given probability", () => {
    const [b] = graphFunction([key], [randomBernoulli(key, 2, 0.3, [SIZE], "f64")])([[5, 6]]);
    expect(b.every((value) => value === 0 || value === 1)).toBe(true);
    expect(Math.abs(moment(b, 1) - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / SIZE));
  });
});
