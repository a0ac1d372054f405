/** Training on one of our engines until the loss is low enough: how long it took, and how many steps. */
import { meanSquaredError, optimizers, softmaxCrossEntropy, fit as training } from "@chaingrad/core";
import { kfac, minimizers } from "@chaingrad/core/curvature";
import { digits, readRegression } from "../lib/regression.js";

/** The engine, and the milliseconds that it has spent on compiling. */
function watched(engine) {
  const watch = { compiling: 0 };
  const compile = (...given) => {
    const before = performance.now();
    const executable = engine.compile(...given);
    watch.compiling += performance.now() - before;
    return executable;
  };
  return [{ ...engine, compile }, watch];
}

const tanhNet = ([inputs, hidden, outputs]) => ({
  inputs,
  layers: [
    { units: hidden, activation: "tanh" },
    { units: outputs, activation: "identity" },
  ],
});

/** For each target the step, and the milliseconds, that reached it; null where the budget, in milliseconds, ran out. */
export async function descend(engine, opening, { dir, sizes, seed, method, targets, budget }) {
  const { x, y, initial } = readRegression(dir, sizes, seed);
  const before = performance.now() - opening;
  const [own, watch] = watched(engine);
  const optimizer = minimizers[method]();
  const signal = AbortSignal.timeout(budget);
  const options = { engine: own, loss: meanSquaredError(), optimizer, epochs: 1e6, initial, signal };
  const reached = targets.map(() => null);
  let last;
  for await (const event of training(tanhNet(sizes), { train: { x, y } }, options)) {
    if (event.type !== "epoch") continue;
    last = event.loss;
    const ms = performance.now() - before;
    targets.forEach((target, i) => {
      if (last <= target) reached[i] ??= { ms, compiling: watch.compiling, steps: event.epoch };
    });
    if (!reached.includes(null)) break;
  }
  return { reached, last };
}

const DIGITS = [64, 32, 10];

/**
 * Digits, in batches: a first run finds the epochs after which the loss of all rows is low enough, a second one, that
 * looks at nothing, their times.
 */
export async function descendOnDigits(engine, { method, rate, batch, scale, seed, targets, epochs }) {
  const { x, y } = digits(scale);
  const optimizer = method === "kfac" ? kfac() : optimizers[method]();
  const common = { loss: softmaxCrossEntropy(), optimizer, batch, seed, ...(rate && { rate }) };
  const lowest = targets.map(() => null);
  const train = { x, y };
  for await (const event of training(tanhNet(DIGITS), { train, validation: train }, { ...common, engine, epochs })) {
    if (event.type !== "epoch") continue;
    targets.forEach((target, i) => {
      if (event.validation.loss <= target) lowest[i] ??= event.epoch;
    });
    if (!lowest.includes(null)) break;
  }
  const wanted = Math.max(0, ...lowest);
  const [own, watch] = watched(engine);
  const times = [];
  let stepsPerEpoch = 0;
  const before = performance.now();
  if (wanted > 0) {
    for await (const event of training(tanhNet(DIGITS), { train }, { ...common, engine: own, epochs: wanted })) {
      if (event.type === "start") ({ stepsPerEpoch } = event);
      if (event.type === "epoch") times[event.epoch] = performance.now() - before;
    }
  }
  return {
    reached: lowest.map((epoch) =>
      epoch === null ? null : { ms: times[epoch], compiling: watch.compiling, steps: epoch * stepsPerEpoch },
    ),
  };
}
