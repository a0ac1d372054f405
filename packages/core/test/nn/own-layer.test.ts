/** A kind of layer is one object: whoever trains, explains, diagnoses or saves a network asks it and knows no kind. */
import { expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { printProgram } from "../../src/explain/notation/program.ts";
import { saveModel } from "../../src/model/model.ts";
import { exampleBatch } from "../../src/net/example.ts";
import { explainNet } from "../../src/net/explain-net.ts";
import type { LayerKind } from "../../src/nn/layers/layer.ts";
import { losses } from "../../src/nn/losses.ts";
import { initialParameters, layersOf, type NetworkSpec, parametersOf } from "../../src/nn/network.ts";
import { mul } from "../../src/ops/ring.ts";
import { kfac } from "../../src/optim/kfac.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";

/** z = s ⊙ x: as many outputs as inputs, a weight for each. */
const scaling: LayerKind = {
  name: "scaling",
  options: { activation: true },
  parts: [
    {
      check(spec, where) {
        if (spec.bias) throw new RangeError(`${where}: a scaling has no bias`);
      },
      parameters: (_, inputs) => [{ symbol: "s", role: "weight", shape: [inputs], start: 2 }],
      forward: (x, layer) => layer.mark(mul(x, layer.tensor("s") ?? x), "z", "pre-activation"),
    },
  ],
  describe: ({ units }) => `${units} scaled`,
};

const network: NetworkSpec = {
  inputs: 2,
  layers: [
    { kind: scaling, units: 2, activation: "identity" },
    { units: 1, activation: "identity" },
  ],
};
const x = [0, 1, 2, 0, 1, 1, -1, 2];
const y = [3, 2, 4, 5];

async function events(options: Partial<FitOptions> = {}, data = { x, y }): Promise<FitEvent[]> {
  const told: FitEvent[] = [];
  const all = { engine: referenceEngine, loss: "mean-squared-error", epochs: 30, ...options } as const;
  for await (const event of fit(network, { train: data }, all)) told.push(event);
  return told;
}

test("its tensors have its symbol and the number of the layer", () => {
  expect(parametersOf(network).map(({ name, role, layer, shape }) => ({ name, role, layer, shape }))).toEqual([
    { name: "s1", role: "weight", layer: 1, shape: [2] },
    { name: "W2", role: "weight", layer: 2, shape: [1, 2] },
    { name: "b2", role: "bias", layer: 2, shape: [1] },
  ]);
  expect(initialParameters(network, 0).s1).toEqual(Float64Array.of(2, 2));
  expect(layersOf(network).map(({ kind, spec }) => kind.describe(spec))).toEqual(["2 scaled", "1 identity"]);
});

test("its options are its own", () => {
  const wrong: NetworkSpec = { inputs: 2, layers: [{ kind: scaling, units: 2, activation: "identity", dropout: 0.5 }] };
  expect(() => layersOf(wrong)).toThrow("layer 1 has no part 'dropout'");
  expect(() => layersOf({ inputs: 2, layers: [{ ...network.layers[1], kind: "dens" as "dense" }] })).toThrow(
    "layer 1: kind 'dens' is not known; did you mean 'dense'?",
  );
});

test("it trains by a first-order optimizer and by a minimizer, with l2 on its weight", async () => {
  for (const optimizer of ["adam", minimizers.lbfgs()] as const) {
    const told = await events({ optimizer, l2: 0.01, rate: optimizer === "adam" ? 0.05 : undefined } as FitOptions);
    const losses = told.flatMap((event) => (event.type === "epoch" ? [event.loss] : []));
    expect(losses[losses.length - 1]).toBeLessThan(losses[0] / 2);
  }
});

test("K-FAC says that it is none of its layers", async () => {
  await expect(events({ optimizer: kfac() })).rejects.toThrow(
    "layer 'hidden1' (scaling) does not go with the optimizer 'kfac': its factors are those of dense layers alone",
  );
});

test("its derivation has δ and the name of its weight", () => {
  const net = { network, objective: { loss: losses["mean-squared-error"]() } };
  const { derivation } = explainNet(net, initialParameters(network, 1), exampleBatch);
  expect(printProgram(derivation.program)).toContain("s₁: f64[2]");
  expect(derivation.backward.map(({ name }) => name)).toContain("∂L/∂s1");
});

test("the gradient's flow through it, and its faults, are told", async () => {
  const [start] = await events({ flow: true });
  if (start.type !== "start" || start.flow === undefined) throw new Error("there is a flow at the start");
  // diag(2, 2)
  expect(start.flow[0].jacobian).toEqual({ largest: 2, smallest: 2 });
  expect(start.flow[0].gradient).toBeGreaterThan(0);
  const told = await events({ dtype: "f64", rate: 0.1 }, { x: [0, 1, 2, 1.5e308, 1, 1, -1, 2], y });
  const end = told[told.length - 1];
  if (end.type !== "end") throw new Error("the last event is the end");
  expect(end.fault).toMatchObject({ layer: 1, layerName: "hidden1", unit: 1, row: 1, phase: "forward", symbol: "z1" });
});

test("a file cannot hold it", () => {
  const tensors = initialParameters(network, 1);
  expect(() => saveModel({ network, objective: { loss: losses["mean-squared-error"]() }, tensors })).toThrow(
    "layer 1 is made with a function of your own, which a file cannot hold",
  );
});
