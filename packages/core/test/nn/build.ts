/** Builds and runs training graphs for the tests of this folder, in float64 on the reference engine. */
import { gradients } from "../../src/autodiff/reverse.ts";
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import type { Shape } from "../../src/graph/type.ts";
import { type Loss, reduceRows } from "../../src/nn/losses.ts";
import { buffersOf, forward, type NetworkSpec, parametersOf, weightsOf } from "../../src/nn/network.ts";
import { regularisers } from "../../src/nn/regularisers.ts";
import { add } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";

export type Nested = number | readonly Nested[];

const flatten = (values: Nested): number[] => (typeof values === "number" ? [values] : values.flatMap(flatten));

/** Runs a graph of f64 inputs given by name, shape and values. */
export function run(
  given: Readonly<Record<string, readonly [shape: Shape, values: Nested]>>,
  build: (x: Record<string, Expr>) => Record<string, Expr>,
): Record<string, number[]> {
  const inputs = Object.fromEntries(Object.entries(given).map(([name, [shape]]) => [name, input(name, shape, "f64")]));
  const values = Object.fromEntries(Object.entries(given).map(([name, [, value]]) => [name, flatten(value)]));
  const results = evaluate(referenceEngine, program("test", Object.values(inputs), build(inputs)), values);
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, [...result]]));
}

export interface Case {
  readonly spec: NetworkSpec;
  readonly loss: Loss;
  readonly params: Readonly<Record<string, Nested>>;
  readonly x: readonly (readonly number[])[];
  readonly y: Nested;
  readonly weight?: readonly number[];
  readonly reduction?: "mean" | "sum";
  readonly l2?: number;
}

/** Loss, outputs, and the gradient of the loss by every parameter and by x; with batch norm also its next buffers. */
export function lossAndGradients(c: Case): Record<string, number[]> {
  const batch = c.x.length;
  const outputs = (c.spec.layers.at(-1) as { units: number }).units;
  const x = input("x", [batch, c.spec.inputs], "f64");
  const target =
    c.loss.target === "labels" ? input("target", [batch], "i32") : input("target", [batch, outputs], "f64");
  const weight = c.weight && input("weight", [batch], "f64");
  const params = Object.fromEntries(parametersOf(c.spec).map((p) => [p.name, input(p.name, p.shape, "f64")]));
  const buffers = Object.fromEntries(buffersOf(c.spec).map((b) => [b.name, input(b.name, b.shape, "f64")]));

  const result = forward(c.spec, params, x, { training: true, buffers, ...(weight ? { weight } : {}) });
  const data = reduceRows(c.loss.perRow(result.output, target), weight, c.reduction ?? "mean");
  const loss = c.l2 ? add(data, regularisers.l2(weightsOf(c.spec, params), c.l2)) : data;
  const slopes = gradients(loss, [...Object.values(params), x]);

  const names = [...Object.keys(params), "x"];
  const inputs = [x, target, ...(weight ? [weight] : []), ...Object.values(params), ...Object.values(buffers)];
  const next = Object.fromEntries(Object.entries(result.buffers).map(([name, node]) => [`${name}′`, node]));
  const built = program("case", inputs, {
    loss,
    outputs: result.output,
    ...Object.fromEntries(names.map((name, i) => [name, slopes[i]])),
    ...next,
  });
  const starts = buffersOf(c.spec).map((b) => [b.name, new Array<number>(b.shape[0]).fill(b.start)]);
  const values = { ...c.params, ...Object.fromEntries(starts), x: c.x, target: c.y, weight: c.weight ?? [] };
  const given = inputs.map(({ label }) => [label, flatten(values[label as keyof typeof values])]);
  const results = evaluate(referenceEngine, built, Object.fromEntries(given));
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, [...tensor]]));
}

/** The largest difference over the largest magnitude of `expected`; NaN counts as infinite. */
export function distance(actual: readonly number[], expected: Nested): number {
  const wanted = flatten(expected);
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(...wanted.map(Math.abs), Number.MIN_VALUE);
  const differences = wanted.map((value, i) => Math.abs(value - actual[i]) / scale);
  return Math.max(...differences.map((d) => (Number.isNaN(d) ? Number.POSITIVE_INFINITY : d)));
}
