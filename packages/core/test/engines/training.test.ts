/** Whole training steps on the embedded engine: exactness against the oracle, and memory that stays flat. */
import { beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { evaluate, type SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { program } from "../../src/graph/program.ts";
import type { FloatType } from "../../src/graph/type.ts";
import type { ActivationName } from "../../src/nn/activations.ts";
import { reduceRows, softmaxCrossEntropy } from "../../src/nn/losses.ts";
import { forward, initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { input } from "../../src/ops/source.ts";
import { parameterInputs } from "../../src/train/objective.ts";
import { compileStep } from "./steps.ts";

let wasm: SyncEngine;
beforeAll(async () => {
  wasm = await wasmEngine();
});

function networkOf(sizes: readonly number[], activation: ActivationName): NetworkSpec {
  const last = sizes.length - 2;
  const layers = sizes
    .slice(1)
    .map((units, i) => ({ units, activation: i === last ? ("identity" as const) : activation }));
  return { inputs: sizes[0], layers };
}

/** Loss and the gradient by every parameter and the input. */
function gradientProgram(network: NetworkSpec, batch: number, dtype: FloatType) {
  const { params } = parameterInputs(network, dtype);
  const x = input("x", [batch, network.inputs], dtype);
  const y = input("y", [batch], "i32");
  const { output } = forward(network, params, x, { training: false });
  const loss = reduceRows(softmaxCrossEntropy().perRow(output, y), undefined, "mean");
  const wrt = [...Object.values(params), x];
  const slopes = gradients(loss, wrt);
  return program("gradients", [...wrt, y], Object.fromEntries(wrt.map((node, i) => [`∂${node.label}`, slopes[i]])));
}

const norm = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0));

describe.each([
  [[4, 16, 3], 32, "tanh"],
  [[64, 128, 64, 10], 17, "relu"],
  [[30, 33, 7, 2], 5, "gelu"],
  [[784, 128, 10], 9, "silu"],
  [[784, 256, 256, 10], 8, "tanh"],
] as const)("%j, batch %i, %s", (sizes, batch, activation) => {
  test.each([
    ["f32", 1e-5],
    ["f64", 1e-13],
  ] as const)("%s gradients against the reference, by norm", (dtype, tolerance) => {
    const network = networkOf(sizes, activation);
    const classes = sizes[sizes.length - 1];
    const inputs = {
      ...initialParameters(network, 7),
      x: Float64Array.from({ length: batch * sizes[0] }, (_, i) => Math.fround(normalAt([1, 2], 3, i))),
      y: Int32Array.from({ length: batch }, (_, i) => (7 * i) % classes),
    };
    const expected = Object.values(evaluate(referenceEngine, gradientProgram(network, batch, "f64"), inputs)).flatMap(
      (v) => [...v],
    );
    const actual = Object.values(evaluate(wasm, gradientProgram(network, batch, dtype), inputs)).flatMap((v) => [...v]);
    expect(actual.length).toBe(expected.length);
    expect(norm(actual.map((value, i) => value - expected[i])) / norm(expected)).toBeLessThan(tolerance);
  });
});

test("100 000 steps leave heap and arena flat", () => {
  const steps = 1000;
  const executable = compileStep(wasm, [4, 16, 3], { batch: 32, steps });
  executable.run(steps);
  const arena = executable.bytes;
  const external = process.memoryUsage().arrayBuffers;
  const grown = [0, 1, 2].map(() => {
    const heap = process.memoryUsage().heapUsed;
    for (let i = 0; i < 100; i++) executable.run(steps);
    return process.memoryUsage().heapUsed - heap;
  });
  expect(executable.bytes).toBe(arena);
  // The test runner and the compiler may allocate beside us, but not each time; 100 000 steps at one number each would
  // be 800 kB.
  expect(Math.min(...grown.map(Math.abs))).toBeLessThan(400_000);
  expect(process.memoryUsage().arrayBuffers - external).toBeLessThan(1000);
  expect(executable.read("loss")[steps - 1]).toBeGreaterThan(0);
});
