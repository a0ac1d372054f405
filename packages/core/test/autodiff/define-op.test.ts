/** Ops of one's own: every way to define one gives right values and derivatives of both orders, on every engine. */
import { beforeAll, describe, expect, test } from "vitest";
import { defineOp } from "../../src/autodiff/define-op.ts";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients, vjp } from "../../src/autodiff/reverse.ts";
import { checkLoss } from "../../src/check/check-loss.ts";
import { checkNet } from "../../src/check/check-net.ts";
import { checkOp } from "../../src/check/check-op.ts";
import { evaluate, type SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { parseTarget } from "../../src/explain/derivation/target.ts";
import { terminalLines } from "../../src/explain/terminal/document.ts";
import { overview, views } from "../../src/explain/views/views.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { power } from "../../src/graph/notation.ts";
import { program } from "../../src/graph/program.ts";
import { ShapeError, sizeOf } from "../../src/graph/type.ts";
import { explainNet } from "../../src/net/explain-net.ts";
import type { Loss } from "../../src/nn/losses.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { sigmoid, tanh } from "../../src/ops/elementary.ts";
import type { Operand } from "../../src/ops/elementwise.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { mean } from "../../src/ops/reduce.ts";
import { add, mul, neg, reciprocal, square, sub } from "../../src/ops/ring.ts";
import { reshape, transpose } from "../../src/ops/shape.ts";
import { fill, input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { fit } from "../../src/train/fit.ts";
import { direction, expectNear } from "../support/numbers.ts";

const swish = defineOp({
  name: "swish",
  evaluate: (x) => x / (1 + Math.exp(-x)),
  derivative: (y, x) => add(y, mul(sigmoid(x), sub(1, y))),
});
const squash = defineOp({ name: "squash", evaluate: Math.tanh, derivative: (y) => sub(1, square(y)), kernel: "tanh" });
const cosine: (x: Operand) => Expr = defineOp({
  name: "cosine",
  evaluate: Math.cos,
  derivative: (_, x) => neg(sine(x)),
});
const sine: (x: Operand) => Expr = defineOp({ name: "sine", evaluate: Math.sin, derivative: (_, x) => cosine(x) });
const gauge = defineOp({
  name: "gauge",
  evaluate: (a, b) => a * b + Math.sin(a),
  derivative: [(_, a, b) => add(b, cosine(a)), (_, a) => a],
});
const cubed = defineOp({
  name: "cubed",
  evaluate: (x) => x ** 3,
  derivative: (_, x) => mul(3, square(x)),
  decompose: (x) => mul(x, square(x)),
  notation: ([x]) => power(x, { form: "number", value: 3 }),
});
/** Nothing but what it is made of. */
const composed = defineOp({ name: "composed", decompose: (x, y) => mul(x, tanh(add(x, y))) });

/** x̂ = x / Σⱼ xⱼ of each row. */
const rowShares = ([x]: readonly Float64Array[], { type: { shape } }: Expr): Float64Array =>
  x.map((value, i) => {
    const from = i - (i % shape[1]);
    return value / x.slice(from, from + shape[1]).reduce((a, b) => a + b);
  });
const perRow = (x: Expr): Expr => reshape(sum(x, [1]), [x.type.shape[0], 1]);
const byPullback = defineOp({
  name: "shares",
  evaluate: rowShares,
  vjp: (bar, y, x) => [mul(sub(bar, perRow(mul(bar, y))), reciprocal(perRow(x)))],
});
const byPushforward = defineOp({
  name: "shares",
  evaluate: rowShares,
  jvp: ([dot], y, x) => mul(sub(dot, mul(y, perRow(dot))), reciprocal(perRow(x))),
});
/** Each row summed up from the left, and the transpose, from the right. */
const runningSum = (reverse: boolean): ((x: Expr) => Expr) =>
  defineOp({
    name: reverse ? "sum from the right" : "sum from the left",
    evaluate([x], { type: { shape } }) {
      const [rows, width] = shape;
      const result = new Float64Array(x.length);
      for (let i = 0; i < rows; i++) {
        let total = 0;
        for (let k = 0; k < width; k++) {
          const j = i * width + (reverse ? width - 1 - k : k);
          total += x[j];
          result[j] = total;
        }
      }
      return result;
    },
    transpose: (bar) => runningSum(!reverse)(bar),
  });
const fromLeft = runningSum(false);
/** ‖A − B‖² of two matrices of different kinds: a scalar, and null where nothing depends. */
const distance = defineOp({
  name: "distance",
  infer: (a) => ({ shape: [], dtype: a.dtype }),
  evaluate: ([a, b]) => [a.reduce((total, value, i) => total + (value - b[i]) ** 2, 0)],
  vjp: (bar, _, a, b) => [mul(bar, mul(2, sub(a, b))), mul(bar, mul(2, sub(b, a)))],
});

/** A function of [3, 5] for each way to define an op; the two of `composed` are one node. */
const FUNCTIONS: Readonly<Record<string, (x: Expr) => Expr>> = {
  "element by element": (x) => swish(x),
  "by a kernel that is there": (x) => squash(x),
  "whose derivatives are own ops": (x) => mul(sine(x), cosine(mul(2, x))),
  "of two operands, one of them broadcast": (x) => gauge(x, mean(x, [0])),
  "of a number": (x) => gauge(0.5, x),
  "with a decomposition": (x) => cubed(x),
  "by a decomposition alone": (x) => composed(x, square(x)),
  "by a decomposition alone, one node twice": (x) => composed(x, x),
  "by a pullback": (x) => byPullback(add(3, x)),
  "by a pushforward": (x) => byPushforward(add(3, x)),
  "by a transpose": (x) => fromLeft(square(x)),
  "of tensors to a number": (x) => mul(x, distance(x, sine(x))),
  "inside products": (x) => matmul(swish(matmul(x, transpose(x))), x),
};
const named = Object.entries(FUNCTIONS);

const engines: Record<string, SyncEngine> = { reference: referenceEngine };
beforeAll(async () => {
  engines.wasm = await wasmEngine({ threads: 1 });
  for (const threads of [2, 3]) engines[`${threads} threads`] = await wasmEngine({ threads });
});

describe.each(named)("%s", (name, apply) => {
  test("both modes, second order and batches are right", () => {
    const report = checkOp(apply, { name, operands: { x: { shape: [3, 5] } } });
    expect(report.summary).toMatch(/all right/);
  });

  test.each(["f64", "f32"] as const)("all engines agree in %s: value, ẏ, x̄, Hẋ", (dtype) => {
    const [x, dot, bar] = ["x", "ẋ", "ȳ"].map((symbol) => input(symbol, [3, 5], dtype));
    const y = apply(x);
    const bars = vjp([y], [x], [bar]);
    const outputs = { y, ẏ: jvp([y], [x], [dot])[0], x̄: bars[0], hvp: jvp(bars, [x], [dot])[0] };
    const closed = program("own", [x, dot, bar], outputs);
    const given = { x: direction(15, 1), ẋ: direction(15, 2), ȳ: direction(15, 3) };
    const held = Object.fromEntries(
      Object.entries(given).map(([key, values]) => [key, dtype === "f32" ? values.map(Math.fround) : values]),
    );
    const expected = evaluate(referenceEngine, closed, held);
    for (const engine of Object.values(engines)) {
      const found = evaluate(engine, closed, held);
      for (const key of Object.keys(outputs) as (keyof typeof outputs)[])
        expectNear([found[key]], [expected[key]], dtype === "f32" ? 2e-5 : 1e-12);
    }
  });
});

/** 23 rows, a curve. */
const curve = {
  x: Float64Array.from({ length: 46 }, (_, i) => Math.sin(1.3 * i)),
  y: Float64Array.from({ length: 23 }, (_, i) => Math.cos(2.6 * i)),
};
const network = (activation: (z: Expr) => Expr): NetworkSpec => ({
  inputs: 2,
  layers: [
    { units: 7, activation },
    { units: 1, activation: "identity" },
  ],
});
/** ln cosh r, by a pullback. */
const logCosh = defineOp({
  name: "log-cosh",
  evaluate: ([r]) => r.map((value) => Math.log(Math.cosh(value))),
  vjp: (bar, _, r) => [mul(bar, squash(r))],
});
const ownLoss: Loss = {
  name: "log-cosh",
  target: "values",
  domain: () => ({ text: "finite", holds: Number.isFinite }),
  perRow: (output: Expr, target: Expr) => mean(logCosh(sub(output, target)), [1]),
} as unknown as Loss;

describe("in training", () => {
  const trained = async (engine: SyncEngine, activation: (z: Expr) => Expr): Promise<[number, string]> => {
    let plan = "";
    for await (const event of fit(
      network(activation),
      { train: curve },
      { engine, loss: ownLoss, epochs: 60, batch: 8, rate: 0.01 },
    )) {
      if (event.type === "start") plan = event.describePlan();
      if (event.type === "end") return [event.bestLoss, plan];
    }
    throw new Error("training has no end");
  };

  test("an activation and a loss train on every engine, to one loss", async () => {
    const [expected] = await trained(referenceEngine, (z) => swish(z));
    for (const engine of Object.values(engines)) {
      const [loss] = await trained(engine, (z) => swish(z));
      expect(loss).toBeCloseTo(expected, 4);
    }
    expect(expected).toBeLessThan(0.05);
  });

  test("the plan says which steps the host computes, and a decomposition has none", async () => {
    expect((await trained(engines.wasm, (z) => swish(z)))[1]).toMatch(/host swish .*\n[\s\S]*host log-cosh/);
    expect((await trained(engines.wasm, (z) => cubed(z)))[1]).not.toMatch(/host cubed/);
  });

  test("a second-order method trains it", async () => {
    const options = { engine: engines.wasm, loss: ownLoss, epochs: 30, optimizer: minimizers.bfgs() };
    for await (const event of fit(
      network((z) => swish(z)),
      { train: curve },
      options,
    ))
      if (event.type === "end") expect(event.bestLoss).toBeLessThan(0.01);
  });
});

describe("in what is shown and certified", () => {
  const net = { network: network((z) => swish(z)), objective: { loss: ownLoss } };
  const tensors = Object.fromEntries(
    Object.entries(initialParameters(net.network, 1)).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  const batch = { rows: 2, x: curve.x.slice(0, 4), y: curve.y.slice(0, 2), weight: undefined };

  test("the derivation writes it as its notation says, with its derivative", () => {
    const of = explainNet(net, tensors, batch);
    const text = terminalLines(overview(of)).join("\n");
    expect(text).toContain("h₁ = swish(z₁)");
    expect(text).toMatch(/log-cosh\(y − target\)/);
    expect(text).toMatch(/∂h₁\/∂z₁ = h₁ \+ sigmoid\(z₁\) ⊙ \(1 − h₁\)/);
    const target = parseTarget(of, "W1[2,1]");
    for (const view of Object.values(views)) {
      const shown = (() => {
        try {
          return terminalLines(view(of, target)).join("\n");
        } catch (error) {
          return (error as Error).message;
        }
      })();
      expect(shown).toMatch(/\S/);
    }
    expect(terminalLines(views.index(of, target)).join("\n")).toMatch(/swish|h₁\[n/);
  });

  test("a notation of one's own is used", () => {
    const own = { ...net, network: network((z) => cubed(z)) };
    expect(terminalLines(overview(explainNet(own, tensors, batch))).join("\n")).toContain("h₁ = z₁³");
  });

  test("the certificate covers the network and the loss", () => {
    const checks = checkNet(net, tensors, { ...batch, x: curve.x, y: curve.y, rows: 23 });
    expect(checks.map(({ verdict }) => verdict)).toEqual(checks.map(() => "ok"));
    expect(checkLoss(ownLoss, { far: 700 }).summary).toMatch(/all right/);
  });

  test("a wrong derivative is found", () => {
    const wrong = defineOp({ name: "wrong", evaluate: (x) => x ** 2, derivative: (_, x) => x });
    expect(checkOp((x) => wrong(x), { operands: { x: { shape: [3] } } }).ok).toBe(false);
    const checks = checkNet({ ...net, network: network((z) => wrong(z)) }, tensors, batch);
    expect(checks.some(({ verdict }) => verdict === "mismatch")).toBe(true);
  });
});

describe("misuse", () => {
  const x = input("x", [2, 3], "f64");
  const run = (y: Expr, engine: SyncEngine = referenceEngine): number[] =>
    Array.from(evaluate(engine, program("p", [x], { y }), { x: [1, 2, 3, 4, 5, 6] }).y);

  test.each<[string, unknown, RegExp]>([
    ["no name", { evaluate: Math.exp, derivative: (y: Expr) => y }, /needs a name/],
    [
      "no derivative",
      { name: "f", evaluate: ([a]: Float64Array[]) => a },
      /op 'f' has no derivative: give derivative .* vjp/,
    ],
    ["no value", { name: "f", vjp: () => [null] }, /op 'f' has no value: give evaluate/],
    ["no value element by element", { name: "f", derivative: [null] }, /op 'f' has no value/],
    ["a misspelt part", { name: "f", evalute: Math.exp }, /no part 'evalute'; did you mean 'evaluate'/],
  ])("%s is refused when it is defined", (_, rule, message) => {
    expect(() => defineOp(rule as never)).toThrow(RangeError);
    expect(() => defineOp(rule as never)).toThrow(message);
  });

  test("a value of another size is named, on every engine", () => {
    const short = defineOp({ name: "short", evaluate: ([a]) => a.subarray(1), vjp: () => [null] });
    const nothing = defineOp({ name: "nothing", evaluate: (() => undefined) as never, vjp: () => [null] });
    for (const engine of Object.values(engines)) {
      expect(() => run(short(x), engine)).toThrow(ShapeError);
      expect(() => run(short(x), engine)).toThrow(
        "op 'short': evaluate must give the 6 numbers of f64[2, 3], got 5 numbers",
      );
      expect(() => run(nothing(x), engine)).toThrow("got undefined");
      // The engine is as good as new.
      expect(run(swish(x), engine)).toHaveLength(6);
    }
  });

  test("a function that forgets to return says where", () => {
    const forgetful = defineOp({ name: "forgetful", evaluate: (() => undefined) as never, derivative: (y) => y });
    for (const engine of Object.values(engines))
      expect(() => run(forgetful(x), engine)).toThrow("op 'forgetful': evaluate(1) must give a number, got undefined");
  });

  test("too few operands, cotangents of another type, too few of them", () => {
    expect(() => (gauge as (...xs: Expr[]) => Expr)(x)).toThrow("op 'gauge' has derivatives by 2 operands, got 1");
    const skew = defineOp({ name: "skew", evaluate: ([a]) => a, vjp: (bar) => [sum(bar, [0])] });
    expect(() => gradients(sum(skew(x)), [x])).toThrow(ShapeError);
    expect(() => gradients(sum(skew(x)), [x])).toThrow("op 'skew': vjp must give f64[2, 3] for operand 0, got f64[3]");
    const lacking = defineOp({ name: "lacking", evaluate: ([a]) => a, vjp: () => [] });
    expect(() => gradients(sum(lacking(x)), [x])).toThrow("op 'lacking': vjp must give 1 cotangents, got 0");
    const bent = defineOp({ name: "bent", evaluate: ([a]) => a, vjp: (bar) => [square(bar)] });
    expect(() => jvp([bent(x)], [x], [fill(1, [2, 3], "f64")])).toThrow(
      "op 'bent': vjp must be linear in the cotangent",
    );
  });

  test("NaN in training is led back to the op", async () => {
    const root = defineOp({
      name: "root",
      evaluate: (a) => Math.sqrt(a),
      derivative: (y) => reciprocal(mul(2, y)),
    });
    const options = { engine: engines.wasm, loss: ownLoss, epochs: 3, batch: 8 };
    for await (const event of fit(
      network((z) => root(z)),
      { train: curve },
      options,
    )) {
      if (event.type !== "end") continue;
      expect(event.stopped).toBe("diverged");
      expect(JSON.stringify(event.fault)).toMatch(/root/);
    }
  });

  test("an op that runs the engine that runs it does not hang", () => {
    const [several] = [engines["2 threads"]];
    const inner = several.compile(program("inner", [x], { y: swish(x) }));
    inner.write("x", [1, 2, 3, 4, 5, 6]);
    const nested = defineOp({
      name: "nested",
      evaluate([a]) {
        inner.run();
        return a;
      },
      vjp: (bar) => [bar],
    });
    expect(() => run(nested(x), several)).toThrow("give it another engine");
    expect(run(swish(x), several)).toHaveLength(sizeOf([2, 3]));
  });
});
