/** A training that was interrupted goes on to the same bits as one that was not, by every optimizer, from between any two steps. */
import { beforeAll, describe, expect, test } from "vitest";
import { loadFitState, saveFitState } from "../../src/checkpoint/state-file.ts";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { FormatError } from "../../src/model/form.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { kfac } from "../../src/optim/kfac.ts";
import type { Minimizer } from "../../src/optim/minimizers/minimizer.ts";
import { type MinimizerName, minimizers } from "../../src/optim/minimizers.ts";
import { type OptimizerName, optimizers } from "../../src/optim/optimizers.ts";
import { openFitPool } from "../../src/pool/pool.ts";
import type { Dataset } from "../../src/train/dataset.ts";
import type { EndEvent, FitEvent, FitState } from "../../src/train/events.ts";
import { type FitData, fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { schedules } from "../../src/train/schedules.ts";

const NETWORK: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh" },
    { units: 1, activation: "identity" },
  ],
};
/** What only first-order methods train: statistics, and activations that are dropped. */
const RANDOM: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 6, activation: "tanh", normalisation: "batch", dropout: 0.2 },
    { units: 1, activation: "identity" },
  ],
};

function rows(count: number, stream: number): Dataset {
  const x = Float64Array.from({ length: 3 * count }, (_, i) => normalAt([5, 5], stream, i));
  const noise = (r: number): number => 0.1 * normalAt([6, 6], stream, r);
  return { x, y: Float64Array.from({ length: count }, (_, r) => Math.sin(x[3 * r]) + x[3 * r + 1] ** 2 + noise(r)) };
}
const data: FitData = { train: rows(53, 0), validation: rows(17, 1) };

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

type Own = Partial<Omit<FitOptions, "engine" | "optimizer">> & { readonly optimizer?: FitOptions["optimizer"] };

/** Each step in a slice of its own, so that there is a state between any two. */
const optionsOf = (own: Own): FitOptions =>
  ({ engine, loss: "mean-squared-error", epochs: 7, seed: 3, slice: 1e-6, ...own }) as FitOptions;

async function run(options: FitOptions, network = NETWORK): Promise<{ events: FitEvent[]; end: EndEvent }> {
  const events: FitEvent[] = [];
  for await (const event of fit(network, data, options)) events.push(event);
  return { events, end: events.at(-1) as EndEvent };
}

/** Everything but what depends on the clock, and functions. */
const told = (events: readonly FitEvent[]): unknown[] =>
  events.flatMap((event): unknown[] => {
    if (event.type === "start") return [];
    const { seconds: _, ...rest } = event;
    if (rest.type === "end") return [{ ...rest, model: rest.model.tensors }];
    const { iteration, ...others } = rest;
    return [{ ...others, ...(iteration && { objective: iteration.objective, iteration: iteration.iteration }) }];
  });

/** States that are gone on from, and the last ones. */
const MOST = 10;

/** The same training; where each state leads, as it comes back from a file. */
async function everywhere(own: Own, network = NETWORK): Promise<void> {
  const whole = await run(optionsOf(own), network);
  const states: FitState[] = [];
  const save = (state: FitState): void => {
    states.push(state);
  };
  const kept = await run(optionsOf({ ...own, checkpoint: { save, every: 1e-9 } }), network);
  expect(told(kept.events)).toEqual(told(whole.events));
  expect(states.length).toBeGreaterThan(whole.end.epochs - 1);
  const stride = Math.ceil(states.length / MOST);
  for (const state of states.filter((_, i) => i % stride === 0 || i > states.length - 4)) {
    const resume = loadFitState(saveFitState(state));
    const on = await run(optionsOf({ ...own, resume }), network);
    const all = told(whole.events);
    expect(told(on.events)).toEqual(all.slice(all.length - told(on.events).length));
    const earlier = on.events[0].type === "start" ? on.events[0].earlier?.loss.length : undefined;
    if (!state.ended) expect((earlier ?? 0) + on.events.length - 2).toBe(whole.end.epochs);
  }
}

describe("goes on to the same bits from between any two steps", () => {
  test.each(Object.keys(optimizers) as OptimizerName[])("%s", async (name) => {
    await everywhere({ optimizer: optimizers[name](), rate: 0.01, batch: 12, l2: 0.001, patience: 3 }, RANDOM);
  });

  test("kfac, with factors that are not inverted anew each step", async () => {
    await everywhere({ optimizer: kfac({ every: 3 }), batch: 12, l2: 0.001 });
  });

  test.each(Object.keys(minimizers) as MinimizerName[])("%s", async (name) => {
    await everywhere({ optimizer: minimizers[name](), l2: 0.001, epochs: 30 });
  });

  test("lbfgs, with more steps than it remembers", async () => {
    await everywhere({ optimizer: minimizers.lbfgs({ memory: 3 }), epochs: 12 });
  });

  test("Bayesian regularisation, which changes its own objective", async () => {
    await everywhere({ optimizer: minimizers["levenberg-marquardt"]({ bayesian: true }), epochs: 40 });
  });

  test.each(["best", "last-best", "last"] as const)("keeping %s", async (keep) => {
    await everywhere({ keep, batch: 20, rate: 0.3, optimizer: "sgd" });
  });

  test("a schedule that answers to what was reached", async () => {
    const fresh = () => schedules["reduce-on-plateau"](0.5, { patience: 0, factor: 0.5 });
    const whole = await run(optionsOf({ schedule: fresh(), epochs: 12, optimizer: "sgd", batch: 12 }));
    const states: FitState[] = [];
    const checkpoint = { save: (state: FitState) => void states.push(state), every: 1e-9 };
    await run(optionsOf({ schedule: fresh(), epochs: 12, optimizer: "sgd", batch: 12, checkpoint }));
    for (const resume of states) {
      const on = await run(optionsOf({ schedule: fresh(), epochs: 12, optimizer: "sgd", batch: 12, resume }));
      expect(on.end.model.tensors).toEqual(whole.end.model.tensors);
    }
    const rates = new Set(whole.events.flatMap((event) => (event.type === "epoch" ? [event.rate] : [])));
    expect(rates.size).toBeGreaterThan(2); // it did answer
  });

  test("where convergence was decided, and not yet told", async () => {
    await everywhere({
      optimizer: minimizers["gauss-newton"](),
      l2: 0.01,
      epochs: 200,
      tolerances: { objective: 1e-3 },
    });
  });
});

test("what the signal ended goes on, and what `until` ended goes further", async () => {
  const whole = await run(optionsOf({ batch: 12 }));
  const states: FitState[] = [];
  const save = (state: FitState): void => void states.push(state);
  const controller = new AbortController();
  const options = optionsOf({ batch: 12, signal: controller.signal, checkpoint: { save } });
  for await (const event of fit(NETWORK, data, options))
    if (event.type === "epoch" && event.epoch === 3) controller.abort();
  expect(states.map(({ ended }) => ended)).toEqual([undefined]);
  const on = await run(optionsOf({ batch: 12, resume: states[0] }));
  expect(on.end.model.tensors).toEqual(whole.end.model.tensors);
  await run(optionsOf({ batch: 12, until: 4, checkpoint: { save } }));
  const further = await run(optionsOf({ batch: 12, resume: states[1] }));
  expect(further.end.model.tensors).toEqual(whole.end.model.tensors);
});

test("the end of a training that diverged is told again, with where it broke", async () => {
  const own: Own = { optimizer: "sgd", rate: 1e200, batch: 12 };
  const states: FitState[] = [];
  const whole = await run(optionsOf({ ...own, checkpoint: { save: (state) => void states.push(state) } }));
  expect(whole.end.stopped).toBe("diverged");
  const again = await run(optionsOf({ ...own, resume: loadFitState(saveFitState(states[0])) }));
  expect(again.end.fault).toEqual(whole.end.fault);
  expect(told(again.events)).toEqual(told(whole.events).slice(-1));
});

test("a pool goes on with some of its trainings, and tells again of others", async () => {
  const states = new Map<number, FitState[]>();
  const seeds = [0, 1, 2, 3];
  const options = (seed: number, more: object = {}) => ({
    loss: "mean-squared-error" as const,
    epochs: 9,
    seed,
    ...more,
  });
  const pool = openFitPool({ engine, workers: 1 });
  const train = async (more: (seed: number) => object) => {
    const fits = seeds.map((seed) => pool.fit(NETWORK, data, options(seed, more(seed))));
    const tensors = [];
    for (const one of fits) for await (const event of one) if (event.type === "end") tensors.push(event.model.tensors);
    return tensors;
  };
  const whole = await train((seed) => ({
    checkpoint: {
      every: 1e-9,
      save: (state: FitState) => {
        states.set(seed, [...(states.get(seed) ?? []), state]);
      },
    },
  }));
  expect([...states.values()].every((own) => own.at(-1)?.ended !== undefined)).toBe(true);
  const resumed = await train((seed) => (seed === 0 ? {} : { resume: states.get(seed)?.at(seed === 1 ? -1 : 1) }));
  expect(resumed).toEqual(whole);
  pool.close();
});

describe("refuses", () => {
  const stateOf = async (own: Own): Promise<FitState> => {
    const states: FitState[] = [];
    await run(optionsOf({ ...own, checkpoint: { save: (state) => void states.push(state) } }));
    return states[0];
  };
  const go = (own: Own, network = NETWORK, rows: FitData = data) =>
    (async () => {
      for await (const _ of fit(network, rows, optionsOf(own)));
    })();

  test("a state of another training, saying what differs", async () => {
    const resume = await stateOf({ batch: 12, epochs: 2 });
    await expect(go({ batch: 13, epochs: 2, resume })).rejects.toThrow("what differs: batch (13 here, 12 there)");
    await expect(go({ batch: 12, epochs: 3, l2: 0.1, resume })).rejects.toThrow(
      "epochs (3 here, 2 there); l2 (0.1 here, 0 there)",
    );
    const own = { batch: 12, epochs: 2, resume };
    await expect(go({ ...own, optimizer: optimizers.adam({ beta2: 0.9 }) })).rejects.toThrow("optimizer (adam");
    await expect(go(own, RANDOM)).rejects.toThrow("network (");
    const x = Float64Array.from(data.train.x);
    x[7] += 1e-12;
    const other = { ...data, train: { ...data.train, x } };
    await expect(go(own, NETWORK, other)).rejects.toThrow(
      /training rows \(53 targets, \w+ here, 53 targets, \w+ there\)/,
    );
  });

  test("a state of another version, and what is none", async () => {
    const resume = await stateOf({ epochs: 2 });
    await expect(go({ epochs: 2, resume: { ...resume, version: 2 } })).rejects.toThrow("version 2 of its form");
    await expect(go({ epochs: 2, resume: {} as FitState })).rejects.toThrow(
      "expected what `checkpoint.save` was given",
    );
  });

  test("a file that is cut short, and one with one wrong bit anywhere", async () => {
    const bytes = saveFitState(await stateOf({ epochs: 2 }));
    expect(saveFitState(loadFitState(bytes))).toEqual(bytes);
    for (let length = 0; length < bytes.length; length += 97)
      expect(() => loadFitState(bytes.subarray(0, length))).toThrow(FormatError);
    for (let at = 0; at < bytes.length; at += 13) {
      const wrong = bytes.slice();
      wrong[at] ^= 1 << (at % 8);
      // A byte of padding, or the case of a name in JSON, must not go unnoticed either.
      expect(() => loadFitState(wrong), `byte ${at}`).toThrow();
    }
  });

  test("to keep what makes no sense", async () => {
    const save = (): void => {};
    await expect(go({ checkpoint: { save, every: 0 } })).rejects.toThrow("checkpoint: every");
    await expect(go({ checkpoint: { save: 3 as never } })).rejects.toThrow("checkpoint: save");
    await expect(go({ checkpoint: { save, evry: 3 } as never })).rejects.toThrow("did you mean 'every'?");
  });

  test("to go on training where nothing can be kept any more", async () => {
    const save = (): never => {
      throw new Error("the disk is full");
    };
    await expect(go({ checkpoint: { save, every: 1e-9 } })).rejects.toThrow("the disk is full");
    await expect(go({ checkpoint: { save } })).rejects.toThrow("the disk is full");
  });

  test("to keep a minimizer that does not say what it carries", async () => {
    const silent: Minimizer = {
      ...minimizers.lbfgs(),
      *iterate(...given) {
        for (const { memory: _, ...rest } of minimizers.lbfgs().iterate(...given)) yield rest;
        return "step";
      },
    };
    await expect(go({ optimizer: silent, checkpoint: { save: () => {}, every: 1e-9 } })).rejects.toThrow(
      "does not say what it carries",
    );
  });
});
