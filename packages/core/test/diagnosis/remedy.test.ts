/** Remedies are tried, not guessed: what is told to have helped did, and with it training does what was told. */
import { beforeAll, describe, expect, test } from "vitest";
import { findRemedy, type Remedy } from "../../src/diagnosis/remedy.ts";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { losses } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { log } from "../../src/ops/elementary.ts";
import { normalAt } from "../../src/ops/random.ts";
import { sub } from "../../src/ops/ring.ts";
import { optimizers } from "../../src/optim/optimizers.ts";
import type { Dataset } from "../../src/train/dataset.ts";
import type { EndEvent, EpochEvent, TrainingFault } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { schedules } from "../../src/train/schedules.ts";

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

const NETWORK: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 7, activation: "tanh" },
    { units: 1, activation: "identity" },
  ],
};

/** A plane, at inputs of any size and place. */
function rows(size = 1, place = 0): Dataset {
  const x = Float64Array.from({ length: 3 * 100 }, (_, i) => normalAt([4, 4], 0, i));
  const y = Float64Array.from({ length: 100 }, (_, r) => x[3 * r] - 0.5 * x[3 * r + 1]);
  return { x: x.map((value) => size * value + place), y };
}

async function run(given: Partial<Omit<FitOptions, "engine">>, train: Dataset, network: NetworkSpec) {
  const epochs: EpochEvent[] = [];
  let end: EndEvent | undefined;
  const options = { engine, loss: losses["mean-squared-error"](), epochs: 30, seed: 2, ...given };
  for await (const event of fit(network, { train }, options)) {
    if (event.type === "epoch") epochs.push(event);
    if (event.type === "end") end = event;
  }
  return { epochs, options, end: end as EndEvent };
}

async function cure(
  given: Partial<Omit<FitOptions, "engine">>,
  train: Dataset = rows(),
  network = NETWORK,
  seconds = 20,
) {
  const { end, options } = await run(given, train, network);
  const fault = end.fault as TrainingFault;
  return { fault, remedy: await findRemedy(network, { train }, options, fault, { seconds }) };
}

/** Training anew with what was found is finite and comes to the loss that was told. */
async function expectTrue({ found, message }: Remedy): Promise<void> {
  if (found === undefined) throw new Error(message);
  const { options, data, network } = found.changed;
  const again = await run(options, data.train, network);
  expect(again.epochs.some(({ loss }) => loss === found.after)).toBe(true);
  expect(found.after).toBeLessThan(found.before);
}

const sgd = optimizers.sgd();

describe("a remedy that helps", () => {
  test("a rate that is too high is damped", async () => {
    const { fault, remedy } = await cure({ optimizer: sgd, rate: 50 });
    expect(remedy.found).toMatchObject({ kind: "damp", helped: true });
    expect(remedy.message).toMatch(/^with rate 0\.5 in place of 50 the loss falls from 1\.\d+ to 0\.\d+ in \d+ steps$/);
    expect(remedy.found?.steps).toBeGreaterThanOrEqual(fault.step + 20);
    await expectTrue(remedy);
  });

  test("a schedule is divided, and still told of the loss", async () => {
    const schedule = schedules["reduce-on-plateau"](50, { factor: 0.5, patience: 2 });
    const { remedy } = await cure({ optimizer: sgd, schedule });
    expect(remedy.message).toMatch(/^with the schedule's rate divided by 100? the loss falls/);
    expect(remedy.found?.changed.options.schedule?.observe).toBeDefined();
  });

  test("inputs far from unit size are standardised, where the first step fails", async () => {
    const network: NetworkSpec = { inputs: 3, layers: [{ units: 1, activation: "exp" }] };
    const { fault, remedy } = await cure({ optimizer: sgd, rate: 0.01 }, rows(300, 1000), network);
    expect(fault).toMatchObject({ step: 1, phase: "forward", operation: "exp" });
    expect(remedy.found).toMatchObject({ kind: "scale", change: "standardised inputs" });
    await expectTrue(remedy);
  });

  test("weights that start far out are initialised as usual", async () => {
    const network: NetworkSpec = {
      inputs: 3,
      layers: [
        { units: 7, activation: "exp", initialiser: (shape) => new Float64Array(shape[0] * shape[1]).fill(80) },
        NETWORK.layers[1],
      ],
    };
    const { fault, remedy } = await cure({ optimizer: sgd, rate: 0.01 }, rows(), network);
    expect(fault.step).toBe(1);
    expect(remedy.found).toMatchObject({ kind: "initialise" });
    await expectTrue(remedy);
  });

  test("gradients that explode at any of these rates are clipped", async () => {
    // A cliff: the slope of z³ at the far row is 10¹⁵ times that of the others.
    const network: NetworkSpec = { inputs: 3, layers: [{ units: 1, activation: "identity" }] };
    const train = rows();
    const x = Float64Array.from(train.x);
    x.set([1e6, 1e6, 1e6], 3 * 40);
    const { remedy } = await cure(
      { optimizer: sgd, rate: 1e-3, initial: { W1: [1e-3, 1e-3, 1e-3], b1: [0] } },
      { ...train, x },
      network,
    );
    expect(remedy.found?.kind).toBe("clip");
    expect(remedy.tried.map(({ kind, helped }) => [kind, helped])).toEqual([
      ["damp", false],
      ["clip", true],
    ]);
    await expectTrue(remedy);
  });
});

describe("no remedy", () => {
  const hopeless: NetworkSpec = { inputs: 3, layers: [{ units: 1, activation: (z) => log(sub(z, 1e6)) }] };

  test("says what was tried", async () => {
    const { fault, remedy } = await cure({ optimizer: sgd }, rows(), hopeless);
    expect(fault).toMatchObject({ step: 1, phase: "forward", operation: "log", value: Number.NaN });
    expect(remedy).toMatchObject({ found: undefined, outOfTime: false });
    expect(remedy.tried).toHaveLength(4);
    expect(remedy.tried.every(({ helped, after }) => !helped && after === undefined)).toBe(true);
    expect(remedy.message).toMatch(
      /^no remedy helped; tried: rate 0\.001 in place of 0\.01; .*gradients clipped at norm 1$/,
    );
  });

  test("that time was up is said, and nothing is called tried that was not", async () => {
    const { remedy } = await cure({ optimizer: sgd, rate: 50 }, rows(), NETWORK, 1e-9);
    expect(remedy).toMatchObject({ found: undefined, tried: [], outOfTime: true });
    expect(remedy.message).toMatch(/^no remedy helped; tried: nothing \(1e-9 s were too few/);
  });

  test("refuses a time that makes no sense", async () => {
    await expect(cure({ optimizer: sgd, rate: 50 }, rows(), NETWORK, 0)).rejects.toThrow(
      /seconds must be a number > 0/,
    );
  });
});
