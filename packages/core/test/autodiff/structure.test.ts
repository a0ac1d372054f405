/** How both modes treat the graph itself: sharing, intermediates, what is unused, integers, depth. */
import { describe, expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients, vjp } from "../../src/autodiff/reverse.ts";
import { type Expr, topological } from "../../src/graph/expr.ts";
import { cast, stopGradient } from "../../src/ops/convert.ts";
import { exp, tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { mean } from "../../src/ops/reduce.ts";
import { add, mul, neg, square } from "../../src/ops/ring.ts";
import { gatherRows } from "../../src/ops/rows.ts";
import { fill, filledWith, input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { directionalDerivative, graphFunction } from "../support/graph-function.ts";
import { direction, expectNear, inner } from "../support/numbers.ts";

const x = input("x", [], "f64");
const at = (nodes: readonly Expr[], value: number): number[] => graphFunction([x], nodes)([[value]]).map(([y]) => y);

describe("sharing", () => {
  test("every use of a node adds to its cotangent", () => {
    const twice = mul(x, x);
    const four = mul(twice, twice);
    expect(at(gradients(add(four, x), [x]), 3)).toEqual([4 * 27 + 1]);
    expect(at(jvp([add(four, x)], [x], [fill(1, [], "f64")]), 3)).toEqual([4 * 27 + 1]);
  });

  test("an output that is asked for twice, or that another output needs, counts each time", () => {
    const y = square(x);
    const [ones, twos] = [fill(1, [], "f64"), fill(2, [], "f64")];
    expect(at(vjp([y, y], [x], [ones, twos]), 5)).toEqual([30]);
    expect(at(vjp([y, square(y)], [x], [ones, twos]), 2)).toEqual([4 + 2 * 4 * 8]);
  });

  test("an output is its own derivative's argument", () => {
    expect(at(vjp([x], [x], [fill(7, [], "f64")]), 0)).toEqual([7]);
    expect(at(jvp([x], [x], [fill(7, [], "f64")]), 0)).toEqual([7]);
  });
});

describe("intermediates", () => {
  const [batch, w, v] = [input("batch", [3, 5], "f64"), input("w", [4, 5], "f64"), input("v", [2, 4], "f64")];
  const z = matmul(batch, w, { transposeB: true });
  const h = tanh(z);
  const loss = mean(square(matmul(h, v, { transposeB: true })));
  const values = [direction(15, 1), direction(20, 2), direction(8, 3)];

  test("have gradients beside those of inputs and parameters", () => {
    const wrt = [batch, w, z, h, v];
    const [batchBar, wBar, zBar, hBar] = gradients(loss, wrt);
    // The chain, link by link: z̄ = h̄ ⊙ (1 − h²), W̄ = z̄ᵀ X, X̄ = z̄ W.
    const chain = [matmul(zBar, w), matmul(zBar, batch, { transposeA: true }), mul(hBar, add(1, neg(square(h))))];
    const run = (nodes: readonly Expr[]) => graphFunction([batch, w, v], nodes)(values);
    expectNear(run([batchBar, wBar, zBar]), run(chain), 1e-15);
    const move = values.map((value, i) => direction(value.length, 10 + i));
    const [numerical] = directionalDerivative(graphFunction([batch, w, v], [loss]), values, move);
    const exact = inner(run(gradients(loss, [batch, w, v])), move);
    expectNear([[exact]], [numerical], 1e-9);
  });

  test("can be given a tangent, which replaces the one that flows in", () => {
    const y = square(exp(x));
    const e = y.operands[0];
    expect(at(jvp([y], [e], [fill(1, [], "f64")]), 0)).toEqual([2]);
    expect(at(jvp([y], [e, x], [fill(1, [], "f64"), fill(100, [], "f64")]), 0)).toEqual([2]);
  });
});

describe("what is not on a path", () => {
  const unused = input("unused", [3, 5], "f32");

  test("has a gradient and a tangent of zeros, in its own type", () => {
    const [bar] = gradients(square(x), [unused]);
    expect([filledWith(bar), bar.type]).toEqual([0, unused.type]);
    const [dot] = jvp([square(x)], [unused], [fill(1, [3, 5], "f32")]);
    expect([filledWith(dot), dot.type]).toEqual([0, x.type]);
  });

  test("is not differentiated: a pullback makes nodes only for what is wanted", () => {
    const [a, b] = [input("a", [3, 5], "f64"), input("b", [5, 2], "f64")];
    const product = matmul(a, b);
    const [bar] = vjp([product], [a], [fill(1, [3, 2], "f64")]);
    expect(topological([bar]).filter((node) => node.op === product.op).length).toBe(1);
  });

  test("stopGradient is a constant for both modes", () => {
    const y = mul(x, stopGradient(x));
    expect(at(gradients(y, [x]), 3)).toEqual([3]);
    expect(at(jvp([y], [x], [fill(1, [], "f64")]), 3)).toEqual([3]);
  });
});

describe("integers", () => {
  const index = input("index", [2], "i32");
  const table = input("table", [3, 5], "f64");

  test("get no cotangent", () => {
    const loss = sum(mul(gatherRows(table, index), 2));
    const [tableBar, indexBar] = gradients(loss, [table, index]);
    expect([filledWith(indexBar), indexBar.type.dtype]).toEqual([0, "i32"]);
    const [values] = graphFunction([table, index], [tableBar])([new Float64Array(15), [1, 1]]);
    expect([...values]).toEqual([0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0]);
  });

  test("hand on no tangent, and no cotangent comes through them", () => {
    const y = cast(cast(mul(x, x), "i32"), "f64");
    // A tangent of 10 would survive truncation.
    expect(jvp([y], [x], [fill(10, [], "f64")]).map(filledWith)).toEqual([0]);
    expect(gradients(y, [x]).map(filledWith)).toEqual([0]);
    const whole = cast(x, "i32");
    expect(jvp([whole], [x], [fill(10, [], "f64")]).map(filledWith)).toEqual([0]);
    expect(vjp([whole], [x], [fill(10, [], "i32")]).map(filledWith)).toEqual([0]);
    expect(jvp([cast(index, "f64")], [index], [fill(10, [2], "i32")]).map(filledWith)).toEqual([0]);
  });
});

describe("depth", () => {
  const DEPTH = 10_000;
  let y = x;
  for (let i = 0; i < DEPTH; i++) y = add(y, x);

  test("a chain of 10⁴ nodes overflows no stack, forward, backward or twice", () => {
    expect(at(gradients(y, [x]), 1)).toEqual([DEPTH + 1]);
    expect(at(jvp([y], [x], [fill(1, [], "f64")]), 1)).toEqual([DEPTH + 1]);
    const [first] = gradients(mul(y, y), [x]);
    expect(at(gradients(first, [x]), 1)).toEqual([2 * (DEPTH + 1) ** 2]);
  });
});
