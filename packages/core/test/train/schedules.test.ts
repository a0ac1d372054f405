/** Learning rates against PyTorch's schedulers (fixtures/schedules.json): values[k] is what step or epoch k trains with. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  cosine,
  cosLog,
  exponential,
  flatCosine,
  oneCycle,
  type Progress,
  reduceOnPlateau,
  type Schedule,
  type ScheduleName,
  schedules,
  step,
  warmUp,
} from "../../src/train/schedules.ts";

interface Fixture {
  readonly name: string;
  readonly hyper: Readonly<Record<string, number>> & { readonly losses: readonly number[] };
  readonly values: readonly number[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("../fixtures/schedules.json", import.meta.url), "utf8"),
) as readonly Fixture[];

/** A fixture's hyperparameters as options of ours. */
const build: Readonly<Record<string, (hyper: Fixture["hyper"]) => Schedule>> = {
  constant: (h) => schedules.constant(h.learningRate),
  step: (h) => schedules.step(h.learningRate, { size: h.stepSize, factor: h.gamma, per: "step" }),
  exponential: (h) => schedules.exponential(h.learningRate, { factor: h.gamma, per: "step" }),
  cosine: (h) => schedules.cosine(h.learningRate, { steps: h.totalSteps, minimum: h.minimum }),
  "linear-warmup": (h) => schedules["warm-up"](h.learningRate, { steps: h.warmupSteps, start: h.startFactor }),
  "one-cycle": (h) =>
    schedules["one-cycle"](h.maximum, {
      steps: h.totalSteps,
      warmUp: h.warmupFraction,
      divide: h.divFactor,
      finalDivide: h.finalDivFactor,
    }),
  plateau: ({ learningRate, factor, patience, threshold }) =>
    schedules["reduce-on-plateau"](learningRate, { factor, patience, threshold }),
};

const at = (k: number, steps = 1000): Progress => ({ step: k, epoch: Math.floor(k / 10), steps });

/** PyTorch has none of these: their formulas are tested below. */
const OTHERS: readonly ScheduleName[] = ["cos-log", "flat-cosine"];

test("there is a fixture for every schedule that PyTorch has", () => {
  expect(new Set(fixtures.map(({ name }) => name))).toEqual(new Set(Object.keys(build)));
  expect(Object.keys(schedules)).toHaveLength(Object.keys(build).length + OTHERS.length);
});

test("cos-log: cycles that double in length, from 0 to the rate and back", () => {
  const schedule = cosLog(0.3);
  // 1 + 15 t = 1, 2, 4, 8, 16 where a cycle ends, √2 and so on where it is highest.
  const steps = 1500;
  for (const [k, rate] of [
    [0, 0],
    [100, 0],
    [300, 0],
    [700, 0],
    [1500, 0],
    [100 * (Math.SQRT2 - 1), 0.3],
    [100 * (8 * Math.SQRT2 - 1), 0.3],
    [50, 0.15 * (1 - Math.cos(2 * Math.PI * Math.log2(1.5)))],
  ])
    expect(schedule(at(k, steps)), `${k}`).toBeCloseTo(rate, 14);
  expect(cosLog(0.3, { cycles: 1 })(at(500, 1000))).toBeCloseTo(
    0.15 * (1 - Math.cos(2 * Math.PI * Math.log2(1.5))),
    15,
  );
  expect(cosLog(0.3, { steps: 10 })(at(20, 40))).toBeCloseTo(0, 15);
});

test("flat-cosine: the rate, then half a cosine to 0", () => {
  expect([0, 10, 20, 30, 40].map((k) => flatCosine(0.2)(at(k, 40)))).toEqual([
    ...[0.2, 0.2, 0.2],
    expect.closeTo(0.1, 15),
    0,
  ]);
  expect(flatCosine(0.2, { flat: 0 })(at(20, 40))).toBe(cosine(0.2)(at(20, 40)));
});

test.each(fixtures)("$name as PyTorch has it", ({ name, hyper, values }) => {
  const schedule = build[name](hyper);
  values.forEach((value, k) => {
    expect(Math.abs(schedule(at(k)) - value), `k = ${k}`).toBeLessThanOrEqual(
      1e-14 * hyper[name === "one-cycle" ? "maximum" : "learningRate"],
    );
    if (k < values.length - 1) schedule.observe?.(hyper.losses?.[k]);
  });
  expect(schedule.observe !== undefined).toBe(name === "plateau");
});

test("cosine and one-cycle run over all of training unless told", () => {
  const [half, whole] = [cosine(0.2, { minimum: 0.1 }), oneCycle(0.2)];
  expect(half(at(0, 40))).toBe(0.2);
  expect(half(at(20, 40))).toBeCloseTo(0.15, 15);
  expect(cosine(0.2, { minimum: 0.1, steps: 10 })(at(20, 40))).toBe(0.1);
  expect(whole(at(0, 100))).toBeCloseTo(0.2 / 25, 15);
  expect(whole(at(29, 100))).toBe(0.2);
  expect(whole(at(99, 100))).toBeCloseTo(0.2 / 25 / 1e4, 15);
  expect(whole(at(500, 100))).toBe(whole(at(99, 100)));
});

test("one-cycle stays finite for trainings of a step or two", () => {
  expect([0, 1].map((k) => oneCycle(0.2)(at(k, 2)))).toEqual([0.2, 0.2 / 25 / 1e4]);
  expect(oneCycle(0.2)(at(0, 1))).toBe(0.2);
});

test("step and exponential count epochs unless told to count steps", () => {
  expect(step(1, { size: 2, factor: 0.5 })({ step: 999, epoch: 5, steps: 1000 })).toBe(0.25);
  expect(exponential(1, { factor: 0.5 })({ step: 999, epoch: 3, steps: 1000 })).toBe(0.125);
  expect(exponential(1, { factor: 0.5, per: "step" })({ step: 3, epoch: 0, steps: 1000 })).toBe(0.125);
});

test("after the warm-up comes another schedule, from its beginning", () => {
  const schedule = warmUp(0.4, { steps: 10, start: 0.5, after: cosine(0.4) });
  expect([0, 5, 10, 20, 30].map((k) => schedule(at(k, 30)))).toEqual([
    0.2,
    expect.closeTo(0.3, 15),
    0.4,
    expect.closeTo(0.2, 15),
    0,
  ]);
  const observed = warmUp(0.4, { steps: 2, after: reduceOnPlateau(0.4, { patience: 0, factor: 0.5 }) });
  for (const loss of [1, 2]) observed.observe?.(loss);
  expect(observed(at(5))).toBe(0.2);
  expect(schedule.observe).toBeUndefined();
});

test("a plateau: larger is better, a floor, NaN, and a memory that can be replayed", () => {
  const make = (): Schedule => reduceOnPlateau(0.8, { patience: 0, factor: 0.5, mode: "max", minimum: 0.3 });
  const schedule = make();
  const rates = [0.5, 0.6, 0.6, Number.NaN, 0.7, 0.1].map((metric) => {
    schedule.observe?.(metric);
    return schedule(at(0));
  });
  expect(rates).toEqual([0.8, 0.8, 0.4, 0.3, 0.3, 0.3]);
  const negative = reduceOnPlateau(1, { patience: 0, factor: 0.5, threshold: 0.1 });
  for (const loss of [-1, -1.05]) negative.observe?.(loss); // better by less than a tenth
  expect(negative(at(0))).toBe(0.5);
});

test.each([
  ["constant", 0, {}, "constant: rate must be a number > 0, got 0"],
  ["step", 0.1, { size: 0 }, "step: size must be a whole number ≥ 1, got 0"],
  ["step", 0.1, { per: "batch" }, 'step: per must be "step" or "epoch", got batch'],
  ["exponential", 0.1, { factor: 1.5 }, "exponential: factor must be a number > 0 and ≤ 1, got 1.5"],
  ["cosine", 0.1, { minimum: 0.2 }, "cosine: minimum must be a number from 0 to the rate 0.1, got 0.2"],
  ["cosine", 0.1, { steps: -1 }, "cosine: steps must be a whole number ≥ 0, got -1"],
  ["cos-log", 0.1, { cycles: 0.5 }, "cos-log: cycles must be a whole number ≥ 1, got 0.5"],
  ["flat-cosine", 0.1, { flat: 1 }, "flat-cosine: flat must be a number ≥ 0 and < 1, got 1"],
  ["warm-up", Number.NaN, {}, "warm-up: rate must be a number > 0, got NaN"],
  ["warm-up", 0.1, { start: 0 }, "warm-up: start must be a number > 0 and ≤ 1, got 0"],
  ["one-cycle", 0.1, { warmUp: 1 }, "one-cycle: warmUp must be a number ≥ 0 and < 1, got 1"],
  ["one-cycle", 0.1, { factor: 1 }, "one-cycle has no option 'factor'; it has steps, warmUp, divide, finalDivide"],
  ["reduce-on-plateau", 0.1, { patience: 1.5 }, "reduce-on-plateau: patience must be a whole number ≥ 0, got 1.5"],
  ["reduce-on-plateau", 0.1, { mode: "best" }, 'reduce-on-plateau: mode must be "min" or "max", got best'],
] as const)("%s(%f, %o) is refused", (name, rate, options, message) => {
  const make = schedules[name as ScheduleName] as (rate: number, options: object) => Schedule;
  expect(() => make(rate, options)).toThrow(RangeError);
  expect(() => make(rate, options)).toThrow(message);
});
