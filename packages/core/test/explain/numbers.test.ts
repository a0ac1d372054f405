/** What is shown is true: gradients against central differences, and every printed formula against its numbers. */
import { describe, expect, test } from "vitest";
import type { Derivable } from "../../src/explain/derivation/derivation.ts";
import { printNotation } from "../../src/explain/notation/print.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { mul, square } from "../../src/ops/ring.ts";
import { directionalDerivative, graphFunction } from "../support/graph-function.ts";
import { expectNear } from "../support/numbers.ts";
import { deriveAndRun, net, net2321, numbersFor } from "./nets.ts";
import { fold, readNotation } from "./read-notation.ts";
import { broadcastInto, type Tensor, tensors } from "./tensors.ts";

const problems: Record<string, () => Derivable> = {
  tanh: () => net2321("tanh"),
  "tanh, one row": () => net2321("tanh", { batch: 1 }),
  relu: () => net2321("relu"),
  gelu: () => net2321("gelu"),
  "gelu-tanh": () => net2321("gelu-tanh"),
  silu: () => net2321("silu"),
  softsign: () => net2321("softsign", { loss: "huber" }),
  sigmoid: () => net2321("sigmoid", { loss: "binary-cross-entropy", weighted: true }),
  "one's own": () => net2321((z) => mul(z, tanh(square(z)))),
  "layer norm": () => net([3, 2].map((units) => ({ units, activation: "tanh", normalisation: "layer" }))),
  "softmax cross-entropy": () => softmaxNet(false),
  "weighted softmax cross-entropy": () => softmaxNet(true),
};

function softmaxNet(weighted: boolean): Derivable {
  const layers = [
    { units: 5, activation: "gelu" },
    { units: 3, activation: "identity" },
  ] as const;
  return net(layers, { loss: "softmax-cross-entropy", weighted });
}

describe.each(Object.entries(problems))("%s", (_, build) => {
  test("every gradient equals central differences", () => {
    const problem = build();
    const { derivation, numbers } = deriveAndRun(problem);
    const inputs = [problem.x, ...problem.parameters, ...(problem.given ?? [])];
    const loss = graphFunction(inputs, [problem.loss]);
    const values = Object.values(numbersFor(problem));
    for (const [place, node] of [problem.x, ...problem.parameters].entries()) {
      const numeric = Float64Array.from({ length: sizeOf(node.type.shape) }, (__, element) => {
        const tangents = values.map((value, i) => value.map((___, j) => (i === place && j === element ? 1e-2 : 0)));
        return 100 * directionalDerivative(loss, values, tangents)[0][0];
      });
      expect(derivation.backward.map((step) => step.name)).toContain(`∂L/∂${node.label}`);
      expectNear([numbers[`∂L/∂${node.label}`]], [numeric], 1e-8);
    }
  });

  test("every printed formula, read and evaluated, gives the numbers that are shown", () => {
    const { derivation, numbers } = deriveAndRun(build());
    const known = new Map<string, Tensor>();
    for (const { name, symbol, type } of derivation.inputs) {
      known.set(printNotation(symbol), { shape: type.shape, values: Array.from(numbers[name]) });
    }
    for (const step of [...derivation.forward, ...derivation.backward]) {
      const text = printNotation(step.formula, 17);
      const value = broadcastInto(fold(readNotation(text), tensors(known)), step.type.shape);
      expectNear([value.values], [numbers[step.name]], 1e-11);
      known.set(printNotation(step.symbol), { shape: step.type.shape, values: Array.from(numbers[step.name]) });
    }
    expect(known.size).toBeGreaterThan(derivation.inputs.length + derivation.forward.length);
  });

  test("an elementwise local derivative times ∂L/∂h is δ", () => {
    const { derivation, numbers } = deriveAndRun(build());
    const locals = derivation.backward.filter((step) => step.kind === "local");
    expect(locals.length).toBeGreaterThan(0);
    for (const local of locals) {
      const [above, below] = local.name.split("/").map((part) => numbers[`∂L/${part}`]);
      expectNear([Array.from(numbers[local.name], (slope, i) => slope * above[i])], [below], 1e-12);
    }
  });
});
