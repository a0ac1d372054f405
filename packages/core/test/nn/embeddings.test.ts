/** Embeddings of numbers and of categories against their formulas, and what they refuse. */
import { describe, expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { randomBatch } from "../../src/net/batch.ts";
import { computeGradients } from "../../src/net/gradients.ts";
import type { LayerSpec } from "../../src/nn/layers/layer.ts";
import { losses } from "../../src/nn/losses.ts";
import { categoriesOf, initialParameters, layersOf, type NetworkSpec } from "../../src/nn/network.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { fit } from "../../src/train/fit.ts";
import { Predictor } from "../../src/train/predictor.ts";
import { openTrainer } from "../../src/trainer.ts";

const outputsOn = (network: NetworkSpec, tensors: Record<string, Float64Array>, x: readonly number[]): number[] => {
  const predictor = new Predictor(referenceEngine, network, "mean-squared-error", 1, "f64");
  predictor.load(tensors);
  return [...predictor.predict(x).outputs];
};

describe("periodic", () => {
  const layer: LayerSpec = {
    ...{ kind: "periodic", units: 7, activation: "identity", features: [2, 0] },
    ...{ frequencies: 5, dimension: 3, deviation: 0.4 },
  };
  const network: NetworkSpec = { inputs: 3, layers: [layer] };

  test("gives its inputs, and W cos(2π w x + c) + b of each listed one", () => {
    const tensors = initialParameters(network, 4);
    const { w1: w, c1: c, W1: W, b1: b } = tensors;
    const x = [0.7, -1.2, 0.4];
    const made = [2, 0].flatMap((place, i) =>
      [0, 1].map((j) => {
        let total = b[2 * i + j];
        for (let k = 0; k < 5; k++)
          total += W[(2 * i + j) * 5 + k] * Math.cos(2 * Math.PI * w[5 * i + k] * x[place] + c[5 * i + k]);
        return total;
      }),
    );
    const outputs = outputsOn(network, tensors, x);
    [...x, ...made].forEach((value, i) => {
      expect(outputs[i]).toBeCloseTo(value, 13);
    });
  });

  test("starts as the paper's code does", () => {
    const wide: NetworkSpec = {
      inputs: 40,
      layers: [{ kind: "periodic", units: 160, activation: "identity", features: [...Array(40).keys()] }],
    };
    const { w1, c1, W1, b1 } = initialParameters(wide, 1);
    const square = (values: Float64Array): number =>
      values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const largest = (values: Float64Array): number =>
      values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // 640 and 1920 numbers: three standard errors.
    expect(Math.abs(square(w1) / 0.01 - 1)).toBeLessThan(3 * Math.sqrt(2 / w1.length));
    for (const [values, limit] of [
      [c1, Math.PI],
      [W1, 0.25],
      [b1, 0.25],
    ] as const) {
      expect(Math.abs((3 * square(values)) / limit ** 2 - 1)).toBeLessThan(3 * Math.sqrt(0.8 / values.length));
      expect(largest(values)).toBeLessThanOrEqual(limit);
      expect(largest(values)).toBeGreaterThan(0.9 * limit);
    }
  });

  test("a wave that a small net does not follow is learnt through it", async () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => i / 100 - 1);
    const y = x.map((value) => Math.sin(20 * value));
    const last = [
      { units: 16, activation: "tanh" },
      { units: 1, activation: "identity" },
    ] as const;
    const through: NetworkSpec = {
      inputs: 1,
      layers: [
        { kind: "periodic", units: 8, activation: "identity", features: [0], dimension: 8, deviation: 3 },
        ...last,
      ],
    };
    const engine = await wasmEngine({ threads: 1 });
    const reached = async (network: NetworkSpec): Promise<number> => {
      let loss = 1;
      const options = { engine, loss: "mean-squared-error", epochs: 150, rate: 0.01 } as const;
      for await (const event of fit(network, { train: { x, y } }, options))
        if (event.type === "end") loss = event.bestLoss;
      return loss;
    };
    expect(await reached(through)).toBeLessThan(0.1 * (await reached({ inputs: 1, layers: last })));
  });

  test.each([
    [{ units: 8 }, "units must be the 3 inputs and 2 more for each of 2 features, 7, got 8"],
    [{ features: [] }, "features must be a list of places among the inputs, got none"],
    [{ features: 2 as never }, "features must be a list of places among the inputs, got 2"],
    [{ features: [0, 3] }, "features: 1 must be a place from 0 to 2, got 3"],
    [{ features: [0, 0.5] }, "features: 1 must be a place from 0 to 2, got 0.5"],
    [{ features: [1, 1] }, "features holds 1 twice"],
    [{ dimension: 1 }, "dimension must be a whole number ≥ 2, got 1"],
    [{ frequencies: 0 }, "frequencies must be a whole number ≥ 1, got 0"],
    [{ deviation: 0 }, "deviation must be a number > 0, got 0"],
    [{ activation: "tan" as never }, "activation 'tan' is not known"],
  ] as const)("%o is refused", (more, message) => {
    const wrong: NetworkSpec = { inputs: 3, layers: [{ ...layer, ...(more as Partial<LayerSpec>) }] };
    expect(() => layersOf(wrong)).toThrow(RangeError);
    expect(() => layersOf(wrong)).toThrow(`layer 1 ('output'): ${message}`);
  });

  test("options of other kinds are refused", () => {
    const wrong: NetworkSpec = { inputs: 3, layers: [{ ...layer, categories: [1, 2] }] };
    expect(() => layersOf(wrong)).toThrow("layer 1 has no part 'categories'");
    expect(() => layersOf({ inputs: 3, layers: [{ units: 2, activation: "tanh", features: [0] }] })).toThrow(
      "layer 1 has no part 'features'",
    );
  });
});

describe("piecewise linear", () => {
  const layer: LayerSpec = {
    ...{ kind: "piecewise-linear", units: 7, activation: "identity", features: [1, 0] },
    edges: [
      [-1, 0, 2, 6],
      [0, 10, 11],
    ],
  };
  const network: NetworkSpec = { inputs: 2, layers: [layer] };

  test.each([
    [
      [5, 1],
      [1, 0.5, 0, 0.5, 0],
    ],
    [
      [10.25, -0.25],
      [0.75, 0, 0, 1, 0.25],
    ],
    [
      [-3, -9],
      [0, 0, 0, 0, 0],
    ],
    [
      [99, 99],
      [1, 1, 1, 1, 1],
    ],
    [
      [10, 2],
      [1, 1, 0, 1, 0],
    ],
  ])("%j are in their bins by %j", (x, shares) => {
    expect(outputsOn(network, {}, x)).toEqual([...x, ...shares]);
  });

  test("a step that a line cannot follow is learnt by one layer above", async () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => i / 50 - 1);
    const y = x.map((value) => (value > 0.31 ? 2 : value > -0.39 ? -1 : 0));
    const edges = [[-1, -0.4, -0.38, 0.3, 0.32, 1]];
    const linear = { units: 1, activation: "identity" } as const;
    const bins = { kind: "piecewise-linear", units: 6, activation: "identity", features: [0], edges } as const;
    const optimizer = minimizers.lbfgs();
    const options = { engine: referenceEngine, loss: "mean-squared-error", epochs: 200, optimizer } as const;
    for await (const event of fit({ inputs: 1, layers: [bins, linear] }, { train: { x, y } }, options))
      if (event.type === "end") expect(event.bestLoss).toBeLessThan(1e-10);
  });

  test.each([
    [{ units: 8 }, "units must be the 2 inputs and the 5 bins, 7, got 8"],
    [{ edges: [[0, 1]] }, "edges must be a list for each of 2 features"],
    [{ edges: [[0, 1], [2]] }, "edges: 1 must be two or more rising numbers, got 2"],
    [{ edges: [[0, 1], [2, 2]] }, "edges: 1 must be two or more rising numbers, got 2,2"], // biome-ignore format: a line each
    [{ edges: [[0, Number.NaN], [2, 3]] }, "edges: 0 must be two or more rising numbers, got 0,NaN"], // biome-ignore format: a line each
    [{ edges: undefined }, "edges must be a list for each of 2 features"],
    [{ features: [0, 2] }, "features: 1 must be a place from 0 to 1, got 2"],
  ])("%j is refused", (more, message) => {
    const wrong: NetworkSpec = { inputs: 2, layers: [{ ...layer, ...(more as Partial<LayerSpec>) }] };
    expect(() => layersOf(wrong)).toThrow(RangeError);
    expect(() => layersOf(wrong)).toThrow(`layer 1 ('output'): ${message}`);
  });
});

describe("slopes", () => {
  test("a unit takes as much of its activation as it has learnt", () => {
    const network: NetworkSpec = { inputs: 2, layers: [{ units: 2, activation: "tanh", slopes: true }] };
    const { W1, b1, a1 } = initialParameters(network, 1);
    expect([...a1]).toEqual([1, 1]);
    const outputs = outputsOn(network, { W1, b1, a1: Float64Array.of(1, 0.25) }, [0.4, -2]);
    const z = [0, 1].map((j) => W1[2 * j] * 0.4 - W1[2 * j + 1] * 2 + b1[j]);
    expect(outputs[0]).toBeCloseTo(Math.tanh(z[0]), 14);
    expect(outputs[1]).toBeCloseTo(0.75 * z[1] + 0.25 * Math.tanh(z[1]), 14);
  });

  test.each([
    [{ activation: "identity", slopes: true }, "slopes are for an activation that bends, and 'identity' does not"],
    [{ activation: "tanh", slopes: 1 }, "slopes must be a boolean, got 1"],
  ])("%j is refused", (more, message) => {
    const wrong: NetworkSpec = { inputs: 2, layers: [{ ...(more as LayerSpec), units: 2 }] };
    expect(() => layersOf(wrong)).toThrow(`layer 1 ('output'): ${message}`);
  });
});

describe("embedding", () => {
  const layer: LayerSpec = {
    ...{ kind: "embedding", units: 7, activation: "identity" },
    ...{ features: [3, 1], categories: [4, 2], dimension: 3 },
  };
  // The layer has one unit too few, which is refused below.
  const network: NetworkSpec = { inputs: 4, layers: [{ ...layer, units: 8 }] };

  test("gives the other inputs, and a row of its table for each category", () => {
    const tensors = initialParameters(network, 2);
    const { E1 } = tensors;
    expect(E1).toHaveLength(18);
    const row = (of: number): number[] => [...E1.slice(3 * of, 3 * of + 3)];
    expect(outputsOn(network, tensors, [0.5, 1, -2, 3])).toEqual([0.5, -2, ...row(3), ...row(4 + 1)]);
    expect(outputsOn(network, tensors, [0, 0, 0, 0])).toEqual([0, 0, ...row(0), ...row(4)]);
  });

  test("a table's gradient is what its rows' gradients add up to", () => {
    const y = Array.from({ length: 24 }, (_, i) => i % 5);
    const x = [0.5, 1, -2, 3, 0.1, 1, 0, 0, 0.2, 0, 1, 3];
    const tensors = initialParameters(network, 2);
    const net = { network, objective: { loss: losses["mean-squared-error"]() } };
    const batch = { rows: 3, x: Float64Array.from(x), y: Float64Array.from(y), weight: undefined };
    const { gradients } = computeGradients(net, tensors, batch, referenceEngine, "f64");
    const slope = (row: number): number[] => {
      const outputs = outputsOn(network, tensors, x.slice(4 * row, 4 * row + 4));
      return outputs.map((value, j) => (2 * (value - y[8 * row + j])) / 8 / 3);
    };
    const [first, second, third] = [0, 1, 2].map(slope);
    const of = (row: number): number[] => Array.from(gradients.E1.values).slice(3 * row, 3 * row + 3);
    const close = (actual: number[], expected: number[]): void =>
      actual.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 14);
      });
    const sum = (a: number[], b: number[]): number[] => a.map((value, i) => value + b[i]);
    close(of(3), sum(first.slice(2, 5), third.slice(2, 5)));
    close(of(0), second.slice(2, 5));
    close(of(5), sum(first.slice(5), second.slice(5)));
    close(of(4), third.slice(5));
    expect(of(1)).toEqual([0, 0, 0]);
    // What chooses has no derivative.
    expect(Array.from(gradients.x.values).filter((_, i) => i % 4 === 1 || i % 4 === 3)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("rows drawn for a network have its categories", () => {
    expect([...categoriesOf(network)]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const { x } = randomBatch(network, losses["mean-squared-error"](), 200, 1);
    const seen = (place: number): number[] => [...new Set(x.filter((_, i) => i % 4 === place))].sort();
    expect(seen(3)).toEqual([0, 1, 2, 3]);
    expect(seen(1)).toEqual([0, 1]);
    expect(seen(0).length).toBeGreaterThan(100);
  });

  test.each([
    [4, "input 3 of row 1 must be a category, a whole number from 0 to 3, got 4"],
    [-1, "input 3 of row 1 must be a category, a whole number from 0 to 3, got -1"],
    [1.5, "input 3 of row 1 must be a category, a whole number from 0 to 3, got 1.5"],
    [Number.NaN, "input 3 of row 1 must be a finite number, got NaN"],
  ])("the category %f is refused wherever rows are taken", async (wrong, message) => {
    const x = [0, 0, 0, 0, 0, 0, 0, wrong];
    const y = new Float64Array(16);
    const options = { engine: referenceEngine, loss: "mean-squared-error" } as const;
    await expect(fit(network, { train: { x, y } }, options).next()).rejects.toThrow(`training rows: ${message}`);
    const good = { x: new Float64Array(8), y };
    await expect(fit(network, { train: good, validation: { x, y } }, options).next()).rejects.toThrow(message);
    const predictor = new Predictor(referenceEngine, network, "mean-squared-error");
    predictor.load(initialParameters(network, 0));
    expect(() => predictor.predict(x)).toThrow(`predict: ${message}`);
    expect(() => predictor.judge({ x, y })).toThrow(`judge: ${message}`);
    const trainer = await openTrainer(network, { ...options, batch: 2 });
    await expect(trainer.step({ x, y })).rejects.toThrow(`batch: ${message}`);
  });

  test.each([
    [{}, "units must be 3 for each of 2 features and 1 for each other input, 8, got 7"],
    [{ units: 8, categories: [4] }, "categories must say of each of 2 features how many it has"],
    [{ units: 8, categories: [4, 0] }, "categories: 1 must be a whole number ≥ 1, got 0"],
    [{ units: 8, categories: [4, 2 ** 22] }, "all categories together must be at most 4194304, got 4194308"],
    [{ units: 8, features: [3, 4] }, "features: 1 must be a place from 0 to 3, got 4"],
    [{ units: 8, initialiser: "normal" as never }, "initialiser 'normal' is not known"],
  ] as const)("%o is refused", (more, message) => {
    const wrong: NetworkSpec = { inputs: 4, layers: [{ ...layer, ...(more as Partial<LayerSpec>) }] };
    expect(() => layersOf(wrong)).toThrow(RangeError);
    expect(() => layersOf(wrong)).toThrow(`layer 1 ('output'): ${message}`);
  });

  test("it is the first layer, or none", () => {
    const layers = [{ units: 4, activation: "tanh" }, ...network.layers] as const;
    expect(() => layersOf({ inputs: 3, layers })).toThrow(
      "layer 2 ('output'): categories are given in the rows: a layer that embeds them must be the first",
    );
  });
});
