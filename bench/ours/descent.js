/** Training on one of our engines until the loss is low enough: how long it took, and how many steps. */
import { meanSquaredError, optimizers, Predictor, softmaxCrossEntropy, fit as training } from "@chaingrad/core";
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

/** An engine whose training steps run one by one, with a look at each one's tensors. */
function looking(engine, look) {
  const compile = (program, options) => {
    const executable = engine.compile(program, options);
    if (!options?.records) return executable;
    const { bytes, threads } = executable;
    const run = (steps = 1, first = 0) => {
      for (let step = first; step < first + steps; step++) {
        executable.run(1, step);
        look(executable);
      }
    };
    const [write, read, describe] = ["write", "read", "describe"].map((name) => executable[name].bind(executable));
    return { bytes, threads, run, write, read, describe };
  };
  return { ...engine, compile };
}

/** For each target the first step after which the loss of all rows is low enough, or null. */
async function stepsOnDigits(engine, train, targets, options) {
  const lowest = targets.map(() => null);
  const names = ["W1", "b1", "W2", "b2"];
  const predictor = new Predictor(engine, tanhNet(DIGITS), options.loss, train.y.length, "f64");
  let step = 0;
  const look = (executable) => {
    step++;
    predictor.load(Object.fromEntries(names.map((name) => [name, executable.read(name)])));
    const { loss } = predictor.judge(train);
    targets.forEach((target, i) => {
      if (loss <= target) lowest[i] ??= step;
    });
  };
  for await (const event of training(tanhNet(DIGITS), { train }, { ...options, engine: looking(engine, look) }))
    if (event.type === "epoch" && !lowest.includes(null)) break;
  return lowest;
}

/**
 * Digits, in batches: a first run looks at the loss of all rows after each step, a second one, that looks at nothing, takes
 * the times, within an epoch in proportion.
 */
export async function descendOnDigits(engine, { method, rate, batch, scale, seed, targets, epochs }) {
  const train = digits(scale);
  const optimizer = method === "kfac" ? kfac() : optimizers[method]();
  const common = { loss: softmaxCrossEntropy(), optimizer, batch, seed, ...(rate && { rate }) };
  const lowest = await stepsOnDigits(engine, train, targets, { ...common, epochs });
  const stepsPerEpoch = Math.ceil(train.y.length / batch);
  const [own, watch] = watched(engine);
  const times = [];
  const before = performance.now();
  const options = { ...common, engine: own, epochs: Math.ceil(Math.max(1, ...lowest) / stepsPerEpoch) };
  for await (const event of training(tanhNet(DIGITS), { train }, options))
    if (event.type !== "end") times.push(performance.now() - before);
  const timeOf = (step) => {
    const epoch = Math.floor((step - 1) / stepsPerEpoch);
    return times[epoch] + (step / stepsPerEpoch - epoch) * (times[epoch + 1] - times[epoch]);
  };
  return {
    reached: lowest.map((steps) => steps && { ms: timeOf(steps), compiling: watch.compiling, steps }),
  };
}
