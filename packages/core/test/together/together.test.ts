/** Members that are trained together beside each of them alone: `fit` is the oracle, bit for bit. */
import { beforeAll, describe, expect, test } from "vitest";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { losses } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { type OptimizerName, optimizers } from "../../src/optim/optimizers.ts";
import type { Member, MemberEnd, MemberEpoch } from "../../src/together/member.ts";
import type { TogetherOptions } from "../../src/together/options.ts";
import { fitTogether, openTogether, type TogetherEvent } from "../../src/together/together.ts";
import type { Dataset } from "../../src/train/dataset.ts";
import type { EndEvent, EpochEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import { schedules } from "../../src/train/schedules.ts";

const NETWORK: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 7, activation: "tanh" },
    { units: 5, activation: "relu" },
    { units: 2, activation: "identity" },
  ],
};

/** Two classes, one on each side of a curved border. */
function rows(count: number, stream: number): Dataset & { readonly x: Float64Array } {
  const x = Float64Array.from({ length: 3 * count }, (_, i) => normalAt([5, 5], stream, i));
  const y = Int32Array.from({ length: count }, (_, r) => Number(x[3 * r] + x[3 * r + 1] ** 2 > 0.7));
  return { x, y };
}

const train = rows(101, 0);
/** Through plans of 256 rows and of one. */
const validation = rows(257, 1);
const amounts = ({ x }: { readonly x: Float64Array }): Dataset => ({
  x,
  y: Float64Array.from({ length: x.length / 3 }, (_, r) => x[3 * r] - x[3 * r + 2]),
});

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine({ threads: 1 });
});

type Common = Omit<TogetherOptions, "engine"> & { readonly engine?: SyncEngine };
interface Case {
  readonly network?: NetworkSpec;
  readonly data?: { readonly train: Dataset; readonly validation?: Dataset };
  readonly options?: Partial<Common>;
  readonly members: readonly Member[];
}

const DEFAULTS = { loss: "softmax-cross-entropy", epochs: 6, batch: 16 } as const;

async function drain(events: AsyncGenerator<TogetherEvent, MemberEnd[], void>) {
  const epochs: MemberEpoch[][] = [];
  const told: MemberEnd[] = [];
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { epochs, told, ends: value };
    if (value.type === "epoch")
      for (const one of value.members) epochs[one.member] = [...(epochs[one.member] ?? []), one];
    if (value.type === "end") told.push(value);
  }
}

const together = ({ network = NETWORK, data = { train, validation }, options, members }: Case) =>
  drain(fitTogether(network, data, members, { engine, ...DEFAULTS, ...options }));

async function alone(
  { network = NETWORK, data = { train, validation }, options = {}, members }: Case,
  place: number,
): Promise<{ epochs: EpochEvent[]; end: EndEvent }> {
  const { places: _, ...others } = options;
  const epochs: EpochEvent[] = [];
  for await (const event of fit(network, data, { engine, ...DEFAULTS, ...others, ...members[place] })) {
    if (event.type === "epoch") epochs.push(event);
    if (event.type === "end") return { epochs, end: event };
  }
  throw new Error("it did not end");
}

/** Every epoch and the end of every member. */
async function expectSame(given: Case): Promise<void> {
  const { epochs, ends } = await together(given);
  for (const [place, end] of ends.entries()) {
    const own = await alone(given, place);
    const plain = own.epochs.map(({ epoch, rate, loss, validation: judged, best }) => ({
      ...{ member: place, epoch, rate, loss, best },
      ...(judged && { validation: { loss: judged.loss } }),
    }));
    expect(epochs[place]).toEqual(plain);
    const { stopped, epochs: count, bestEpoch, bestLoss, model } = own.end;
    const { state: _, ...told } = end;
    expect(told).toEqual({ member: place, stopped, epochs: count, bestEpoch, bestLoss, model });
  }
}

const MEMBERS: Member[] = [
  { seed: 1, rate: 0.02 },
  { seed: 2, rate: 0.001, l2: 0.01 },
  { seed: 1, rate: 0.3, l2: 0.3 },
];

describe("each member is what it is alone", () => {
  test("with its own seed, rate and regulariser", () => expectSame({ members: MEMBERS }));

  test("in float64, and on the reference engine", async () => {
    await expectSame({ members: MEMBERS, options: { dtype: "f64" } });
    await expectSame({ members: MEMBERS.slice(0, 2), options: { engine: referenceEngine, epochs: 2 } });
  });

  test.each(Object.keys(optimizers) as OptimizerName[])("by %s", (optimizer) =>
    expectSame({ members: MEMBERS.slice(0, 2), options: { optimizer, epochs: 3 } }),
  );

  test("with clipping, weights, l1, and without rows for validation", () =>
    expectSame({
      data: { train: { ...train, weight: Float64Array.from(train.y, (_, i) => i % 3) } },
      options: { clip: { norm: 0.1, value: 0.05 } },
      members: [{ l1: 0.01 }, { l1: 0.002, seed: 9 }],
    }));

  test("with dropout, whose masks are its own", () =>
    expectSame({
      network: { inputs: 3, layers: [{ units: 16, activation: "silu", dropout: 0.4 }, NETWORK.layers[2]] },
      members: [{ seed: 4 }, { seed: 5 }, { seed: 4, rate: 0.1 }],
    }));

  test.each(["layer", "batch"] as const)("with %s normalisation", (normalisation) =>
    expectSame({
      network: { inputs: 3, layers: [{ units: 6, activation: "gelu", normalisation }, NETWORK.layers[2]] },
      members: [{ seed: 4 }, { seed: 5 }],
    }),
  );

  test("of one output, by a row at a time, in the last batch fewer rows", () =>
    expectSame({
      network: {
        inputs: 3,
        layers: [
          { units: 9, activation: "tanh" },
          { units: 1, activation: "identity" },
        ],
      },
      data: { train: amounts(rows(7, 3)), validation: amounts(rows(5, 4)) },
      options: { loss: losses.huber(), batch: 3 },
      members: [{ seed: 4 }, { seed: 5, l2: 0.1 }],
    }));

  test("of numbers that become bins and waves, and of categories that are looked up", () =>
    expectSame({
      network: {
        inputs: 3,
        layers: [
          { kind: "embedding", units: 6, activation: "identity", features: [2], categories: [4], dimension: 4 },
          { kind: "scale", units: 6, activation: "identity", rates: { scale: 6 } },
          NETWORK.layers[2],
        ],
      },
      data: {
        train: { ...train, x: train.x.map((value, i) => (i % 3 === 2 ? i % 4 : value)) },
        validation: { ...validation, x: validation.x.map((value, i) => (i % 3 === 2 ? i % 4 : value)) },
      },
      members: [{ seed: 4 }, { seed: 5, rate: 0.1 }],
    }));

  test("on several threads", async () => {
    const many = await wasmEngine({ threads: 2 });
    await expectSame({ members: MEMBERS, options: { engine: many, epochs: 3 } });
  });

  test("on several threads, each with members of its own, which hardly wait for each other", async () => {
    const many = await wasmEngine({ threads: 2 });
    const members = Array.from({ length: 16 }, (_, seed) => ({ seed, l2: 0.01 }));
    await expectSame({ members, options: { engine: many, epochs: 3 } });
    const options = { ...DEFAULTS, engine: many };
    for await (const event of fitTogether(NETWORK, { train }, members, options))
      if (event.type === "start")
        expect(event.describePlan()).toMatch(/^train step of 16: 2 threads with [1-4] barriers, /);
  });
});

describe("members end one by one", () => {
  const many: Member[] = Array.from({ length: 9 }, (_, seed) => ({ seed, rate: 0.003 * 2 ** seed }));

  test("by their own patience, and others take their places", async () => {
    const given = { members: many, options: { epochs: 40, patience: 3, places: 4 } };
    await expectSame(given);
    const { told } = await together(given);
    expect(told.map(({ member }) => member).sort()).toEqual([...many.keys()]);
    expect(new Set(told.map(({ epochs }) => epochs)).size).toBeGreaterThan(3);
  });

  test("where they diverge, and the others go on", async () => {
    const given = {
      data: { train: amounts(train), validation: amounts(validation) },
      network: {
        inputs: 3,
        layers: [
          { units: 4, activation: "relu" },
          { units: 1, activation: "identity" },
        ],
      } as const,
      options: { loss: losses["mean-squared-error"](), optimizer: "momentum" } as const,
      members: [{ rate: 0.01 }, { rate: 1e20 }, { rate: 0.02 }],
    };
    const { ends } = await together(given);
    expect(ends.map(({ stopped }) => stopped)).toEqual(["epochs", "diverged", "epochs"]);
    expect(ends[1].state).toBeUndefined();
    for (const place of [0, 2]) expect(ends[place].model).toEqual((await alone(given, place)).end.model);
  });

  test("and keep the epoch that was asked for", async () => {
    for (const keep of ["last", "last-best"] as const) await expectSame({ members: many, options: { keep } });
  });

  test("by schedules of their own, those that answer to the loss among them", async () => {
    // One that remembers is of one training.
    const given = (): Case => ({
      members: [
        { schedule: schedules.cosine(0.1) },
        { schedule: schedules["reduce-on-plateau"](0.1, { patience: 1 }) },
      ],
      options: { epochs: 12 },
    });
    const { ends } = await together(given());
    for (const place of [0, 1]) expect(ends[place].model).toEqual((await alone(given(), place)).end.model);
  });
});

test("a member that paused goes on to the bits of one that did not", async () => {
  const shared = openTogether(NETWORK, { train, validation }, { engine, ...DEFAULTS, epochs: 9 });
  const members = MEMBERS.map((member, i) => ({ ...member, until: 2 + i }));
  const { ends } = await drain(shared.fit(members));
  expect(ends.map(({ stopped, epochs }) => [stopped, epochs])).toEqual([
    ["epochs", 2],
    ["epochs", 3],
    ["epochs", 4],
  ]);
  const again = await drain(shared.fit(MEMBERS.map((member, i) => ({ ...member, from: ends[i].state }))));
  const whole = await together({ members: MEMBERS, options: { epochs: 9 } });
  expect(again.ends).toEqual(whole.ends);
  expect(again.epochs.map((own) => own[0].epoch)).toEqual([3, 4, 5]);
});

test("a signal ends all of them, with the best so far", async () => {
  const controller = new AbortController();
  const events = fitTogether(NETWORK, { train, validation }, MEMBERS, {
    ...{ engine, ...DEFAULTS, epochs: 1000, places: 2, signal: controller.signal },
  });
  const ends: MemberEnd[] = [];
  let epochs = 0;
  for await (const event of events) {
    if (event.type === "epoch" && ++epochs === 3) controller.abort();
    if (event.type === "end") ends.push(event);
  }
  expect(ends.map(({ stopped, epochs, state }) => [stopped, epochs, state])).toEqual([
    ["aborted", 3, undefined],
    ["aborted", 3, undefined],
    ["aborted", 0, undefined],
  ]);
  const { end } = await alone({ members: MEMBERS, options: { epochs: 3 } }, 0);
  expect(ends[0].model.tensors).toEqual(end.model.tensors);
});

describe("what makes no sense is refused before any work", () => {
  const refused = (members: readonly Member[], options: object = {}, data: object = { train, validation }) =>
    drain(fitTogether(NETWORK, data as { train: Dataset }, members, { engine, ...DEFAULTS, ...options }));

  test.each<[string, () => Promise<unknown>]>([
    ["members must be a list of at least one", () => refused([])],
    ["member 1: constant: rate must be a number > 0", () => refused([{}, { rate: 0 }])],
    ["member 0: l2 must be a number ≥ 0, got -1", () => refused([{ l2: -1 }])],
    ["member 2 has no option 'sed'; did you mean 'seed'?", () => refused([{}, {}, { sed: 1 } as Member])],
    ["member 0: until must be a whole number from 1 to the 6 epochs", () => refused([{ until: 7 }])],
    ["fitTogether has no option 'seed'", () => refused([{}], { seed: 1 })],
    ["places must be a whole number ≥ 1", () => refused([{}], { places: 0 })],
    ["a method of first order", () => refused([{}], { optimizer: { kind: "kfac", name: "kfac" } })],
    ["training rows: there are no rows", () => refused([{}], {}, { train: { x: [], y: [] } })],
    ["data has no part 'tran'", () => refused([{}], {}, { tran: train })],
  ])("%s", async (message, work) => {
    await expect(work()).rejects.toThrow(message);
  });

  test("a second call before the first has ended", async () => {
    const shared = openTogether(NETWORK, { train }, { engine, ...DEFAULTS });
    const first = shared.fit([{}]);
    await first.next();
    await expect(shared.fit([{}]).next()).rejects.toThrow("wait until the other members have ended");
    await first.return([]);
    await drain(shared.fit([{}]));
  });
});
