/** The gradient's flow through the layers, against the reference engine and independent computations; off, it is nothing. */
import { beforeAll, describe, expect, test } from "vitest";
import { largestSingularValue, singularExtremes } from "../../src/diagnosis/gradient-flow/spectrum.ts";
import type { SyncEngine, SyncExecutable } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { symmetricEigen } from "../../src/linalg/eigen.ts";
import { plainLinearAlgebra } from "../../src/linalg/linear-algebra.ts";
import { losses } from "../../src/nn/losses.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { kfac } from "../../src/optim/kfac.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { optimizers } from "../../src/optim/optimizers.ts";
import type { EndEvent, EpochEvent, LayerFlow, StartEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

const NETWORK: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh" },
    { units: 4, activation: "relu" },
    { units: 2, activation: "identity" },
  ],
};

const random = (count: number, stream: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => normalAt([3, 9], stream, i));

/** More rows than are looked at, in 6 batches. */
const train = { x: random(3 * 90, 0), y: random(2 * 90, 1) };

async function run(
  options: Partial<Omit<FitOptions, "engine">> & { engine?: SyncEngine } = {},
  network = NETWORK,
  data = train,
) {
  const epochs: EpochEvent[] = [];
  let start: StartEvent | undefined;
  let end: EndEvent | undefined;
  const all = { engine, loss: losses["mean-squared-error"](), epochs: 6, batch: 16, seed: 3, ...options };
  for await (const event of fit(network, { train: data }, all)) {
    if (event.type === "start") start = event;
    if (event.type === "epoch") epochs.push(event);
    if (event.type === "end") end = event;
  }
  return { start: start as StartEvent, epochs, end: end as EndEvent };
}

const flowAt = (event: { flow?: readonly LayerFlow[] | undefined }): readonly LayerFlow[] => event.flow ?? [];

/** Forward, backward and Jacobians of NETWORK, row by row in plain loops. */
function byHand(params: Readonly<Record<string, Float64Array>>, rows: readonly number[]) {
  const widths = [3, 5, 4, 2];
  const f = [Math.tanh, (z: number) => Math.max(z, 0), (z: number) => z];
  const slopes = [(z: number) => 1 - Math.tanh(z) ** 2, (z: number) => Number(z > 0), () => 1];
  const deltas = [0, 0, 0];
  const gradients = [1, 2, 3].map((l) => new Float64Array(params[`W${l}`].length));
  const peaks = [1, 2, 3].map((l) => new Float64Array(widths[l]));
  const jacobians: Float64Array[] = [];
  rows.forEach((row, at) => {
    const h = [train.x.slice(3 * row, 3 * row + 3)];
    const slope: Float64Array[] = [];
    for (let l = 1; l <= 3; l++) {
      const z = Float64Array.from({ length: widths[l] }, (_, i) =>
        h[l - 1].reduce((sum, value, j) => sum + params[`W${l}`][i * widths[l - 1] + j] * value, params[`b${l}`][i]),
      );
      h.push(z.map(f[l - 1]));
      slope.push(z.map(slopes[l - 1]));
      slope[l - 1].forEach((value, i) => {
        peaks[l - 1][i] = Math.max(peaks[l - 1][i], Math.abs(value));
      });
      if (at === 0) {
        const W = params[`W${l}`];
        jacobians.push(W.map((value, p) => value * slope[l - 1][Math.floor(p / widths[l - 1])]));
      }
    }
    // mean over 2 outputs and over the rows
    let bar = h[3].map((value, i) => (value - train.y[2 * row + i]) / rows.length);
    for (let l = 3; l >= 1; l--) {
      const delta = bar.map((value, i) => value * slope[l - 1][i]);
      deltas[l - 1] += delta.reduce((sum, value) => sum + value ** 2, 0);
      delta.forEach((value, i) => {
        for (let j = 0; j < widths[l - 1]; j++) gradients[l - 1][i * widths[l - 1] + j] += value * h[l - 1][j];
      });
      bar = Float64Array.from({ length: widths[l - 1] }, (_, j) =>
        delta.reduce((sum, value, i) => sum + value * params[`W${l}`][i * widths[l - 1] + j], 0),
      );
    }
  });
  return { deltas: deltas.map(Math.sqrt), gradients: gradients.map((own) => Math.hypot(...own)), peaks, jacobians };
}

/** σ² are the eigenvalues of JᵀJ [n, n]; the smallest of min(m, n) of them. */
function bySquares(j: Float64Array, m: number, n: number): { largest: number; smallest: number } {
  const gram = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++) for (let i = 0; i < m; i++) gram[a * n + b] += j[i * n + a] * j[i * n + b];
  const { values } = symmetricEigen(gram, n);
  return { largest: Math.sqrt(values[n - 1]), smallest: Math.sqrt(Math.max(0, values[n - Math.min(m, n)])) };
}

describe("values", () => {
  test.each(["reference", "wasm"])("are those of plain loops over the rows, on the engine %s", async (name) => {
    const params = initialParameters(NETWORK, 3);
    const { start } = await run({
      engine: name === "wasm" ? engine : referenceEngine,
      flow: true,
      epochs: 1,
      dtype: "f64",
    });
    const rows = Array.from({ length: 64 }, (_, i) => Math.floor((i * 90) / 64));
    const expected = byHand(params, rows);
    const shapes = [
      [5, 3],
      [4, 5],
      [2, 4],
    ] as [number, number][];
    flowAt(start).forEach((layer, l) => {
      expect(layer.delta).toBeCloseTo(expected.deltas[l], 12);
      expect(layer.gradient).toBeCloseTo(expected.gradients[l], 12);
      const { largest, smallest } = bySquares(expected.jacobians[l], ...shapes[l]);
      expect(layer.jacobian.largest).toBeCloseTo(largest, 10);
      expect(layer.jacobian.smallest).toBeCloseTo(smallest, 7);
      expect(layer.dead).toBe(expected.peaks[l].filter((peak) => peak === 0).length / expected.peaks[l].length);
      expect(layer.update).toBeNull();
    });
    expect(flowAt(start).map((layer) => layer.name)).toEqual(["hidden1", "hidden2", "output"]);
  });

  test("‖ΔW‖/‖W‖ is that of the last step", async () => {
    const options = { epochs: 1, batch: 90, optimizer: optimizers.sgd(), rate: 0.1, dtype: "f64" } as const;
    const { epochs, end } = await run({ ...options, flow: { every: 1 } });
    const before = initialParameters(NETWORK, 3);
    flowAt(epochs[0]).forEach(({ update }, l) => {
      const [from, to] = [before[`W${l + 1}`], end.model.tensors[`W${l + 1}`]];
      expect(update).toBeCloseTo(Math.hypot(...to.map((value, i) => value - from[i])) / Math.hypot(...from), 12);
    });
  });

  test("a layer without W is told by all that it learns", async () => {
    const network: NetworkSpec = {
      inputs: 3,
      layers: [
        { kind: "embedding", units: 4, activation: "identity", features: [1], categories: [3], dimension: 2 },
        { kind: "scale", units: 4, activation: "identity" },
        { units: 2, activation: "identity" },
      ],
    };
    const data = { x: train.x.map((value, i) => (i % 3 === 1 ? Math.floor(i / 3) % 3 : value)), y: train.y };
    const rate = 0.1;
    const options = { epochs: 1, batch: 90, optimizer: optimizers.sgd(), rate, dtype: "f64", flow: true } as const;
    const { start, epochs, end } = await run(options, network, data);
    const before = initialParameters(network, 3);
    for (const [l, name] of ["E1", "s2"].entries()) {
      const moved = Math.hypot(...end.model.tensors[name].map((value, i) => value - before[name][i]));
      expect(flowAt(epochs[0])[l].update).toBeCloseTo(moved / Math.hypot(...before[name]), 12);
      // Of 64 rows, where the step is of all 90.
      expect(flowAt(start)[l].gradient / (moved / rate)).toBeGreaterThan(0.5);
      expect(flowAt(start)[l].gradient / (moved / rate)).toBeLessThan(2);
    }
  });

  test("with several steps in an epoch, too: the rate of the last step alone scales it", async () => {
    const schedule = ({ step }: { step: number }) => (step === 5 ? 0.02 : 0.01);
    const twice = ({ step }: { step: number }) => (step === 5 ? 0.04 : 0.01);
    const common = { epochs: 1, optimizer: optimizers.sgd(), dtype: "f64", flow: true } as const;
    const [a, b] = [await run({ ...common, schedule }), await run({ ...common, schedule: twice })];
    flowAt(a.epochs[0]).forEach(({ update }, l) => {
      expect((flowAt(b.epochs[0])[l].update as number) / (update as number)).toBeCloseTo(2, 10);
    });
  });

  test("dead and saturated units, by the slope and not by a name", async () => {
    const network: NetworkSpec = {
      inputs: 3,
      layers: [
        { units: 4, activation: "relu" },
        { units: 5, activation: "sigmoid" },
        { units: 2, activation: "softmax" },
        { units: 2, activation: "identity" },
      ],
    };
    const initial = { ...initialParameters(network, 3), b1: [-1e3, 0, 0, -1e3], b2: [20, 0, 0, -20, 20] };
    const { start } = await run({ flow: true, epochs: 1, initial }, network);
    const shares = flowAt(start).map(({ dead, saturated }) => [dead, saturated]);
    expect(shares).toEqual([[0.5, 0], [0, 0.6], [null, null], [0, 0]]); // biome-ignore format: pairs
  });

  test("a layer that is not diagonal (softmax, layer norm) has its own Jacobian", async () => {
    const network: NetworkSpec = {
      inputs: 3,
      layers: [
        { units: 3, activation: "softmax" },
        { units: 2, activation: "identity" },
      ],
    };
    const { start } = await run({ flow: true, epochs: 1 }, network);
    // diag(p) − p pᵀ takes (1, 1, 1) to 0, so the Jacobian has no inverse.
    expect(flowAt(start)[0].jacobian.smallest).toBeLessThan(1e-7);
    expect(flowAt(start)[0].jacobian.largest).toBeGreaterThan(0.01);
    // Of softmax(W x) it is (diag(p) − p pᵀ) W, p at the first row.
    const W = initialParameters(network, 3).W1;
    const z = [0, 1, 2].map((i) => [0, 1, 2].reduce((sum, k) => sum + W[3 * i + k] * train.x[k], 0));
    const total = z.reduce((sum, value) => sum + Math.exp(value), 0);
    const p = z.map((value) => Math.exp(value) / total);
    const J = Float64Array.from({ length: 9 }, (_, at) => {
      const [i, j] = [Math.floor(at / 3), at % 3];
      return p[i] * (W[3 * i + j] - p.reduce((sum, value, k) => sum + value * W[3 * k + j], 0));
    });
    expect(flowAt(start)[0].jacobian.largest).toBeCloseTo(bySquares(J, 3, 3).largest, 6);
    const normalised: NetworkSpec = {
      inputs: 3,
      layers: [
        { units: 4, activation: "tanh", normalisation: "layer" },
        { units: 3, activation: "tanh", normalisation: "batch" },
        { units: 2, activation: "identity" },
      ],
    };
    const flow = flowAt((await run({ flow: true, epochs: 1 }, normalised)).epochs[0]);
    expect(flow.every(({ jacobian }) => jacobian.largest > 0 && jacobian.smallest !== null)).toBe(true);
    expect(flow.map(({ dead }) => dead)).toEqual([0, 0, 0]);
  });
});

describe("singular values of wide layers", () => {
  const n = 150;
  test("Lanczos and Cholesky agree with all eigenvalues", () => {
    const j = random(n * n, 5);
    const gram = Float64Array.from({ length: n * n }, (_, p) => {
      const [a, b] = [Math.floor(p / n), p % n];
      return j.subarray(a * n, a * n + n).reduce((sum, value, k) => sum + value * j[b * n + k], 0);
    });
    const found = singularExtremes(gram, n, plainLinearAlgebra);
    const { values } = symmetricEigen(gram, n);
    // The two largest are 1 ‰ apart here; the smallest stands alone.
    expect(Math.abs(found.largest / Math.sqrt(values[n - 1]) - 1)).toBeLessThan(2e-3);
    expect((found.smallest as number) / Math.sqrt(values[0])).toBeCloseTo(1, 6);
    expect(Math.abs(largestSingularValue(j, n, n) / Math.sqrt(values[n - 1]) - 1)).toBeLessThan(2e-3);
  });

  test("without full rank the smallest is 0", () => {
    const gram = new Float64Array(n * n);
    for (let i = 0; i < n - 1; i++) gram[i * n + i] = i + 1;
    expect(singularExtremes(gram, n, plainLinearAlgebra).smallest).toBe(0);
    expect(singularExtremes(gram, n, plainLinearAlgebra).largest / Math.sqrt(n - 1)).toBeCloseTo(1, 2);
    expect(singularExtremes(new Float64Array(n * n), n, plainLinearAlgebra)).toEqual({ largest: 0, smallest: 0 });
  });
});

describe("training", () => {
  const bits = ({ end }: { end: EndEvent }): string =>
    JSON.stringify(Object.values(end.model.tensors).map((t) => [...t]));

  test("computes the same bits with it and without, by the same plan", async () => {
    const network = { ...NETWORK, layers: NETWORK.layers.map((layer) => ({ ...layer, dropout: 0.2 })) };
    const [on, off] = [await run({ flow: { every: 2 } }, network), await run({}, network)];
    expect(bits(on)).toBe(bits(off));
    expect(on.epochs.map(({ loss }) => loss)).toEqual(off.epochs.map(({ loss }) => loss));
    expect(on.start.describePlan()).toBe(off.start.describePlan());
  });

  test("off, nothing is compiled and nothing told", async () => {
    const compiled: string[] = [];
    const watched: SyncEngine = {
      ...engine,
      name: engine.name,
      compile(program, options): SyncExecutable {
        compiled.push(program.name);
        return engine.compile(program, options);
      },
    };
    const { start, epochs } = await run({ engine: watched, epochs: 2 });
    expect(compiled).toEqual(["train step"]);
    expect([start, ...epochs].some((event) => "flow" in event)).toBe(false);
    await run({ engine: watched, epochs: 2, flow: true });
    expect(compiled).toEqual(["train step", "train step", "gradient flow"]);
  });

  test("is told after every so many epochs, and always after the last", async () => {
    const { start, epochs } = await run({ flow: { every: 4 } });
    expect(start.flow).toHaveLength(3);
    expect(epochs.map(({ flow }) => flow !== undefined)).toEqual([false, false, false, true, false, true]);
    const stopped = await run({
      flow: { every: 1000 },
      patience: 2,
      rate: 1e-30,
      epochs: 50,
      optimizer: optimizers.sgd(),
    });
    expect(stopped.end.stopped).toBe("patience");
    expect(flowAt(stopped.epochs.at(-1) as EpochEvent).every(({ update }) => update !== null)).toBe(true);
  });

  test.each([
    ["a minimizer", minimizers["levenberg-marquardt"]()],
    ["kfac", kfac()],
  ])("with %s", async (_, optimizer) => {
    const options = { engine, loss: losses["mean-squared-error"](), optimizer, flow: { every: 1 }, epochs: 3 };
    const updates: (number | null)[] = [];
    for await (const event of fit(NETWORK, { train }, options))
      if (event.type === "epoch") updates.push(flowAt(event)[2].update);
    expect(updates).toHaveLength(3);
    expect(updates.every((update) => update !== null && update > 0)).toBe(true);
  });

  test("refuses an interval that makes no sense", async () => {
    await expect(run({ flow: { every: 0 } })).rejects.toThrow(/flow: every must be a whole number ≥ 1, got 0/);
  });
});
