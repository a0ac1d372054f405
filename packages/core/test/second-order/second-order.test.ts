/** Networks trained by second-order methods: their objective against an independent graph, K-FAC, and what is refused. */
import { describe, expect, test } from "vitest";
import { hessian, hvp, jacobian, rowGaussNewton } from "../../src/autodiff/curvature.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { label } from "../../src/graph/expr.ts";
import { type LinearAlgebra, plainLinearAlgebra } from "../../src/linalg/linear-algebra.ts";
import { losses, reduceRows } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { concat, reshape } from "../../src/ops/shape.ts";
import { input } from "../../src/ops/source.ts";
import { adam } from "../../src/optim/first-order/adam.ts";
import { adapted, invertFactors, type Kfac, kfac, memory, precondition } from "../../src/optim/kfac.ts";
import type { Minimizer } from "../../src/optim/minimizers/minimizer.ts";
import { type MinimizerName, minimizers } from "../../src/optim/minimizers.ts";
import { NetworkProblem } from "../../src/second-order/network-problem.ts";
import type { EndEvent, EpochEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { objective, parameterInputs } from "../../src/train/objective.ts";
import type { FitIteration } from "../../src/train/training.ts";
import { graphFunction } from "../support/graph-function.ts";
import { direction, expectNear } from "../support/numbers.ts";

const engine = await wasmEngine({ threads: 1 });
const ROWS = 23;
const network: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 4, activation: "tanh" },
    { units: 5, activation: "softplus", bias: false },
    { units: 2, activation: "identity" },
  ],
};
const x = direction(ROWS * 3, 1);
const targets = {
  "mean-squared-error": Float64Array.from(
    { length: ROWS * 2 },
    (_, i) => Math.sin(x[(i % ROWS) * 3] * 2) + 0.1 * (i % 3),
  ),
  "softmax-cross-entropy": Float64Array.from({ length: ROWS }, (_, i) => Number(x[3 * i] > x[3 * i + 1])),
};
type LossName = keyof typeof targets;
const weight = Float64Array.from({ length: ROWS }, (_, i) => [1, 2, 0, 0.5][i % 4]);

async function train(
  lossName: LossName,
  optimizer: FitOptions["optimizer"],
  more: Partial<Omit<FitOptions, "engine">> & { engine?: SyncEngine } = {},
) {
  const epochs: EpochEvent[] = [];
  let end: EndEvent | undefined;
  const options = { engine, loss: losses[lossName](), epochs: 30, seed: 2, ...(optimizer && { optimizer }), ...more };
  for await (const event of fit(network, { train: { x, y: targets[lossName], weight } }, options)) {
    if (event.type === "epoch") epochs.push(event);
    if (event.type === "end") end = event;
  }
  return { epochs, end: end as EndEvent };
}

test.each([0, 0.03])("who writes to a gradient changes nobody else's (l2 %d)", (l2) => {
  const options = { engine, loss: losses["mean-squared-error"](), l2 };
  const problem = new NetworkProblem(network, { x, y: targets["mean-squared-error"] }, options, plainLinearAlgebra);
  const at = direction(problem.size, 3);
  const gradient = problem.gradient(at);
  const kept = gradient.slice();
  gradient.fill(0);
  expect(problem.gradient(at)).toEqual(kept);
});

describe.each(Object.keys(targets) as LossName[])("the objective of a network with %s", (lossName) => {
  const options = { engine, loss: losses[lossName](), l2: 0.03 };
  const { params } = parameterInputs(network, "f64");
  const wrt = Object.values(params);
  const nodes = {
    x: label(input("x", [ROWS, 3], "f64"), "x"),
    target: lossName === "softmax-cross-entropy" ? input("y", [ROWS], "i32") : input("y", [ROWS, 2], "f64"),
    weight: input("weight", [ROWS], "f64"),
  };
  const whole = objective({ ...options, network }, { params, buffers: {} }, nodes, {
    training: false,
    weight: nodes.weight,
  });
  const values = wrt.map((node, i) =>
    direction(
      node.type.shape.reduce((a, b) => a * b, 1),
      40 + i,
    ),
  );
  const flat = Float64Array.from(values.flatMap((own) => [...own]));
  const given = [...wrt, nodes.x, nodes.target, nodes.weight];
  const numbers = [...values, x, targets[lossName], weight];

  // 1e9: all rows at once; 120: a few rows at a time, the last chunk not full.
  describe.each([1e9, 120])("in chunks of at most %d numbers", (chunk) => {
    const problem = new NetworkProblem(
      network,
      { x, y: targets[lossName], weight },
      options,
      plainLinearAlgebra,
      chunk,
    );

    test("value and gradient", () => {
      const g = concat(
        gradients(whole.loss, wrt).map((part) => reshape(part, [part.type.shape.reduce((a, b) => a * b, 1)])),
        0,
      );
      const [f, expected] = graphFunction(given, [whole.loss, g])(numbers);
      expectNear([[problem.value(flat)], problem.gradient(flat)], [f, expected], 1e-14);
    });

    test("Hessian, and products with it", () => {
      const [expected] = graphFunction(given, [hessian(whole.loss, wrt)])(numbers);
      expectNear([problem.hessian(flat)], [expected], 1e-13);
      const vectors = wrt.map((node, i) => input(`v${i}`, node.type.shape, "f64"));
      const parts = graphFunction([...given, ...vectors], hvp(whole.loss, wrt, vectors))([...numbers, ...values]);
      expectNear([problem.hvp(flat, flat)], [parts.flatMap((own) => [...own])], 1e-13);
    });

    test("Gauss-Newton matrix: Jᵀ H_L J of the whole batch, and the penalty", () => {
      const z = input("z", [ROWS, 2], "f64");
      const outer = reduceRows(options.loss.perRow(z, nodes.target), nodes.weight, "mean");
      const [J, y] = graphFunction(given, [jacobian(whole.output, wrt), whole.output])(numbers);
      const [H] = graphFunction([z, nodes.target, nodes.weight], [hessian(outer, [z])])([y, targets[lossName], weight]);
      const [a, h] = [input("J", [ROWS * 2, flat.length], "f64"), input("H", [ROWS * 2, ROWS * 2], "f64")];
      const [expected] = graphFunction([a, h], [matmul(a, matmul(h, a), { transposeA: true })])([J, H]);
      let at = 0;
      for (const node of wrt) {
        const size = node.type.shape.reduce((p, q) => p * q, 1);
        for (let i = at; i < at + size; i++) expected[i * flat.length + i] += node.label?.startsWith("W") ? 0.03 : 0;
        at += size;
      }
      expectNear([problem.gaussNewton(flat)], [expected], 1e-13);
    });
  });
});

const SQUARES = "mean-squared-error";

describe.each(Object.keys(minimizers) as MinimizerName[])("fit by %s", (name) => {
  test.each(Object.keys(targets) as LossName[])("lowers the objective in every epoch (%s)", async (lossName) => {
    const { epochs, end } = await train(lossName, minimizers[name](), { l2: 0.01 });
    const objectives = epochs.map(({ iteration }) => iteration?.objective as number);
    for (let i = 1; i < objectives.length; i++)
      expect(objectives[i]).toBeLessThanOrEqual(objectives[i - 1] * (1 + 1e-11));
    expect(objectives[objectives.length - 1]).toBeLessThan(0.9 * objectives[0]);
    expect(end.bestLoss).toBeLessThan(epochs[0].loss);
    expect(epochs.at(-1)?.iteration?.evaluations.values).toBeGreaterThanOrEqual(epochs.length);
  });

  test("is the same twice, and ends by itself", async () => {
    const [first, second] = [
      await train(SQUARES, minimizers[name](), { l2: 0.3, epochs: 2000 }),
      await train(SQUARES, minimizers[name](), { l2: 0.3, epochs: 2000 }),
    ];
    expect(first.end.stopped).toBe("converged");
    expect(first.end.model.tensors).toEqual(second.end.model.tensors);
  });
});

test("a tolerance ends it sooner", async () => {
  const [fine, rough] = [
    await train(SQUARES, minimizers.lbfgs(), { l2: 0.3, epochs: 2000 }),
    await train(SQUARES, minimizers.lbfgs(), { l2: 0.3, epochs: 2000, tolerances: { gradient: 1e-3 } }),
  ];
  expect(rough.end.stopped).toBe("converged");
  expect(rough.end.epochs).toBeLessThan(fine.end.epochs);
});

test("Levenberg-Marquardt factorises once for most of its trials", async () => {
  let factorisations = 0;
  const cholesky: LinearAlgebra["cholesky"] = (a, n) => {
    factorisations++;
    return plainLinearAlgebra.cholesky(a, n);
  };
  const counting = { ...engine, linearAlgebra: async () => ({ ...plainLinearAlgebra, cholesky }) };
  const optimizer = minimizers["levenberg-marquardt"]();
  const { epochs } = await train("mean-squared-error", optimizer, { engine: counting, epochs: 40 });
  const trials = epochs[epochs.length - 1].iteration?.iteration ?? 0;
  expect(trials).toBeGreaterThanOrEqual(40);
  expect(factorisations).toBeLessThan(1.4 * trials);
});

describe("Bayesian regularisation of a sine with noise", async () => {
  const [rows, units] = [60, 10];
  const spec: NetworkSpec = {
    inputs: 1,
    layers: [
      { units, activation: "tanh" },
      { units: 1, activation: "identity" },
    ],
  };
  const points = direction(rows, 5).map((value) => 2 * value);
  const noise = direction(rows, 6).map((value, i) => 0.2 * (value + direction(rows, 7)[i]));
  const data = { x: points, y: points.map((value, i) => Math.sin(2 * value) + noise[i]) };
  const fresh = Float64Array.from({ length: 100 }, (_, i) => -2 + i / 25);
  const truth = { x: fresh, y: fresh.map((value) => Math.sin(2 * value)) };
  const run = async (bayesian: boolean): Promise<EpochEvent> => {
    const options = {
      engine,
      loss: losses[SQUARES](),
      optimizer: minimizers["levenberg-marquardt"]({ bayesian }),
      epochs: 300,
      seed: 1,
    };
    let last: EpochEvent | undefined;
    for await (const event of fit(spec, { train: data, validation: truth }, options))
      if (event.type === "epoch") last = event;
    return last as EpochEvent;
  };
  const [bayesian, plain] = [await run(true), await run(false)];
  const { effectiveParameters: gamma, regularisation } = (bayesian.iteration as FitIteration).state as Record<
    string,
    number
  >;

  test("finds how many of the 31 parameters the data determine", () => {
    expect(gamma).toBeGreaterThan(4);
    expect(gamma).toBeLessThan(20);
  });

  test("satisfies MacKay's equation λ = 2γ f_D / ((M − γ)‖θ‖²) at the end", () => {
    const size = bayesian.iteration?.x.reduce((total, value) => total + value ** 2, 0) as number;
    expect(regularisation / ((2 * gamma * bayesian.loss) / ((rows - gamma) * size))).toBeCloseTo(1, 2);
  });

  test("is nearer to the truth than without", () => {
    expect(bayesian.validation?.loss).toBeLessThan(0.5 * (plain.validation?.loss as number));
  });
});

describe("K-FAC", () => {
  test.each(Object.keys(targets) as LossName[])("lowers the loss, the same twice (%s)", async (lossName) => {
    const [first, second] = [await train(lossName, kfac(), { batch: 7 }), await train(lossName, kfac(), { batch: 7 })];
    expect(first.end.bestLoss).toBeLessThan(0.3 * first.epochs[0].loss);
    expect(first.end.model.tensors).toEqual(second.end.model.tensors);
  });

  test("a layer's factor G is Σ JᵣᵀH_L Jᵣ, by whole Jacobians", () => {
    const z = input("z", [5, 3], "f64");
    const W = input("W", [4, 3], "f64");
    const labels = input("y", [5], "i32");
    const output = matmul(z, W, { transposeB: true });
    const loss = reduceRows(losses["softmax-cross-entropy"]().perRow(output, labels), undefined, "mean");
    const numbers = [direction(15, 1), direction(12, 2), [0, 3, 1, 2, 0]];
    const [G] = graphFunction([z, W, labels], rowGaussNewton(loss, output, [z]))(numbers);
    const out = input("out", [5, 4], "f64");
    const outer = reduceRows(losses["softmax-cross-entropy"]().perRow(out, labels), undefined, "mean");
    const [y] = graphFunction([z, W], [output])(numbers);
    const [H] = graphFunction([out, labels], [hessian(outer, [out])])([y, numbers[2]]);
    const w = (k: number, i: number): number => numbers[1][3 * k + i];
    const expected = Array.from({ length: 9 }, (_, at) => {
      const [i, j] = [Math.floor(at / 3), at % 3];
      let sum = 0;
      for (let r = 0; r < 5; r++)
        for (let k = 0; k < 4; k++)
          for (let l = 0; l < 4; l++) sum += w(k, i) * H[(4 * r + k) * 20 + 4 * r + l] * w(l, j);
      return sum;
    });
    expectNear([G], [expected], 1e-14);
  });

  test("preconditions by A⁻¹ ⊗ G⁻¹", () => {
    const [out, inputs] = [3, 5];
    const [gradient, inverseA, inverseG] = [
      input("m", [out, inputs], "f64"),
      input("A", [inputs, inputs], "f64"),
      input("G", [out, out], "f64"),
    ];
    const [m, A, G] = [direction(out * inputs, 1), direction(inputs * inputs, 2), direction(out * out, 3)];
    const [step] = graphFunction(
      [gradient, inverseA, inverseG],
      [precondition({ gradient, inverseA, inverseG })],
    )([...[m, A, G]]);
    const expected = Array.from({ length: out * inputs }, (_, at) => {
      const [i, j] = [Math.floor(at / inputs), at % inputs];
      let entry = 0;
      for (let p = 0; p < out; p++)
        for (let q = 0; q < inputs; q++) entry -= G[i * out + p] * m[p * inputs + q] * A[q * inputs + j];
      return entry;
    });
    expectNear([step], [expected], 1e-14);
  });

  test("running averages keep nothing with all rows in a batch, at first little, and at most what they may", () => {
    expect([1, 2, 50].map((k) => memory(0.9, k, 1))).toEqual([0, 0, 0]);
    expect([1, 2, 3].map((k) => memory(0.9, k, 100))).toEqual([0, 1 / 3, 1 / 2]);
    expect([memory(0.9, 1000, 4), memory(0.9, 1000, 100)]).toEqual([0.75, 0.9]);
  });

  test("λ follows what the last step did to rows that it was not made from", () => {
    const [damping, decrease, foretold] = ["λ", "decrease", "foretold"].map((name) => input(name, [], "f64"));
    const given = [damping, decrease, foretold];
    const follow = graphFunction(given, [adapted(damping, decrease, foretold, 0.8)]);
    const after = (gained: number, expected: number): number => follow([[2], [gained], [expected]])[0][0];
    expect([after(0.3, 1), after(0.2, 1), after(-0.2, 1), after(-0.3, 1)]).toEqual([1.6, 2, 2, 2.5]);
    // No step to look at.
    expect(after(0, 0)).toBe(2);
  });

  test("deals the rows of an epoch out evenly, each once", async () => {
    const written: number[][] = [];
    const compile: typeof engine.compile = (...given) => {
      const executable = engine.compile(...given);
      if (given[1]?.sequences === undefined) return executable;
      const { bytes, threads } = executable;
      const [run, read, describe] = [executable.run, executable.read, executable.describe].map((of) =>
        of.bind(executable),
      ) as [typeof executable.run, typeof executable.read, typeof executable.describe];
      const write: typeof executable.write = (name, values) => {
        if (name === "rows") written.push(Array.from(values));
        executable.write(name, values);
      };
      return { bytes, threads, run, read, describe, write };
    };
    await train("mean-squared-error", kfac(), { engine: { ...engine, compile }, batch: 11, epochs: 1 });
    // 3 batches for 23 rows; row 23 has no weight.
    const [rows] = written;
    const batches = [0, 8, 16].map((at) => rows.slice(at, at + 8).filter((row) => row < ROWS));
    expect(batches.map(({ length }) => length)).toEqual([7, 8, 8]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, i) => i));
  });

  test("damps both factors so that (A + πγI) ⊗ (G + γ/πI) is inverted", () => {
    const A = Float64Array.of(4, 1, 1, 3);
    const { A: inverse } = invertFactors({ A, G: Float64Array.of(2) }, 0.25, plainLinearAlgebra);
    const shift = Math.sqrt(3.5 / 2) * 0.5;
    const [p, q, r] = [4 + shift, 1, 3 + shift];
    expectNear([inverse], [[r, -q, -q, p].map((value) => value / (p * r - q * q))], 1e-14);
  });
});

describe("refused", () => {
  const layers = (change: object): NetworkSpec => ({
    inputs: 3,
    layers: [
      { units: 4, activation: "tanh", ...change },
      { units: 2, activation: "identity" },
    ],
  });
  const attempt = async (
    optimizer: Minimizer | Kfac,
    spec: NetworkSpec,
    more: Partial<Omit<FitOptions, "engine">> & { engine?: SyncEngine } = {},
  ) => {
    for await (const _ of fit(
      spec,
      { train: { x, y: targets[SQUARES] } },
      { engine, loss: losses[SQUARES](), optimizer, ...more },
    ));
  };
  const options: [string, Partial<Omit<FitOptions, "engine">> & { engine?: SyncEngine }, RegExp][] = [
    ["a rate", { rate: 0.1 }, /a learning rate does not go with/],
    ["l1", { l1: 0.1 }, /l1 does not go with.*use l2/],
    ["clipping", { clip: { norm: 1 } }, /clipping does not go with/],
    ["f32", { dtype: "f32" }, /f32 does not go with.*f64/],
  ];

  test.each(options)("%s", async (_, more, message) => {
    await expect(attempt(minimizers.lbfgs(), layers({}), more)).rejects.toThrow(message);
    await expect(attempt(kfac(), layers({}), more)).rejects.toThrow(message);
  });

  test("dropout and batch normalisation, which make the loss depend on more than the parameters", async () => {
    await expect(attempt(minimizers.newton(), layers({ dropout: 0.2 }))).rejects.toThrow(
      /dropout does not go with.*'newton'/,
    );
    await expect(attempt(minimizers.newton(), layers({ normalisation: "batch" }))).rejects.toThrow(
      /use layer normalisation/,
    );
    await expect(attempt(kfac(), layers({ normalisation: "layer" }))).rejects.toThrow(/normalisation does not go with/);
  });

  test("batches for a method that needs all rows", async () => {
    await expect(attempt(minimizers.lbfgs(), layers({}), { batch: 8 })).rejects.toThrow(/each step uses all rows/);
  });

  test("more parameters than n × n numbers allow", async () => {
    await expect(attempt(minimizers["levenberg-marquardt"](), layers({ units: 2000 }))).rejects.toThrow(
      /keeps 12002 × 12002 numbers.*newton-cg or lbfgs/,
    );
  });
});

test("Adam stays the default", async () => {
  const [named, unnamed] = [await train(SQUARES, adam()), await train(SQUARES, undefined)];
  expect(unnamed.end.model.tensors).toEqual(named.end.model.tensors);
});
