/** Seven steps of every optimizer against PyTorch (fixtures/optimizers.json), by the reference engine. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { type Expr, topological } from "../../src/graph/expr.ts";
import type { Values } from "../../src/graph/op.ts";
import { type Program, program } from "../../src/graph/program.ts";
import { type FloatType, sizeOf } from "../../src/graph/type.ts";
import { input } from "../../src/ops/source.ts";
import { adam } from "../../src/optim/first-order/adam.ts";
import type { Optimizer } from "../../src/optim/first-order/optimizer.ts";
import { type OptimizerName, type OptimizerOptions, optimizers } from "../../src/optim/optimizers.ts";

type Nested = number | readonly Nested[];
const flatten = (values: Nested): number[] => (typeof values === "number" ? [values] : values.flatMap(flatten));

interface Fixture {
  readonly name: OptimizerName;
  readonly hyper: OptimizerOptions & { readonly learningRate: number };
  readonly initial: readonly Nested[];
  readonly gradients: readonly (readonly Nested[])[];
  readonly trajectory: readonly (readonly Nested[])[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("../fixtures/optimizers.json", import.meta.url), "utf8"),
) as readonly Fixture[];

function updateProgram(optimizer: Optimizer, shape: readonly number[], dtype: FloatType = "f64"): Program {
  const make = (name: string): Expr => input(name, shape, dtype);
  const [w, g] = [make("w"), make("g")];
  const [rate, step] = [input("rate", [], dtype), input("step", [], dtype)];
  const state = Object.fromEntries(
    Object.keys(optimizer.state).map((name) => [`state ${name}`, make(`state ${name}`)]),
  );
  const bare = Object.fromEntries(Object.keys(optimizer.state).map((name) => [name, state[`state ${name}`]]));
  const next = optimizer.update(w, g, bare, { rate, step });
  const nextState = Object.fromEntries(Object.entries(next.state).map(([name, node]) => [`state ${name}`, node]));
  return program(optimizer.name, [w, g, rate, step, ...Object.values(state)], { w: next.param, ...nextState });
}

function initialState(optimizer: Optimizer, size: number, rate: number): Record<string, ArrayLike<number>> {
  const fills = Object.entries(optimizer.state).map(([name, start]) => {
    return [`state ${name}`, new Array<number>(size).fill(start === "rate" ? rate : start)];
  });
  return Object.fromEntries(fills);
}

test("there is a fixture for every optimizer", () => {
  expect(new Set(fixtures.map(({ name }) => name))).toEqual(new Set(Object.keys(optimizers)));
  for (const name of Object.keys(optimizers) as OptimizerName[]) expect(optimizers[name]().name).toBe(name);
});

test.each(fixtures)("$name walks as PyTorch's does", ({ name, hyper, initial, gradients, trajectory }) => {
  const { learningRate, ...options } = hyper;
  const optimizer = optimizers[name](options);
  initial.forEach((start, p) => {
    const size = flatten(start).length;
    const shape = size === 6 ? [3, 2] : [3];
    const update = updateProgram(optimizer, shape);
    let current: Record<string, ArrayLike<number>> = {
      w: flatten(start),
      ...initialState(optimizer, size, learningRate),
    };
    gradients.forEach((gradient, t) => {
      const given = { ...current, g: flatten(gradient[p]), rate: [learningRate], step: [t + 1] };
      current = evaluate(referenceEngine, update, given);
      const expected = flatten(trajectory[t][p]);
      const scale = Math.max(...expected.map(Math.abs));
      expected.forEach((value, i) => {
        expect(Math.abs(current.w[i] - value), `step ${t + 1}, element ${i}`).toBeLessThanOrEqual(1e-12 * scale);
      });
    });
  });
});

/** Every node by its definition, rounded to f32 as an f32 engine rounds it. */
function inSinglePrecision(output: Expr, inputs: Readonly<Record<string, number>>): number {
  const values = new Map<Expr, Values>();
  for (const node of topological([output])) {
    const operands = node.operands.map((operand) => values.get(operand) as Values);
    const given = node.label === undefined ? undefined : inputs[node.label];
    const exact = given === undefined ? node.op.evaluate(operands, node) : Float64Array.of(given);
    values.set(node, exact.map(Math.fround));
  }
  return (values.get(output) as Values)[0];
}

test.each([1, 2, 10, 1000, 100_000])("adam's bias correction keeps its digits in f32 at step %i", (t) => {
  // From w = 0 one step is −η m̂/(√v̂ + ε); m and v are what a constant gradient of 0.3 leaves behind.
  const g = 0.3;
  const m = g * (1 - 0.9 ** (t - 1));
  const v = g * g * (1 - 0.999 ** (t - 1));
  const { outputs } = updateProgram(adam(), [1], "f32");
  const moved = inSinglePrecision(outputs.w, { w: 0, g, rate: 1, step: t, "state m": m, "state v": v });
  expect(Math.abs(moved + 1)).toBeLessThan(1e-6);
});

test("adam costs twelve operations an element", () => {
  const shape = [5, 3];
  const nodes = topological(Object.values(updateProgram(adam(), shape).outputs));
  const work = nodes.filter(({ op, operands, type }) => {
    return operands.length > 0 && op.name !== "broadcast" && sizeOf(type.shape) === 15;
  });
  expect(work.map(({ op }) => op.name).sort()).toEqual(
    ["add", "add", "add", "div", "mul", "mul", "mul", "mul", "mul", "mul", "sqrt", "sub"], // 3 for m, 4 for v, 5 for w
  );
});

test("rprop tells the signs of gradients whose product would be 0", () => {
  const optimizer = optimizers.rprop();
  const update = updateProgram(optimizer, [2]);
  const given = { w: [0, 0], rate: [0.1], step: [1] };
  const first = evaluate(referenceEngine, update, {
    ...given,
    ...initialState(optimizer, 2, 0.1),
    g: [1e-200, -1e-200],
  });
  const second = evaluate(referenceEngine, update, { ...given, ...first, g: [1e-200, 1e-200] });
  expect([...second["state size"]]).toEqual([0.1 * 1.2, 0.1 * 0.5]);
});

test("betas of 0 leave the bare gradient: adam is then the sign", () => {
  const update = updateProgram(adam({ beta1: 0, beta2: 0 }), [2]);
  const given = { w: [0, 0], g: [5, -0.01], rate: [0.1], step: [1], "state m": [0, 0], "state v": [0, 0] };
  const { w } = evaluate(referenceEngine, update, given);
  expect(w[0]).toBeCloseTo(-0.1, 8);
  expect(w[1]).toBeCloseTo(0.1, 6);
});

test.each([
  ["adam", { beta1: 1 }, "adam: beta1 must be a number ≥ 0 and < 1, got 1"],
  ["adam", { epsilon: 0 }, "adam: epsilon must be a number > 0, got 0"],
  ["adam", { weightDecay: 0.1 }, "adam has no option 'weightDecay'; it has beta1, beta2, epsilon"],
  ["adamw", { momentum: 0.9 }, "adamw has no option 'momentum'; it has beta1, beta2, epsilon, weightDecay"],
  ["adamw", { weightDecay: -1 }, "adamw: weightDecay must be a number ≥ 0, got -1"],
  ["sgd", { momentum: 0.9 }, "sgd has no option 'momentum'; it has none"],
  ["momentum", { momentum: Number.NaN }, "momentum: momentum must be a number ≥ 0 and < 1, got NaN"],
  ["nesterov", { momentum: 1.5 }, "nesterov: momentum must be a number ≥ 0 and < 1, got 1.5"],
  ["rmsprop", { alpha: -0.1 }, "rmsprop: alpha must be a number ≥ 0 and < 1, got -0.1"],
  ["adagrad", { epsilon: -1 }, "adagrad: epsilon must be a number > 0, got -1"],
  ["rprop", { etaPlus: 1 }, "rprop: etaPlus must be a number > 1, got 1"],
  ["rprop", { minStep: 2, maxStep: 1 }, "rprop: maxStep must be at least minStep, 2, got 1"],
] as const)("%s %o is refused", (name, options, message) => {
  expect(() => optimizers[name](options)).toThrow(RangeError);
  expect(() => optimizers[name](options)).toThrow(message);
});
