/** The derivation that runs is the derivation that is shown: the numbers explained are those that the step trained with. */
import { expect, test } from "vitest";
import { evaluate } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { derive } from "../../src/explain/derivation/derivation.ts";
import type { ActivationName } from "../../src/nn/activations.ts";
import { type LossName, losses } from "../../src/nn/losses.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { input } from "../../src/ops/source.ts";
import { sgd } from "../../src/optim/first-order/sgd.ts";
import { type ObjectiveSpec, objective, parameterInputs } from "../../src/train/objective.ts";
import { trainStep } from "../../src/train/step.ts";

const BATCH = 5;
const RATE = 2 ** -3;

test.each([
  ["tanh", "mean-squared-error", 2],
  ["gelu", "huber", 1],
  ["relu", "softmax-cross-entropy", 3],
  ["sigmoid", "binary-cross-entropy", 2],
] as [ActivationName, LossName, number][])("%s with %s", async (activation, name, outputs) => {
  const network: NetworkSpec = {
    inputs: 3,
    layers: [
      { units: 4, activation },
      { units: outputs, activation: "identity" },
    ],
  };
  const spec: ObjectiveSpec = { network, loss: losses[name](), l2: 0.3, l1: 0.01 };
  const labels = spec.loss.target === "labels";
  const params = initialParameters(network, 7);
  const x = Float64Array.from({ length: BATCH * 3 }, (_, i) => normalAt([1, 2], 3, i));
  const target = Float64Array.from({ length: BATCH * (labels ? 1 : outputs) }, (_, i) => i % (labels ? outputs : 2));
  const weight = Float64Array.of(1, 0.5, 2, 0, 1);
  const engine = await wasmEngine();

  const step = trainStep({ ...spec, optimizer: sgd(), batch: BATCH, rows: BATCH, dtype: "f64" });
  const executable = engine.compile(step.program, { donate: step.carried });
  const given = {
    ...params,
    "data/x": x,
    "data/y": target,
    "data/weight": weight,
    rows: [0, 1, 2, 3, 4],
    rate: [RATE],
    step: [1],
    key: [0, 0],
  };
  for (const [key, values] of Object.entries(given)) executable.write(key, values);
  executable.run();

  const carried = parameterInputs(network, "f64");
  const nodes = {
    x: input("x", [BATCH, 3], "f64"),
    target: labels ? input("target", [BATCH], "i32") : input("target", [BATCH, outputs], "f64"),
  };
  const weightInput = input("weight", [BATCH], "f64");
  const graph = objective(spec, carried, nodes, { training: false, weight: weightInput });
  const derivation = derive({
    ...graph,
    parameters: Object.values(carried.params),
    x: nodes.x,
    given: [nodes.target, weightInput],
  });
  const shown = evaluate(engine, derivation.program, { ...params, x, target, weight });
  for (const [key, before] of Object.entries(params)) {
    const trained = Array.from(executable.read(key), (after, i) => (before[i] - after) / RATE);
    const scale = Math.max(...trained.map(Math.abs));
    trained.forEach((value, i) => {
      expect(Math.abs(shown[`∂L/∂${key}`][i] - value) / scale).toBeLessThan(1e-14);
    });
  }
});
