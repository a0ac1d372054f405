/** Parameters with a rate of their own: what every first-order optimizer makes of it, and what follows everywhere else. */
import { describe, expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { updateView } from "../../src/explain/views/update.ts";
import { loadModel, saveModel } from "../../src/model/model.ts";
import { exampleBatch } from "../../src/net/example.ts";
import { explainNet } from "../../src/net/explain-net.ts";
import { initialisers } from "../../src/nn/initialisers.ts";
import type { LayerKind, LayerSpec } from "../../src/nn/layers/layer.ts";
import { losses } from "../../src/nn/losses.ts";
import { initialParameters, layersOf, type NetworkSpec, parametersOf } from "../../src/nn/network.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { add, mul } from "../../src/ops/ring.ts";
import { kfac } from "../../src/optim/kfac.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { type OptimizerName, optimizers } from "../../src/optim/optimizers.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import type { Tensors } from "../../src/train/tensors.ts";
import { openTrainer } from "../../src/trainer.ts";

const x = [0, 1, 2, 0, 1, 1, -1, 2];
const y = [3, 2, 4, 5];
const layer: LayerSpec = { units: 3, activation: "tanh" };
const last: LayerSpec = { units: 1, activation: "identity" };
const networkOf = (more: Partial<LayerSpec>): NetworkSpec => ({ inputs: 2, layers: [{ ...layer, ...more }, last] });

async function trained(network: NetworkSpec, options: Partial<FitOptions>): Promise<Tensors> {
  const all = { engine: referenceEngine, loss: "mean-squared-error", dtype: "f64", ...options } as FitOptions;
  let tensors: Tensors = {};
  for await (const event of fit(network, { train: { x, y } }, { keep: "last", ...all }))
    if (event.type === "end") ({ tensors } = event.model);
  return tensors;
}

describe.each(Object.keys(optimizers) as OptimizerName[])("%s", (optimizer) => {
  test("at half the rate for all of it, it trains as at half the rate", async () => {
    const half = { weight: 0.5, bias: 0.5 };
    const both = { inputs: 2, layers: [layer, last].map((own) => ({ ...own, rates: half })) };
    const slow = await trained(both, { optimizer, rate: 0.125, epochs: 4 });
    expect(slow).toEqual(await trained(networkOf({}), { optimizer, rate: 0.0625, epochs: 4 }));
    expect(slow).not.toEqual(await trained(networkOf({}), { optimizer, rate: 0.125, epochs: 4 }));
  });

  test("in a first step only the parameter that has a factor moves by it", async () => {
    const once = { optimizer, epochs: 1 };
    const own = await trained(networkOf({ rates: { weight: 0.25 } }), { ...once, rate: 0.125 });
    const [fast, slow] = [
      await trained(networkOf({}), { ...once, rate: 0.125 }),
      await trained(networkOf({}), { ...once, rate: 0.03125 }),
    ];
    expect(own).toEqual({ ...fast, W1: slow.W1 });
  });

  test("a step in halves does the same", async () => {
    const network = networkOf({ rates: { weight: 0.25, bias: 8 } });
    const options = { engine: referenceEngine, loss: "mean-squared-error", dtype: "f64", rate: 0.01 } as const;
    const trainer = await openTrainer(network, { ...options, optimizer, batch: 4 });
    await trainer.step({ x, y });
    const tensors = await trainer.tensors();
    const whole = await trained(network, { optimizer, rate: 0.01, epochs: 1 });
    for (const [name, values] of Object.entries(whole))
      Array.from(values, (value, i) => expect(tensors[name][i]).toBeCloseTo(value, 14));
  });
});

test("adamw decays a parameter by its own share, at its own rate", async () => {
  const step = async (more: Partial<LayerSpec>): Promise<number> => {
    const decaying = await trained(networkOf(more), { optimizer: optimizers.adamw({ weightDecay: 0.5 }), epochs: 1 });
    const plain = await trained(networkOf(more), { optimizer: "adam", epochs: 1 });
    return decaying.W1[0] - plain.W1[0];
  };
  // −η λ w, with η = 0.001
  const w = initialParameters(networkOf({}), 0).W1[0];
  expect(await step({})).toBeCloseTo(-0.0005 * w, 14);
  expect(await step({ rates: { weight: 6 } })).toBeCloseTo(-0.003 * w, 14);
  expect(await step({ rates: { weight: 6 }, decays: { weight: 1 / 6 } })).toBeCloseTo(-0.0005 * w, 14);
  expect(await step({ decays: { weight: 0 } })).toBe(0);
});

/** z = V x/√d + b: the parametrisation of neural tangents, as it is written in papers. */
const tangent: LayerKind = {
  name: "tangent",
  options: { activation: true },
  parts: [
    {
      parameters: ({ units }, inputs) => [
        { symbol: "W", role: "weight", shape: [units, inputs], start: initialisers["standard-normal"] },
        { symbol: "b", role: "bias", shape: [units], start: 0 },
      ],
      forward(given, { tensor }) {
        const [V, b] = [tensor("W"), tensor("b")] as [typeof given, typeof given];
        return add(mul(1 / Math.sqrt(V.type.shape[1]), matmul(given, V, { transposeB: true })), b);
      },
    },
  ],
  describe: ({ units }) => `${units}`,
};

test("z = V x/√d + b, V ~ N(0, 1), learns as z = W x + b, W ~ N(0, 1/d), at 1/√d of the rate", async () => {
  const optimizer = optimizers.adamw({ weightDecay: 0.1, epsilon: 1e-30 });
  const d = Math.sqrt(2);
  const plain: LayerSpec = {
    ...{ units: 1, activation: "identity", initialiser: "lecun-normal" },
    ...{ rates: { weight: 1 / d }, decays: { weight: d } },
  };
  const ours = await trained({ inputs: 2, layers: [plain] }, { optimizer, rate: 0.1, epochs: 20 });
  const papers = { inputs: 2, layers: [{ kind: tangent, units: 1, activation: "identity" }] } as const;
  const theirs = await trained(papers, { optimizer, rate: 0.1, epochs: 20 });
  [0, 1].forEach((i) => {
    expect(ours.W1[i]).toBeCloseTo(theirs.W1[i] / d, 12);
  });
  expect(ours.b1[0]).toBeCloseTo(theirs.b1[0], 12);
});

test("the parameters say their factors, and layers tell of them", () => {
  const network = networkOf({ rates: { weight: 0.25, bias: 1 }, decays: { bias: 0 } });
  expect(parametersOf(network).map(({ name, rate, decay }) => [name, rate, decay])).toEqual([
    ["W1", 0.25, undefined],
    ["b1", undefined, 0],
    ["W2", undefined, undefined],
    ["b2", undefined, undefined],
  ]);
  const [{ kind, spec }] = layersOf(network);
  expect(kind.describe(spec)).toBe("3 tanh (rate of the weight × 0.25, rate of the bias × 1, decay of the bias × 0)");
});

test("a file keeps them, and how a bias starts", () => {
  const network = networkOf({ rates: { weight: 0.25 }, decays: { bias: 0 }, biasInitialiser: "standard-normal" });
  const tensors = initialParameters(network, 1);
  const model = { network, objective: { loss: losses["mean-squared-error"]() }, tensors };
  expect(loadModel(saveModel(model)).network).toEqual(network);
});

test("the view of an update has the factor in its formula", () => {
  const network = networkOf({ rates: { weight: 0.25 } });
  const net = { network, objective: { loss: losses["mean-squared-error"]() } };
  const explained = explainNet(net, initialParameters(network, 1), exampleBatch);
  const text = JSON.stringify(updateView(explained, optimizers.sgd(), { rate: 0.1 }, explained.problem.parameters[0]));
  expect(text).toContain('"value":0.25');
});

test.each([
  [{ rates: { weigth: 2 } }, "layer 1 ('hidden1'): rates has no parameter 'weigth'; did you mean 'weight'?"],
  [{ rates: { gain: 2 } }, "layer 1 ('hidden1'): rates has no parameter 'gain'; it has weight, bias"],
  [{ rates: { weight: 0 } }, "layer 1 ('hidden1'): rates: weight must be a number > 0, got 0"],
  [{ decays: { bias: -1 } }, "layer 1 ('hidden1'): decays: bias must be a number ≥ 0, got -1"],
  [{ rates: 2 as never }, "layer 1 ('hidden1'): rates: expected an object of weight, bias, got 2"],
  [{ bias: false, rates: { bias: 2 } }, "layer 1 ('hidden1'): rates has no parameter 'bias'"],
  [{ biasInitialiser: "orthogonal" as never }, "layer 1 ('hidden1'): biasInitialiser 'orthogonal' is not known"],
  [{ bias: false, biasInitialiser: "zeros" }, "layer 1 ('hidden1'): biasInitialiser is for a bias, and there is none"],
] as const)("%o is refused", (more, message) => {
  expect(() => layersOf(networkOf(more))).toThrow(RangeError);
  expect(() => layersOf(networkOf(more))).toThrow(message);
});

test("an optimizer without a rate refuses them", async () => {
  for (const optimizer of [minimizers.lbfgs(), kfac()])
    await expect(trained(networkOf({ rates: { weight: 2 } }), { optimizer } as FitOptions)).rejects.toThrow(
      `layer 1: rates are for optimizers of first order, '${optimizer.name}' has none: leave them out`,
    );
});

test("a bias starts from what was asked for", () => {
  const network = networkOf({ biasInitialiser: "standard-normal", initialiser: "zeros" });
  const { W1, b1, b2 } = initialParameters(network, 3);
  expect(W1).toEqual(new Float64Array(6));
  expect(new Set(b1).size).toBe(3);
  expect(b1.every((value) => value !== 0)).toBe(true);
  expect(b2).toEqual(new Float64Array(1));
});
