/** `checkOp`, `checkLayer` and `checkLoss`: right ones pass, and every kind of wrong one is found and named. */
import { describe, expect, test } from "vitest";
import { checkLoss } from "../../src/check/check-loss.ts";
import { checkLayer, checkOp } from "../../src/check/check-op.ts";
import { type Expr, expr } from "../../src/graph/expr.ts";
import type { Op } from "../../src/graph/op.ts";
import { activations } from "../../src/nn/activations.ts";
import { layerNorm } from "../../src/nn/layers/norm.ts";
import { type Loss, type LossName, losses } from "../../src/nn/losses.ts";
import { exp, log, tanh } from "../../src/ops/elementary.ts";
import { linear } from "../../src/ops/linear.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { mean } from "../../src/ops/reduce.ts";
import { add, div, mul, square, sub } from "../../src/ops/ring.ts";
import { abs } from "../../src/ops/select.ts";
import { batchedAt } from "../../src/ops/shape.ts";
import { fill } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";

const shape = [3, 5];
const wrongIn = ({ findings }: { findings: readonly { verdict: string; check: string }[] }): string[] =>
  findings.filter(({ verdict }) => verdict === "mismatch").map(({ check }) => check);

test.each(Object.entries(activations))("the activation %s", (name, activation) => {
  const report = checkOp(activation, { name, operands: { x: { shape, from: [0.1, 1.7] } } });
  expect(report.summary).toMatch(new RegExp(`^${name}: \\d+ checks, all right`));
  expect(report.ok).toBe(true);
});

test.each(Object.keys(losses) as LossName[])("the loss %s", (name) => {
  // e^z of Poisson's loss grows without bound, and is finite up to z = 709.
  const report = checkLoss(losses[name](), name === "poisson" ? { far: 700 } : {});
  expect(report.summary).toMatch(/all right/);
  expect(report.ok).toBe(true);
});

test("a matrix product, a layer with normalisation", () => {
  expect(checkOp((a, b) => matmul(a, b), { operands: { a: { shape: [3, 4] }, b: { shape: [4, 2] } } }).ok).toBe(true);
  const layer = (x: Expr, { W, gain, shift }: Readonly<Record<string, Expr>>): Expr =>
    tanh(layerNorm(matmul(x, W, { transposeB: true }), { gain, shift }));
  const parameters = { W: [4, 3], gain: [4], shift: [4] };
  expect(checkLayer(layer, { x: [5, 3], parameters }).summary).toMatch(/all right/);
});

test("a corner is no error: the claimed derivative is one of the slopes, or between them", () => {
  const at = (own: (x: Expr) => Expr) =>
    checkOp(own, { operands: { x: { shape: [3], values: [0, 1, -2] } }, orders: 1 });
  expect(at(abs)).toMatchObject({ ok: true, verdict: "ok" });
  expect(at(activations.relu)).toMatchObject({ ok: true, verdict: "kink" });
  expect(at(activations.relu).summary).toContain("at a kink");
});

/** tanh, as an op of one's own. */
const right: Op = {
  name: "mine",
  infer: ([x]) => x,
  evaluate: ([x]) => x.map(Math.tanh),
  jvp: (node, [t]) => (t ? mul(t, sub(1, square(node))) : null),
  vjp: (node, bar) => [mul(bar, sub(1, square(node)))],
  batch: (node, [{ expr: x, axis }]) => ({ expr: expr(node.op, [x], {}), axis }),
  notation: ([x]) => x,
};

/** The same with whatever is replaced. */
const tanhLike =
  (wrong: Partial<Op>) =>
  (x: Expr): Expr =>
    expr({ ...right, ...wrong }, [x], {});

/** Elements of the last axis so many places further on; its transpose moves them by `back`. */
function rotation(by: number, back: number): Op {
  return linear({
    name: "rotation",
    infer: ([x]) => x,
    evaluate: ([x], node) => {
      const n = node.type.shape.at(-1) as number;
      return x.map((_, i) => x[i - (i % n) + ((i + by) % n)]);
    },
    transpose: (_, bar) => expr(rotation(back, by), [bar], {}),
    batch: (node, [given], size) => ({ expr: expr(node.op, [batchedAt(given, 0, size)], {}), axis: 0 }),
    notation: ([x]) => x,
  });
}

describe("an op of one's own", () => {
  const check = (wrong: Partial<Op>) => checkOp(tanhLike(wrong), { name: "mine", operands: { x: { shape } } });

  test("that is right", () => {
    expect(check({}).summary).toMatch(/^mine: \d+ checks, all right$/);
  });

  test("with one wrong derivative in both modes: the adjoint alone would not see it", () => {
    const report = check({
      jvp: (node, [t]) => (t ? mul(t, sub(1, node)) : null),
      vjp: (node, bar) => [mul(bar, sub(1, node))],
    });
    expect(wrongIn(report)).toContain("forward mode by x");
    expect(wrongIn(report)).not.toContain("reverse mode: adjoint of forward mode");
    expect(report.summary).toContain("differences");
  });

  test("with a wrong reverse mode", () => {
    expect(wrongIn(check({ vjp: (node, bar) => [mul(bar, sub(1, node))] }))).toContain(
      "reverse mode: adjoint of forward mode",
    );
  });

  test("with a derivative that is right, but no function of its operand: the second order is wrong", () => {
    const frozen = (node: Expr): Expr => ({ ...sub(1, square(node)), operands: sub(1, square(node)).operands });
    const constant = (node: Expr): Expr => expr(stopped, [frozen(node)], {});
    expect(
      wrongIn(
        check({
          jvp: (node, [t]) => (t ? mul(t, constant(node)) : null),
          vjp: (node, bar) => [mul(bar, constant(node))],
        }),
      ),
    ).toEqual(["second order by x"]);
  });

  test("with a wrong mixed derivative: each operand alone is right", () => {
    // y = x₀ x₁ whose derivative by x₀ does not know that x₁ is a variable.
    const product: Op = {
      ...right,
      infer: ([a]) => a,
      evaluate: ([a, b]) => a.map((value, i) => value * b[i]),
      jvp: ({ operands: [a, b] }, [s, t]) =>
        add(s ? mul(s, expr(stopped, [b], {})) : fill(0, shape, "f64"), t ? mul(t, a) : fill(0, shape, "f64")),
      vjp: ({ operands: [a, b] }, bar) => [mul(bar, expr(stopped, [b], {})), mul(bar, a)],
      batch: (_, given, size) => {
        const [a, b] = given.map((one) => (one.axis === undefined ? one.expr : batchedAt(one, 0, size)));
        return { expr: mul(a, b), axis: 0 };
      },
    };
    const report = checkOp((a, b) => expr(product, [a, b], {}), { operands: { a: { shape }, b: { shape } } });
    expect(wrongIn(report)).toContain("second order by a");
    expect(wrongIn(report)).not.toContain("forward mode by a");
    expect(wrongIn(report)).not.toContain("reverse mode: adjoint of forward mode");
  });

  test("with a wrong transpose", () => {
    const check = (back: number) =>
      wrongIn(checkOp((x) => expr(rotation(1, back), [x], {}), { operands: { x: { shape: [2, 5] } } }));
    expect(check(4)).toEqual([]);
    expect(check(1)).toContain("reverse mode: adjoint of forward mode");
  });

  test("with a derivative of the wrong shape", () => {
    const report = check({ vjp: (node) => [fill(1, [5, 3], node.type.dtype)] });
    expect(wrongIn(report)).toContain("reverse mode: shape");
    expect(report.summary).toContain("f64[5, 3], expected f64[3, 5]");
  });

  test("with a wrong batch rule", () => {
    expect(
      wrongIn(check({ batch: (node, [{ expr: x, axis }]) => ({ expr: mul(2, expr(node.op, [x], {})), axis }) })),
    ).toEqual(["batch rule"]);
  });

  test("whose value does not fill its type", () => {
    expect(check({ evaluate: ([x]) => x.slice(1) }).summary).toContain("f64[3, 5] has 15 numbers, got 14");
  });
});

/** The identity, which hides from differentiation. */
const stopped: Op = {
  name: "stopped",
  infer: ([x]) => x,
  evaluate: ([x]) => x,
  jvp: () => null,
  vjp: () => [null],
  batch: (node, [{ expr: x, axis }]) => ({ expr: expr(node.op, [x], {}), axis }),
  notation: ([x]) => x,
};

describe("a layer or loss of one's own that is wrong", () => {
  test("a layer that mixes rows", () => {
    const centred = (x: Expr): Expr => sub(x, mean(x, [0]));
    expect(wrongIn(checkLayer(centred, { x: [4, 3] }))).toEqual(["rows are independent"]);
  });

  const own = (perRow: Loss["perRow"]): Loss => ({ name: "own", target: "values", perRow });

  test("a loss of everything in place of each row", () => {
    expect(checkLoss(own((z, y) => sum(square(sub(z, y))))).summary).toContain("a number for each row is [4], got []");
  });

  test("a loss that overflows", () => {
    const softmax = (z: Expr): Expr => div(exp(z), add(sum(exp(z), [1, 0]), 0));
    expect(wrongIn(checkLoss(own((z, y) => sum(mul(y, log(softmax(z))), [1]))))).toContain(
      "finite at outputs of 10000",
    );
  });
});
