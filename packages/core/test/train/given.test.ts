/** fit, Predictor and their like refuse what was not given, what is no number, and options that make no sense. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { square, sub } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { kfac } from "../../src/optim/kfac.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { optimizers } from "../../src/optim/optimizers.ts";
import { leastSquares } from "../../src/second-order/least-squares.ts";
import { minimize } from "../../src/second-order/minimize.ts";
import type { EndEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { Predictor } from "../../src/train/predictor.ts";

const network: NetworkSpec = {
  inputs: 2,
  layers: [
    { units: 3, activation: "tanh", normalisation: "batch" },
    { units: 2, activation: "identity" },
  ],
};
const plain: NetworkSpec = {
  inputs: 2,
  layers: [
    { units: 3, activation: "tanh" },
    { units: 2, activation: "identity" },
  ],
};
const tensors = {
  ...initialParameters(network, 4),
  mean1: new Float64Array(3),
  variance1: new Float64Array(3).fill(1),
};
const train = { x: [0, 0, 0, 1, 1, 0, 1, 1], y: [0, 1, 1, 0] };
let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

async function run(options: object, data: unknown = { train }, of: unknown = network): Promise<EndEvent> {
  const all = { engine, loss: "softmax-cross-entropy", epochs: 2, ...options } as unknown as FitOptions;
  let end: EndEvent | undefined;
  for await (const event of fit(of as NetworkSpec, data as { train: typeof train }, all))
    if (event.type === "end") end = event;
  return end as EndEvent;
}

describe("any subset of the tensors", () => {
  const names = Object.keys(tensors) as (keyof typeof tensors)[];
  const some = fc.subarray(names, { maxLength: names.length - 1 });
  const part = (kept: readonly (keyof typeof tensors)[]) =>
    Object.fromEntries(kept.map((name) => [name, tensors[name]]));

  test("is no model to predict or judge with, and one that is missing is named", () => {
    fc.assert(
      fc.property(some, (kept) => {
        const predictor = new Predictor(engine, network, "softmax-cross-entropy");
        predictor.load(part(kept));
        const missing = new RegExp(
          `the tensor '(${names.filter((name) => !kept.includes(name)).join("|")})' .* is missing`,
        );
        expect(() => predictor.predict([1, 2])).toThrow(missing);
        expect(() => predictor.judge({ x: [1, 2], y: [0] })).toThrow(missing);
        predictor.load(tensors);
        expect([...predictor.predict([1, 2]).predictions].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  test("is nothing to start from", async () => {
    await fc.assert(
      fc.asyncProperty(some, async (kept) => {
        const missing = new RegExp(
          `initial: the tensor '(${names.filter((name) => !kept.includes(name)).join("|")})' .* is missing`,
        );
        await expect(run({ initial: part(kept) })).rejects.toThrow(missing);
      }),
      { numRuns: 15 },
    );
    expect((await run({ initial: tensors })).stopped).toBe("epochs");
  });
});

describe("initial tensors are checked whatever trains", () => {
  const { W1, b1, W2, b2 } = initialParameters(plain, 1);
  const starts: [object, string][] = [
    [{ W1 }, "initial: the tensor 'b1' [3] is missing"],
    [{ W1, b1, W2, b2, W3: [1] }, "initial has no tensor 'W3'"],
    [{ W1: b1, b1: W1, W2, b2 }, "initial: 'W1' holds 6 numbers, got 3"],
    [
      {
        W1: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        b1,
        W2,
        b2,
      },
      "initial: 'W1': rows go one after the other",
    ],
    [{ W1, b1: [1, null, 2], W2, b2 }, "initial: 'b1': number 1 is null"],
    [{ W1, b1, W2, b2: [0, Number.NaN] }, "initial: 'b2' holds a number that is not finite"],
  ];
  for (const optimizer of [optimizers.sgd(), minimizers.lbfgs(), kfac()]) {
    test.each(starts)(`${optimizer.name}: %j`, async (initial, message) => {
      await expect(run({ initial, optimizer }, { train }, plain)).rejects.toThrow(message);
    });
  }
});

describe("rows to predict", () => {
  const predictor = () => {
    const made = new Predictor(engine, plain, "softmax-cross-entropy");
    made.load(initialParameters(plain, 1));
    return made;
  };
  test.each<[unknown, string]>([
    [
      [
        [1, 2],
        [3, 4],
      ],
      "rows go one after the other",
    ],
    [["1", "2"], "input 0 of row 0 must be a finite number, got the text '1'"],
    [[1, 2, 3, undefined], "input 1 of row 1 must be a finite number, got undefined"],
    [[1, 2, null, 4], "input 0 of row 1 must be a finite number, got null"],
    [[1, Number.NaN], "input 1 of row 0 must be a finite number, got NaN"],
    [Float64Array.of(1, Number.POSITIVE_INFINITY), "input 1 of row 0 must be a finite number, got Infinity"],
    [[1, 2, 3], "no whole number of rows of 2 inputs"],
    [undefined, "x: expected a list of numbers, got undefined"],
    ["12", "x: expected a list of numbers, got the text '12'"],
  ])("%j are refused", (x, message) => {
    expect(() => predictor().predict(x as number[])).toThrow(message);
    expect(() => predictor().judge({ x: x as number[], y: [0, 0] })).toThrow(message);
  });

  test("before any tensor was loaded are refused", () => {
    const made = new Predictor(engine, plain, "huber");
    expect(() => made.predict([1, 2])).toThrow("load: the tensor 'W1' [3, 2] is missing");
  });

  test("by tensors that went through JSON are those of the tensors", () => {
    const again = new Predictor(engine, plain, "softmax-cross-entropy");
    again.load(JSON.parse(JSON.stringify(initialParameters(plain, 1))));
    expect(again.predict([1, 2])).toEqual(predictor().predict([1, 2]));
  });

  test("targets and weights are looked at as in training", () => {
    const judge = (data: object) => () => predictor().judge({ x: [1, 2], y: [0], ...data } as typeof train);
    expect(judge({ y: [null] })).toThrow("the target of row 0 must be a label from 0 to 1");
    expect(judge({ y: [0, 1] })).toThrow("1 rows need 1 targets, got 2");
    expect(judge({ weight: ["1"] })).toThrow("the weight of row 0 must be a number ≥ 0, got the text '1'");
    expect(judge({ weigth: [1] })).toThrow("judge has no part 'weigth'; did you mean 'weight'?");
    expect(judge({})().loss).toBeGreaterThan(0);
  });
});

describe("fit refuses", () => {
  test.each<[object, string]>([
    [{ epoch: 3 }, "fit has no option 'epoch'; did you mean 'epochs'?"],
    [{ learningRate: 3 }, "fit has no option 'learningRate'"],
    [{ optimzer: "adam" }, "fit has no option 'optimzer'; did you mean 'optimizer'?"],
    [{ optimizer: "adma" }, "optimizer 'adma' is not known; did you mean 'adam'?"],
    [{ optimizer: "lbfgs" }, "optimizer 'lbfgs' is not known; it can be sgd"],
    [{ optimizer: optimizers.adam }, "optimizer is a function: call it, or give its name"],
    [{ optimizer: {} }, "optimizer '[object Object]' is not known"],
    [
      { engine: wasmEngine() },
      "engine: expected referenceEngine or what wasmEngine() gives, got a promise: write await",
    ],
    [{ engine: undefined }, "engine: expected referenceEngine or what wasmEngine() gives, got undefined"],
    [{ engine: {} }, "engine: expected"],
    [{ clip: Number.NaN }, "clip: expected an object of norm, value, got NaN"],
    [{ clip: 1 }, "clip: expected an object of norm, value, got 1"],
    [{ clip: { norm: Number.NaN } }, "clip: norm must be a number > 0, got NaN"],
    [{ clip: { nrom: 1 } }, "clip has no option 'nrom'; did you mean 'norm'?"],
    [{ signal: {} }, "signal must be an AbortSignal"],
    [{ signal: new AbortController() }, "signal must be an AbortSignal"],
    [{ signal: null }, "signal must be an AbortSignal"],
    [{ flow: "yes" }, "flow must be a boolean, got yes"],
    [{ flow: { evry: 2 } }, "flow has no option 'evry'; did you mean 'every'?"],
    [{ dtype: "f16" }, "dtype 'f16' is not known"],
    [{ schedule: 0.1 }, "schedule must be a function, got 0.1"],
    [{ metrics: { accuracy: "accuracy" } }, "metrics: accuracy must be a function, got accuracy"],
    [{ tolerances: { gradent: 1 } }, "tolerances has no option 'gradent'; did you mean 'gradient'?"],
    [{ tolerances: { gradient: -1 } }, "tolerances: gradient must be a number ≥ 0, got -1"],
  ])("%j", async (options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });

  test.each<[unknown, string]>([
    [null, "data: expected an object of train, validation, test, got null"],
    [train, "data has no part 'x'"],
    [{ trian: train }, "data has no part 'trian'; did you mean 'train'?"],
    [{}, "training rows: expected an object of x, y, weight, got null"],
    [{ train: { x: train.x, Y: train.y } }, "training rows has no part 'Y'; did you mean 'y'?"],
    [{ train: { x: train.x } }, "training rows: y: expected a list of numbers, got undefined"],
    [
      {
        train: {
          ...train,
          x: [
            [0, 0],
            [0, 1],
          ],
        },
      },
      "rows go one after the other",
    ],
    [{ train: { ...train, x: train.x.map(String) } }, "input 0 of row 0 must be a finite number, got the text '0'"],
    [
      { train, validation: { x: [1, null], y: [0] } },
      "validation rows: input 1 of row 0 must be a finite number, got null",
    ],
  ])("data %j", async (data, message) => {
    await expect(run({}, data)).rejects.toThrow(message);
  });

  test.each<[unknown, string]>([
    [null, "network: expected an object of inputs, layers, got null"],
    [{ ...network, layer: [] }, "network has no part 'layer'; did you mean 'layers'?"],
    [{ inputs: 2, layers: { units: 2 } }, "network: layers must be a list"],
    [
      { inputs: 2, layers: [{ units: 2, activaton: "tanh" }] },
      "layer 1 has no part 'activaton'; did you mean 'activation'?",
    ],
    [{ inputs: 2, layers: [{ units: 2, activation: "tanh", bias: 0 }] }, "bias must be a boolean, got 0"],
    [{ inputs: 2, layers: [null] }, "layer 1: expected an object of units"],
  ])("a network %j", async (spec, message) => {
    await expect(run({}, { train }, spec)).rejects.toThrow(message);
  });

  test("no name of a loss or an optimizer that there is", async () => {
    const named = await run({ optimizer: "momentum", seed: 2 });
    const made = await run({ optimizer: optimizers.momentum(), seed: 2 });
    expect(named.model.tensors).toEqual(made.model.tensors);
  });
});

describe("others refuse, too", () => {
  const x = input("x", [2], "f64");
  const loss = sum(square(sub(x, input("t", [2], "f64"))));
  const minimum = async (start: object, options: object): Promise<void> => {
    for await (const _ of minimize(loss, start as Record<string, number[]>, { engine, ...options })) void _;
  };
  test.each<[object, object, string]>([
    [
      { x: [1, 2] },
      { data: { t: [1, 2] }, iteration: 3 },
      "minimize has no option 'iteration'; did you mean 'iterations'?",
    ],
    [{ x: [1, 2] }, { data: { t: [1, 2] }, engine: wasmEngine() }, "write await wasmEngine()"],
    [{ x: [1, 2] }, { data: { t: [1, null] } }, "input 't' f64[2]: number 1 is null"],
    [{ x: [1, 2] }, { data: { t: [1, 2], T: [1] } }, "data has no input 'T'; did you mean 't'?"],
    [
      { x: [1, 2] },
      { data: { t: [1, 2] }, bounds: { x: { low: 0 } } },
      "bounds: 'x' has no part 'low'; did you mean 'lower'?",
    ],
    [{ x: [1, "2"] }, { data: { t: [1, 2] } }, "start: 'x': number 1 is the text '2'"],
    [{ x: [1, 2] }, {}, "the input 't' f64[2] has no value"],
  ])("minimize from %j with %j", async (start, options, message) => {
    await expect(minimum(start, options)).rejects.toThrow(message);
  });

  test.each<[object, string]>([
    [{ restart: false }, "leastSquares has no option 'restart'; did you mean 'restarts'?"],
    [{ observd: [1, 2] }, "leastSquares has no option 'observd'; did you mean 'observed'?"],
    [{ engine: wasmEngine() }, "write await wasmEngine()"],
  ])("leastSquares with %j", async (options, message) => {
    const given = { engine, data: { t: [1, 2] }, ...options };
    await expect(leastSquares(sub(x, input("t", [2], "f64")), { x: [1, 2] }, given).next()).rejects.toThrow(message);
  });

  test.each(Object.keys(minimizers) as (keyof typeof minimizers)[])("the minimizer %s", (name) => {
    expect(() => minimizers[name]({ memori: 3 } as object)).toThrow(/has no option 'memori'/);
  });

  test("Predictor, wasmEngine", async () => {
    expect(() => new Predictor(wasmEngine() as unknown as SyncEngine, plain, "huber")).toThrow(
      "write await wasmEngine()",
    );
    expect(() => new Predictor(engine, plain, "hubr" as "huber")).toThrow("did you mean 'huber'?");
    expect(() => new Predictor(engine, plain, "huber", 0.5)).toThrow("rows must be a whole number ≥ 0, got 0.5");
    expect(() => new Predictor(engine, plain, "huber", 1, "f16" as "f32")).toThrow("dtype 'f16' is not known");
    for (const [options, message] of [
      [{ thread: 2 }, "wasmEngine has no option 'thread'; did you mean 'threads'?"],
      [{ threads: 1000 }, /threads must be a whole number from 1 to \d+, got 1000/],
      [{ threads: "2" }, /threads must be a whole number from 1 to \d+, got 2/],
      [{ threads: { mots: 2 } }, "threads has no option 'mots'; did you mean 'most'?"],
      [{ module: {} }, "module must be the compiled @chaingrad/core/kernels.wasm"],
      [{ module: new Uint8Array(8) }, "module must be the compiled @chaingrad/core/kernels.wasm"],
      [{ gemm: {} }, "gemm must be what findBlas() of @chaingrad/blas finds"],
      [{ gemm: Promise.resolve() }, "write await findBlas()"],
    ] as const) {
      await expect(wasmEngine(options as object)).rejects.toThrow(message);
    }
  });
});
