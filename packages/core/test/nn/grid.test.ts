/**
 * Every loss × activation × reduction × number of outputs × weights: the gradient by all parameters and the input
 * against finite differences along a random direction (< 1e-7), and reverse against forward mode (< 1e-12), in float64.
 */
import { describe, expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import type { SyncExecutable } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { type Expr, label } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { type ActivationName, activations } from "../../src/nn/activations.ts";
import { type LossName, losses, reduceRows } from "../../src/nn/losses.ts";
import { forward, type NetworkSpec, parametersOf } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { sub } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";

const BATCH = 4;
/** Pre-activations and residuals stay this far from the kinks (at 0, and for huber at ±1). */
const MARGIN = 0.02;

interface GridCase {
  readonly loss: LossName;
  readonly activation: ActivationName;
  readonly outputs: number;
  readonly reduction: "mean" | "sum";
  readonly weighted: boolean;
}

function build({ loss: name, activation, outputs, reduction, weighted }: GridCase) {
  const spec: NetworkSpec = {
    inputs: 3,
    layers: [
      { units: 5, activation },
      { units: outputs, activation: "identity" },
    ],
  };
  const loss = losses[name]();
  const params = parametersOf(spec).map((p) => input(p.name, p.shape, "f64"));
  const x = input("x", [BATCH, spec.inputs], "f64");
  const isLabel = loss.target === "labels";
  const y = input("target", isLabel ? [BATCH] : [BATCH, outputs], isLabel ? "i32" : "f64");
  const weight = input("weight", [BATCH], "f64");
  const named = Object.fromEntries(params.map((p) => [p.label as string, p]));
  const { layers, output } = forward(spec, named, x, { training: true });
  const value = reduceRows(loss.perRow(output, y), weighted ? weight : undefined, reduction);
  const moving = [...params, x];
  const dots = moving.map((node) => label(input(`${node.label}˙`, node.type.shape, "f64"), `${node.label}˙`));
  const slopes = gradients(value, moving);
  const outputsByName: Record<string, Expr> = {
    value,
    tangent: jvp([value], moving, dots)[0],
    z: layers[0].z,
    residual: isLabel ? output : sub(output, y),
    ...Object.fromEntries(moving.map((node, i) => [`∂${node.label}`, slopes[i]])),
  };
  return { moving, dots, program: program("grid", [...moving, y, weight, ...dots], outputsByName), isLabel };
}

type Tensors = Record<string, Float64Array>;

function sample(nodes: readonly Expr[], seed: number): Tensors {
  return Object.fromEntries(
    nodes.map((node, stream) => [
      node.label as string,
      new Float64Array(sizeOf(node.type.shape)).map((_, i) => 0.7 * normalAt([seed, 77], stream, i)),
    ]),
  );
}

function runAt(executable: SyncExecutable, values: Tensors): void {
  for (const [name, value] of Object.entries(values)) executable.write(name, value);
  executable.run();
}

const isClear = (values: ArrayLike<number>, kinks: readonly number[]): boolean =>
  Array.from(values).every((value) => kinks.every((kink) => Math.abs(value - kink) > MARGIN));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((total, value, i) => total + value * b[i], 0);

const norm = (tensors: Tensors): number => Math.sqrt(Object.values(tensors).reduce((t, v) => t + dot(v, v), 0));

/** Richardson's extrapolation of central differences, whose error falls with the fourth power of the step. */
function difference(f: (step: number) => number): number {
  const central = (h: number): number => (f(h) - f(-h)) / (2 * h);
  const h = 4e-4;
  return (4 * central(h / 2) - central(h)) / 3;
}

function check(c: GridCase): { differences: number; adjoint: number } {
  const { moving, dots, program: built, isLabel } = build(c);
  const executable = referenceEngine.compile(built);
  executable.write("weight", [0.5, 2, 0, 1.25]);
  for (let seed = 1; ; seed++) {
    if (seed > 500) throw new Error("no point away from all kinks was found");
    const at = sample(moving, seed);
    const direction = sample(dots, seed);
    const targets = Array.from({ length: isLabel ? BATCH : BATCH * c.outputs }, (_, i) => normalAt([seed, 3], 0, i));
    executable.write("target", isLabel ? targets.map((_, i) => (i * 7) % c.outputs) : targets);
    runAt(executable, { ...at, ...direction });
    if (!isClear(executable.read("z"), [0]) || !isClear(executable.read("residual"), [-1, 0, 1])) continue;
    const tangent = executable.read("tangent")[0];
    const slopes = Object.fromEntries(
      moving.map(({ label: n }) => [n as string, executable.read(`∂${n}`) as Float64Array]),
    );
    const pulled = moving.reduce((total, { label: n }) => total + dot(slopes[n as string], direction[`${n}˙`]), 0);
    const numeric = difference((step) => {
      const moved = Object.fromEntries(
        Object.entries(at).map(([n, v]) => [n, v.map((value, i) => value + step * direction[`${n}˙`][i])]),
      );
      runAt(executable, moved);
      return executable.read("value")[0];
    });
    const scale = norm(slopes) * norm(direction);
    return { differences: Math.abs(tangent - numeric) / scale, adjoint: Math.abs(tangent - pulled) / scale };
  }
}

describe.each(Object.keys(losses) as LossName[])("%s", (loss) => {
  test.each(Object.keys(activations) as ActivationName[])("on %s", (activation) => {
    for (const outputs of loss === "softmax-cross-entropy" ? [2, 3] : [1, 3]) {
      for (const reduction of ["mean", "sum"] as const) {
        for (const weighted of [false, true]) {
          const c: GridCase = { loss, activation, outputs, reduction, weighted };
          const { differences, adjoint } = check(c);
          expect(differences, `differences of ${JSON.stringify(c)}`).toBeLessThan(1e-7);
          expect(adjoint, `adjoint of ${JSON.stringify(c)}`).toBeLessThan(1e-12);
        }
      }
    }
  });
});
