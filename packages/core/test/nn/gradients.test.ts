/** Loss, outputs and every gradient against PyTorch (fixtures/gradients.json), by the reference engine. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { LayerSpec } from "../../src/nn/layers/layer.ts";
import { type LossName, type LossOptions, losses } from "../../src/nn/losses.ts";
import { distance, lossAndGradients, type Nested } from "./build.ts";

interface Fixture {
  readonly name: string;
  readonly net: {
    readonly inputs: number;
    readonly layers: readonly LayerSpec[];
    readonly loss: LossName;
    readonly reduction: "mean" | "sum";
    readonly l2: number;
    readonly labelSmoothing?: number;
    readonly huberDelta?: number;
    readonly quantile?: number;
    readonly weights: Readonly<Record<string, Nested>>;
  };
  readonly batch: { readonly x: number[][]; readonly y: Nested; readonly weight?: number[] };
  readonly expected: { loss: number; outputs: Nested; gradients: Record<string, Nested> };
}

const fixtures = JSON.parse(
  readFileSync(new URL("../fixtures/gradients.json", import.meta.url), "utf8"),
) as readonly Fixture[];

function optionsOf({ labelSmoothing, huberDelta, quantile }: Fixture["net"]): LossOptions {
  return {
    ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
    ...(huberDelta === undefined ? {} : { delta: huberDelta }),
    ...(quantile === undefined ? {} : { quantile }),
  };
}

test("the fixtures are all there", () => {
  expect(fixtures).toHaveLength(107);
  expect(new Set(fixtures.map(({ net }) => net.loss))).toEqual(
    new Set(Object.keys(losses).filter((name) => name !== "members")),
  );
});

test.each(fixtures)("$name", ({ net, batch, expected }) => {
  const actual = lossAndGradients({
    spec: { inputs: net.inputs, layers: net.layers },
    loss: losses[net.loss](optionsOf(net)),
    params: net.weights,
    reduction: net.reduction,
    l2: net.l2,
    ...batch,
  });
  const wanted: Record<string, Nested> = { loss: expected.loss, outputs: expected.outputs, ...expected.gradients };
  expect(Object.keys(actual).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, value] of Object.entries(wanted)) {
    expect(distance(actual[name], value), name).toBeLessThanOrEqual(1e-12);
  }
});
