/** A gradient penalty (‖∇ₓ y‖ − 1)² where ∇ₓ y = 0: the plain form has no derivative, which is told, and the safe one has. */
import { describe, expect, test } from "vitest";
import { checkGradients } from "../../src/autodiff/check-gradients.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import { checkOp } from "../../src/check/check-op.ts";
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { sqrt } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { mean } from "../../src/ops/reduce.ts";
import { mul, square, sub } from "../../src/ops/ring.ts";
import { less, relu, where } from "../../src/ops/select.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";

const plainNorm = (g: Expr): Expr => sqrt(sum(square(g), [1]));

/** As docs/diagnosis.md shows it: neither branch meets √ at 0. */
function safeNorm(g: Expr): Expr {
  const s = sum(square(g), [1]);
  return where(less(0, s), sqrt(where(less(0, s), s, 1)), 0);
}

function penalty(norm: (g: Expr) => Expr) {
  const [x, W, v] = [input("x", [2, 3], "f64"), input("W", [4, 3], "f64"), input("v", [1, 4], "f64")];
  const y = matmul(relu(matmul(x, W, { transposeB: true })), v, { transposeB: true });
  const [dx] = gradients(sum(y), [x]);
  const loss = mean(square(sub(norm(dx), 1)));
  const [dW, dv] = gradients(loss, [W, v]);
  return program("penalty", [x, W, v], { loss, W: dW, v: dv });
}

/** Units of which none is active in row 0 (x ≥ 0, W < 0), and some in row 1. */
const dead = { x: [1, 2, 3, -1, -2, 0.5], W: [-1, -2, -3, -2, -1, -1, -1, -1, -2, -3, -1, -0.5], v: [0.5, -1, 2, 1] };
/** Every unit is active, but the sum over them is 0. */
const cancelled = { ...dead, W: Array.from(dead.W, Math.abs), v: [0, 0, 0, 0] };

describe.each([
  ["relu units are dead", dead],
  ["weights are 0", cancelled],
])("where %s", (_, given) => {
  const check = (norm: (g: Expr) => Expr) => {
    const closed = penalty(norm);
    const { loss: _loss, W, v } = evaluate(referenceEngine, closed, given);
    const at = (name: string, values: Float64Array): number =>
      evaluate(referenceEngine, closed, { ...given, [name]: values }).loss[0];
    return checkGradients(at, { W: given.W, v: given.v }, { W, v });
  };

  test("the plain norm has no derivative, and is not called a mistake", () => {
    const verdicts = check(plainNorm).map(({ verdict }) => verdict);
    expect(verdicts).toContain("no derivative");
    expect(verdicts).not.toContain("mismatch");
  });

  test("the safe form is finite, and right or at a corner", () => {
    for (const { entries } of check(safeNorm)) {
      for (const { claimed, verdict } of entries) {
        expect(claimed).toSatisfy(Number.isFinite);
        expect(["ok", "kink"]).toContain(verdict);
      }
    }
  });
});

test("both forms agree where the gradient is not 0", () => {
  const given = { ...dead, x: [-1, -2, -3, -1, -2, 0.5] };
  const [plain, safe] = [plainNorm, safeNorm].map((norm) => evaluate(referenceEngine, penalty(norm), given));
  expect(safe).toEqual(plain);
});

test.each<[string, (x: Expr) => Expr, number[]]>([
  ["‖x‖ at 0", (x) => sqrt(sum(square(x))), [0, 0]],
  ["√x at 0", (x) => sum(sqrt(mul(x, x))), [0, 1]],
])("checkOp says of %s that there is none", (_, apply, values) => {
  const report = checkOp(apply, { operands: { x: { shape: [2], values } }, orders: 1 });
  if (report.verdict !== "mismatch") expect(report.verdict).toBe("no derivative");
  expect(report.ok).toBe(false);
});
