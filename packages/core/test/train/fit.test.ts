/** Training as its users meet it: events, seeds, early stopping, abort, weights. */
import { beforeAll, describe, expect, test } from "vitest";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { losses } from "../../src/nn/losses.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { type MinimizerName, minimizers } from "../../src/optim/minimizers.ts";
import { optimizers } from "../../src/optim/optimizers.ts";
import { balancedWeights, classWeighted, type Dataset } from "../../src/train/dataset.ts";
import type { EndEvent as End, EpochEvent as Epoch, FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { Predictor } from "../../src/train/predictor.ts";
import { schedules } from "../../src/train/schedules.ts";

const NETWORK: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 7, activation: "tanh" },
    { units: 2, activation: "identity" },
  ],
};

/** Two classes, one on each side of a curved border. */
function rows(count: number, stream: number): Dataset {
  const x = Float64Array.from({ length: 3 * count }, (_, i) => normalAt([5, 5], stream, i));
  const y = Int32Array.from({ length: count }, (_, r) => Number(x[3 * r] + x[3 * r + 1] ** 2 > 0.7));
  return { x, y };
}

const train = rows(203, 0);
const validation = rows(61, 1);
let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

async function run(
  options: Partial<Omit<FitOptions, "engine">> & { engine?: SyncEngine } = {},
  data: { train: Dataset; validation?: Dataset } = { train, validation },
  network = NETWORK,
) {
  const epochs: Epoch[] = [];
  let end: End | undefined;
  const all = { engine, loss: losses["softmax-cross-entropy"](), rate: 0.02, epochs: 20, seed: 3, ...options };
  for await (const event of fit(network, data, all)) {
    if (event.type === "epoch") epochs.push(event);
    if (event.type === "end") end = event;
  }
  return { epochs, end: end as End };
}

const weights = ({ end }: { end: End }): number[] => Object.values(end.model.tensors).flatMap((tensor) => [...tensor]);

describe("fit", () => {
  test("learns, and tells each epoch", async () => {
    const { epochs, end } = await run({ epochs: 60 });
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(epochs[0].loss).toBeGreaterThan(0.5);
    expect(end.bestLoss).toBeLessThan(0.2);
    expect(end.stopped).toBe("epochs");
  });

  test("the same seed gives the same bits, another seed others", async () => {
    const [a, b, c] = [await run(), await run(), await run({ seed: 4 })];
    expect(weights(a)).toEqual(weights(b));
    expect(weights(c)).not.toEqual(weights(a));
  });

  test("wasm in f64 and the reference engine train to the same weights", async () => {
    const options = { dtype: "f64", epochs: 3, l2: 0.01, l1: 0.001, clip: { norm: 0.5, value: 0.3 } } as const;
    const [fast, exact] = [await run(options), await run({ ...options, engine: referenceEngine })];
    weights(fast).forEach((value, i) => {
      expect(value).toBeCloseTo(weights(exact)[i], 11);
    });
  });

  test.each(Object.keys(optimizers) as (keyof typeof optimizers)[])("%s lowers the loss", async (name) => {
    const { epochs } = await run({ optimizer: optimizers[name](), rate: name === "adagrad" ? 0.1 : 0.01, epochs: 15 });
    expect((epochs.at(-1) as Epoch).loss).toBeLessThan(0.9 * epochs[0].loss);
  });

  test("the best weights come back, not the last", async () => {
    // So high a rate that the loss jumps up and down.
    const { epochs, end } = await run({ rate: 0.5, epochs: 25 });
    const best = epochs.reduce((a, b) => ((b.validation?.loss as number) < (a.validation?.loss as number) ? b : a));
    expect(end.bestEpoch).toBe(best.epoch);
    expect(best.epoch).toBeLessThan(25);
    const predictor = new Predictor(engine, NETWORK, end.model.objective.loss, 61, "f32");
    predictor.load(end.model.tensors);
    expect(predictor.judge(validation).loss).toBeCloseTo(best.validation?.loss as number, 6);
  });

  test("until an epoch it is the longer training as it stood then, schedule included", async () => {
    // Losses go up and down: what is kept is the last epoch's, whether it is the best or not.
    const make = () => ({ schedule: schedules["cos-log"](0.3), keep: "last" as const, epochs: 25, patience: 25 });
    const long = await run(make());
    const short = await run({ ...make(), until: 9 });
    const { epochs, stopped } = short.end;
    expect({ epochs, stopped }).toEqual({ epochs: 9, stopped: "epochs" });
    const told = (all: readonly Epoch[]) => all.slice(0, 9).map(({ seconds, ...rest }) => rest);
    expect(told(short.epochs)).toEqual(told(long.epochs));
    // The best of the longer one, kept there, is where a run until then ends.
    const best = await run({ ...make(), keep: "best" });
    expect(best.end.bestEpoch).toBeLessThan(25);
    const again = await run({ ...make(), until: best.end.bestEpoch });
    expect(weights(again)).toEqual(weights(best));
  });

  test("of epochs that are equally good the first is kept, or the last where that is asked for", async () => {
    // With a rate that is lost in rounding nothing moves.
    const still = { schedule: () => 1e-30, epochs: 5 };
    expect((await run(still)).end.bestEpoch).toBe(1);
    expect((await run({ ...still, patience: 2 })).end.stopped).toBe("patience");
    const last = await run({ ...still, patience: 2, keep: "last-best" });
    expect(last.end).toMatchObject({ bestEpoch: 5, stopped: "epochs" });
  });

  describe("ridge regression y = w x, from where the rows alone are fitted best", () => {
    // Its objective is Σ (w x − y)² / 4 + ½ λ w²: every step towards its minimum w = Σ xy / (Σ x² + 2 λ) raises the loss.
    const [x, y, l2] = [[1, 2, 3, 4], [3, 3, 8, 9], 5];
    const sum = (of: (row: number) => number): number => x.reduce((total, _, row) => total + of(row), 0);
    const [xy, xx] = [sum((row) => x[row] * y[row]), sum((row) => x[row] ** 2)];
    const through: NetworkSpec = { inputs: 1, layers: [{ units: 1, activation: "identity", bias: false }] };
    const ridge = async (more: Partial<FitOptions>, data: Parameters<typeof run>[1] = { train: { x, y } }) => {
      const given = { loss: "mean-squared-error", rate: undefined, initial: { W1: [xy / xx] }, l2, ...more } as const;
      const { end, epochs } = await run(given as Parameters<typeof run>[0], data, through);
      return { end, epochs, w: end.model.tensors.W1[0] };
    };

    test.each(Object.keys(minimizers) as MinimizerName[])("%s keeps the minimum that was asked for", async (name) => {
      const { end, epochs, w } = await ridge({ optimizer: minimizers[name](), epochs: 60, patience: 2 });
      expect(w).toBeCloseTo(xy / (xx + 2 * l2), 7);
      expect(end.bestEpoch).toBe(end.epochs);
      expect(epochs.every(({ best }) => best)).toBe(true);
      expect(end.bestLoss).toBeCloseTo(sum((row) => (w * x[row] - y[row]) ** 2) / 4, 12);
    });

    test("with validation rows, or where that is said, the step of the least loss", async () => {
      const optimizer = minimizers.bfgs();
      const data = { train: { x, y }, validation: { x, y } };
      for (const told of [await ridge({ optimizer }, data), await ridge({ optimizer, keep: "best" })]) {
        const least = Math.min(...told.epochs.map(({ loss }) => loss));
        expect(told.end.bestEpoch).toBe(told.epochs.findIndex(({ loss }) => loss === least) + 1);
        expect(told.end.bestEpoch).toBeLessThan(told.end.epochs);
        expect(sum((row) => (told.w * x[row] - y[row]) ** 2) / 4).toBeCloseTo(least, 12);
      }
    });
  });

  test.each([
    [{ until: 0 }, "until must be a whole number from 1 to the 20 epochs, got 0"],
    [{ until: 21 }, "until must be a whole number from 1 to the 20 epochs, got 21"],
    [{ keep: "worst" as never }, "keep 'worst' is not known"],
  ])("%o is refused", async (options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });

  test("sets rows aside for validation, alike in every class", async () => {
    let counted = { rows: 0, watched: false };
    const options = { engine, loss: losses["softmax-cross-entropy"](), epochs: 2, validation: 0.2 };
    for await (const event of fit(NETWORK, { train }, options)) {
      if (event.type === "start") counted = { ...counted, rows: event.rows };
      if (event.type === "epoch") counted = { ...counted, watched: event.validation !== undefined };
    }
    expect(counted).toEqual({ rows: 203 - 41, watched: true });
    await expect(run({ validation: 1 }, { train })).rejects.toThrow(RangeError);
  });

  test("class weights weigh rows, on top of their own weights", () => {
    const data = { x: [1, 2, 3], y: [1, 0, 1], weight: [1, 2, 3] };
    expect([...(classWeighted(data, [10, 5]).weight as Float64Array)]).toEqual([5, 20, 15]);
    expect(() => classWeighted(data, [10])).toThrow(/row 0: class 1 has no weight/);
    expect([...balancedWeights([0, 0, 0, 2], 3)]).toEqual([4 / 9, 0, 4 / 3]);
  });

  test("tells accuracy for labels, or what it is asked for", async () => {
    const { epochs, end } = await run({ epochs: 5 });
    const predictor = new Predictor(engine, NETWORK, end.model.objective.loss, 61, "f32");
    predictor.load(end.model.tensors);
    const { predictions } = predictor.predict(validation.x);
    const right = Array.from(validation.y).filter((label, r) => predictions[2 * r + label] > 0.5).length;
    expect(epochs[end.bestEpoch - 1].validation?.metrics).toEqual({ accuracy: right / 61 });
    const asked = await run({ epochs: 1, metrics: { rows: (_, targets) => targets.length } });
    expect(asked.epochs[0].validation?.metrics).toEqual({ rows: 61 });
  });

  test("patience stops, and says so", async () => {
    const { epochs, end } = await run({ patience: 4, epochs: 500 });
    expect(end.stopped).toBe("patience");
    expect(epochs.length).toBe(end.bestEpoch + 4);
  });

  test("abort stops between slices and keeps the best model so far", async () => {
    const controller = new AbortController();
    let last: FitEvent | undefined;
    const options = { engine, loss: losses["softmax-cross-entropy"](), epochs: 1_000_000, signal: controller.signal };
    for await (const event of fit(NETWORK, { train, validation }, options)) {
      if (event.type === "epoch" && event.epoch === 5) controller.abort();
      last = event;
    }
    expect(last).toMatchObject({ type: "end", stopped: "aborted", epochs: 5 });
    expect(weights({ end: last as End }).every(Number.isFinite)).toBe(true);
  });

  test("the event loop is served while training runs", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const { end } = await run({ epochs: 3000 });
    clearInterval(timer);
    // A timer of 5 ms fires at least once in every four slices, whatever the machine.
    expect(ticks).toBeGreaterThan((end.seconds * 1000) / 5 / 20);
  });

  test("a loss that is not finite ends training with the best weights before it", async () => {
    const { end } = await run({ schedule: ({ epoch }) => (epoch < 3 ? 0.02 : 1e38), epochs: 10 });
    expect(end.stopped).toBe("diverged");
    expect([1, 2, 3]).toContain(end.bestEpoch);
    expect(weights({ end }).every(Number.isFinite)).toBe(true);
  });

  test("a first epoch that is not finite gives back where training started", async () => {
    const { end } = await run({ optimizer: optimizers.sgd(), rate: 1e38, epochs: 3 });
    expect([end.stopped, end.bestEpoch]).toEqual(["diverged", 0]);
    const start = Object.values(initialParameters(NETWORK, 3)).flatMap((tensor) => [...tensor]);
    expect(weights({ end })).toEqual(start.map(Math.fround));
  });

  test("weight 2 is the row twice; weight 0 is the row absent", async () => {
    const pick = (data: Dataset, order: readonly number[]): Dataset => ({
      x: Float64Array.from(order.flatMap((r) => Array.from(data.x).slice(3 * r, 3 * r + 3))),
      y: Int32Array.from(order, (r) => data.y[r]),
    });
    const all = Array.from({ length: 40 }, (_, i) => i);
    const weighted = { ...pick(train, all), weight: all.map((r) => (r % 5 === 0 ? 2 : r % 7 === 0 ? 0 : 1)) };
    const repeated = pick(
      train,
      all.flatMap((r) => new Array<number>(weighted.weight[r]).fill(r)),
    );
    // One batch an epoch, so that the order of rows only changes the order of a sum.
    const options = { dtype: "f64", epochs: 8, batch: 100 } as const;
    const network: NetworkSpec = {
      ...NETWORK,
      layers: [{ units: 7, activation: "tanh", normalisation: "batch" }, NETWORK.layers[1]],
    };
    const [a, b] = [await run(options, { train: weighted }, network), await run(options, { train: repeated }, network)];
    weights(a).forEach((value, i) => {
      expect(value).toBeCloseTo(weights(b)[i], 9);
    });
    expect(a.end.bestLoss).toBeCloseTo(b.end.bestLoss, 11);
  });

  test("schedules set the rate, and plateau lowers it", async () => {
    const cosine = await run({ schedule: schedules.cosine(0.02), epochs: 10 });
    expect(cosine.epochs.at(-1)?.rate).toBeLessThan(0.002);
    const plateau = await run({
      schedule: schedules["reduce-on-plateau"](0.5, { factor: 0.5, patience: 2 }),
      epochs: 40,
    });
    expect(plateau.epochs.at(-1)?.rate).toBeLessThan(0.5);
  });

  test("dropout depends on seed and step only", async () => {
    const network: NetworkSpec = {
      ...NETWORK,
      layers: [{ units: 7, activation: "tanh", dropout: 0.4 }, NETWORK.layers[1]],
    };
    const [a, b, plain] = [
      await run({}, { train }, network),
      await run({}, { train }, network),
      await run({}, { train }),
    ];
    expect(weights(a)).toEqual(weights(b));
    expect(weights(a)).not.toEqual(weights(plain));
  });
});

describe("refuses before any work", () => {
  const bad = async (
    options: Partial<Omit<FitOptions, "engine">> & { engine?: SyncEngine },
    data: Dataset = train,
  ): Promise<void> => {
    await run(options, { train: data });
  };
  test.each([
    ["epochs", { epochs: 0 }, /epochs must be a whole number ≥ 1, got 0/],
    ["batch", { batch: 2.5 }, /batch must be a whole number/],
    ["rate", { rate: -1 }, /rate/],
    ["l2", { l2: -1 }, /l2 must be a number ≥ 0, got -1/],
    ["initial", { initial: { w1: [1] } }, /initial has no tensor 'w1'; did you mean 'W1'\? It has W1, b1, W2, b2/],
    ["seed", { seed: 0.5 }, /seed must be a whole number ≥ 0, got 0.5/],
  ] as const)("%s", async (_, options, message) => {
    await expect(bad(options)).rejects.toThrow(message);
  });
  test.each([
    ["a NaN", { x: [1, 2, Number.NaN], y: [0] }, /input 2 of row 0 must be a finite number, got NaN/],
    [
      "a label outside",
      { x: [1, 2, 3], y: [2] },
      /target of row 0 must be a label from 0 to 1 for the loss 'softmax-cross-entropy', got 2/,
    ],
    ["too few targets", { x: [1, 2, 3, 4, 5, 6], y: [0] }, /2 rows need 2 targets, got 1/],
    ["half a row", { x: [1, 2], y: [0] }, /no whole number of rows of 3 inputs/],
    ["no rows", { x: [], y: [] }, /there are no rows/],
    ["no weight at all", { x: [1, 2, 3], y: [0], weight: [0] }, /no row has weight/],
    ["a negative weight", { x: [1, 2, 3], y: [0], weight: [-1] }, /weight of row 0 must be a number ≥ 0, got -1/],
  ])("%s", async (_, data, message) => {
    await expect(bad({}, data)).rejects.toThrow(message);
  });
});
