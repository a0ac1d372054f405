/** Where a derivative does not exist, the convention that the library promises; and where a naive rule gives NaN. */
import { describe, expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { asinh } from "../../src/ops/asinh.ts";
import { log, pow, sqrt } from "../../src/ops/elementary.ts";
import { logsumexp, max } from "../../src/ops/reduce.ts";
import { mul } from "../../src/ops/ring.ts";
import { abs, clamp, floor, maximum, minimum, relu, sign, where } from "../../src/ops/select.ts";
import { smoothClip } from "../../src/ops/smooth-clip.ts";
import { fill, input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { graphFunction } from "../support/graph-function.ts";
import { expectNear } from "../support/numbers.ts";

/** The derivatives of Σ f(x₀, …), by both modes. */
function slopes(f: (...xs: Expr[]) => Expr, ...values: number[][]): { reverse: number[][]; forward: number[] } {
  const xs = values.map((x, i) => input(`x${i}`, [x.length], "f64"));
  const y = f(...xs);
  const loss = sum(y);
  const ones = xs.map((x) => fill(1, x.type.shape, "f64"));
  const reverse = graphFunction(xs, gradients(loss, xs))(values).map((bar) => [...bar]);
  const [forward] = graphFunction(xs, jvp([y], xs, ones))(values).map((dot) => [...dot]);
  return { reverse, forward };
}

describe("kinks", () => {
  test("relu and abs have slope 0 at 0, of either sign", () => {
    expect(slopes(relu, [-1, -0, 0, 1])).toEqual({ reverse: [[0, 0, 0, 1]], forward: [0, 0, 0, 1] });
    expect(slopes(abs, [-1, 0, 1])).toEqual({ reverse: [[-1, 0, 1]], forward: [-1, 0, 1] });
  });

  test("steps have slope 0 everywhere", () => {
    expect(slopes(sign, [-1, 0, 1]).reverse).toEqual([[0, 0, 0]]);
    expect(slopes(floor, [-1, 0, 0.5]).reverse).toEqual([[0, 0, 0]]);
  });

  test("a tie of maximum or minimum goes half to each", () => {
    expect(slopes(maximum, [1, 2, 3], [2, 2, 2]).reverse).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ]);
    expect(slopes(minimum, [1, 2, 3], [2, 2, 2]).reverse).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ]);
    expect(slopes((x) => clamp(x, 0, 1), [-1, 0, 0.5, 1, 2]).reverse).toEqual([[0, 0.5, 1, 0.5, 0]]);
  });

  test("ties of the largest element share its slope", () => {
    expect(slopes((x) => max(x), [1, 3, 3, 2, 3]).reverse).toEqual([[0, 1 / 3, 1 / 3, 0, 1 / 3]]);
  });
});

describe("no NaN", () => {
  test("of a square that overflows", () => {
    const farOut = [Number.POSITIVE_INFINITY, Number.MAX_VALUE, 1e200, -1e200, Number.NEGATIVE_INFINITY];
    const x = input("x", [5], "f64");
    const [clipped, logarithm] = [smoothClip(x, 1.5), asinh(x)].map((y) => [...graphFunction([x], [y])([farOut])[0]]);
    expect(clipped).toEqual([1.5, 1.5, 1.5, -1.5, -1.5]);
    expectNear([logarithm.slice(1, 4)], [[1025 * Math.LN2, Math.log(2e200), -Math.log(2e200)]], 1e-15);
    expect([logarithm[0], logarithm[4]]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(slopes((of) => smoothClip(of, 1.5), farOut).reverse).toEqual([[0, 0, 0, 0, 0]]);
    expect(slopes(asinh, farOut).reverse).toEqual([[0, 0, 0, 0, 0]]);
  });

  test("of a power at 0", () => {
    expect(slopes((x) => pow(x, 2), [0])).toEqual({ reverse: [[0]], forward: [0] });
    expect(slopes((x) => pow(x, 1), [0]).reverse).toEqual([[1]]);
    expect(slopes((x) => pow(x, 0), [0]).reverse).toEqual([[0]]);
    expect(slopes((a, b) => pow(a, b), [0, 0], [2, 0]).reverse).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("of derivatives of x² up to the third, at 0", () => {
    const x = input("x", [], "f64");
    const first = gradients(pow(x, 2), [x])[0];
    const second = gradients(first, [x])[0];
    const third = gradients(second, [x])[0];
    expect(graphFunction([x], [first, second, third])([[0]]).map(([value]) => value)).toEqual([0, 2, 0]);
  });

  test("from what `where` does not choose, be it NaN or its tangent", () => {
    const chosen = (x: Expr): Expr => where(x, x, log(mul(-1, abs(x))));
    expect(slopes(chosen, [2, -3])).toEqual({ reverse: [[1, 1]], forward: [1, 1] });
    // The tangent of √x at 0 is infinite; it is not chosen. (Backward, √ itself must be kept from 0.)
    expect(slopes((x) => where(x, sqrt(x), 0), [0, 4]).forward).toEqual([0, 0.25]);
    expect(slopes((x) => where(x, sqrt(where(x, x, 1)), 0), [0, 4]).reverse).toEqual([[0, 0.25]]);
  });

  test("of logsumexp of large numbers", () => {
    // e^(x − y) has the rounding of y ≈ 1000 in its exponent.
    expectNear(slopes((x) => logsumexp(x), [1000, 1000]).reverse, [[0.5, 0.5]], 1000 * 2 ** -52);
    expect(slopes((x) => logsumexp(x), [-1000, Number.NEGATIVE_INFINITY]).reverse).toEqual([[1, 0]]);
  });
});
