/** Programs as text: what a snapshot of a plan or of a train step rests on. */
import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { simplify } from "../../src/compile/simplify.ts";
import { printProgram } from "../../src/explain/notation/program.ts";
import { label } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { mean } from "../../src/ops/reduce.ts";
import { add, mul, square, sub } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";

test("a train step of one layer", () => {
  const x = input("x", [4, 2], "f32");
  const W = input("W1", [3, 2], "f32");
  const b = input("b1", [3], "f32");
  const t = input("t", [4, 3], "f32");
  const h = label(tanh(add(matmul(x, W, { transposeB: true }), b)), "h1");
  const loss = mean(square(sub(h, t)));
  const [dW, db] = gradients(loss, [W, b]);
  const step = program("step", [x, W, b, t], { loss, W1: sub(W, mul(0.1, dW)), b1: sub(b, mul(0.1, db)) });
  expect(printProgram(simplify(step))).toMatchInlineSnapshot(`
    "step(x: f32[4, 2], W₁: f32[3, 2], b₁: f32[3], t: f32[4, 3])
      h₁: f32[4, 3] = tanh(x W₁ᵀ + b₁)
      u₁: f32[4, 3] = h₁ − t
      u₂: f32[4, 3] = 0.1667 · u₁ ⊙ (1 − h₁²)
      → loss: f32 = 0.08333 · Σ(u₁²)
      → W₁: f32[3, 2] = W₁ − 0.1 · u₂ᵀ x
      → b₁: f32[3] = b₁ − 0.1 · Σᵢ u₂"
  `);
});

test("a node without a label gets one when it is used twice; equal labels and taken names are kept apart", () => {
  const u1 = input("u1", [3], "f64");
  const twice = tanh(u1);
  const first = label(mul(twice, 2), "a");
  const second = label(add(first, twice), "a");
  expect(printProgram(program("p", [u1], { result: second, same: second }))).toMatchInlineSnapshot(`
    "p(u₁: f64[3])
      u₂: f64[3] = tanh(u₁)
      a: f64[3] = 2 · u₂
      a′: f64[3] = a + u₂
      → result: f64[3] = a′
      → same: f64[3] = a′"
  `);
});

test("an input that nothing uses is still an input", () => {
  const [x, unused] = [input("x", [], "f64"), input("unused", [2, 3], "i32")];
  expect(printProgram(program("p", [x, unused], { x }))).toMatchInlineSnapshot(`
    "p(x: f64, unused: i32[2, 3])
      → x: f64 = x"
  `);
});
