import { expect, test } from "vitest";
import { gradients } from "../src/autodiff/reverse.ts";
import { evaluate } from "../src/engines/engine.ts";
import { referenceEngine } from "../src/engines/reference/reference.ts";
import { program } from "../src/graph/program.ts";
import { tanh } from "../src/ops/elementary.ts";
import { matmul } from "../src/ops/matmul.ts";
import { mean } from "../src/ops/reduce.ts";
import { add, square, sub } from "../src/ops/ring.ts";
import { input } from "../src/ops/source.ts";

test("smoke", () => {
  const x = input("x", [2, 3], "f64"),
    W = input("W", [4, 3], "f64"),
    b = input("b", [4], "f64"),
    y = input("y", [2, 4], "f64");
  const h = tanh(add(matmul(x, W, { transposeB: true }), b));
  const loss = mean(square(sub(h, y)));
  const [gW, gb, gx] = gradients(loss, [W, b, x]);
  const p = program("p", [x, W, b, y], { loss, gW, gb, gx });
  const r = (n: number) => Float64Array.from({ length: n }, (_, i) => Math.sin(i * 3.7 + n));
  const v = { x: r(6), W: r(12), b: r(4), y: r(8) };
  const out = evaluate(referenceEngine, p, v);
  const e = 1e-6;
  const W2 = v.W.slice();
  W2[5] += e;
  const W3 = v.W.slice();
  W3[5] -= e;
  const fd =
    (evaluate(referenceEngine, p, { ...v, W: W2 }).loss[0] - evaluate(referenceEngine, p, { ...v, W: W3 }).loss[0]) /
    (2 * e);
  expect(out.gW[5]).toBeCloseTo(fd, 8);
});
