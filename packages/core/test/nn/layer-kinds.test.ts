/** What every kind of layer does everywhere: trains on each engine, is certified, saved, explained and diagnosed. */
import { describe, expect, test } from "vitest";
import { certify } from "../../src/check/certify.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { parseTarget } from "../../src/explain/derivation/target.ts";
import { htmlBody } from "../../src/explain/html/document.ts";
import { latexDocument } from "../../src/explain/latex/document.ts";
import { markdownDocument } from "../../src/explain/markdown/document.ts";
import { printProgram } from "../../src/explain/notation/program.ts";
import { terminalLines } from "../../src/explain/terminal/document.ts";
import { overview, views } from "../../src/explain/views/views.ts";
import { loadModel, predictorOf, saveModel } from "../../src/model/model.ts";
import { explainNet } from "../../src/net/explain-net.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import { LAYER_CASES, type LayerCase, rowsFor, weighted } from "../support/layer-cases.ts";
import { distanceOf, trainedOn } from "../support/trained.ts";

const batchOf = (one: LayerCase, rows: number) => ({ rows, ...rowsFor(one, rows), weight: undefined });

describe.each(LAYER_CASES.map((one) => [one.name, one] as const))("%s", (_, one) => {
  test.each([
    ["f64", 1, 1e-12],
    ["f64", 2, 1e-12],
    ["f32", 1, 2e-4],
    ["f32", 3, 2e-4],
  ] as const)("five epochs in %s on %i threads, against the reference", async (dtype, threads, tolerance) => {
    const expected = await trainedOn(referenceEngine, one, "f64");
    const actual = await trainedOn(await wasmEngine({ threads }), one, dtype);
    expect(distanceOf(actual.tensors, expected.tensors)).toBeLessThan(tolerance);
    expect(Math.abs(actual.losses[4] / expected.losses[4] - 1)).toBeLessThan(tolerance);
    expect(actual.losses[4]).not.toBe(actual.losses[0]);
  });

  test("every gradient and its curvature are certified", () => {
    const net = weighted(one);
    const { verdict, checks, curvature } = certify(net, batchOf(one, 3), { order: 2 });
    expect(checks.map(({ name }) => name).sort()).toEqual([...Object.keys(net.tensors), "x"].sort());
    expect(verdict).toBe("ok");
    expect(curvature).toBeDefined();
  });

  test("a file gives it back, and it predicts the same", () => {
    const net = weighted(one);
    const bytes = saveModel(net);
    const loaded = loadModel(bytes);
    expect(loaded.network).toEqual(net.network);
    expect(saveModel(loaded)).toEqual(bytes);
    const { x } = rowsFor(one, 20);
    const [before, after] = [net, loaded].map((model) => predictorOf(model, referenceEngine).predict(x).predictions);
    expect(after).toEqual(before);
  });

  test("its derivation is printed, of one row and of several", () => {
    for (const rows of [1, 4]) {
      const net = weighted(one);
      const { derivation } = explainNet(net, net.tensors, batchOf(one, rows));
      expect(printProgram(derivation.program)).toContain(one.prints);
      const slopes = derivation.backward.map(({ name }) => name);
      for (const name of Object.keys(net.tensors)) expect(slopes).toContain(`∂L/∂${name}`);
    }
  });

  test("every view of every gradient prints in every format", () => {
    for (const rows of [1, 3]) {
      const net = weighted(one);
      const explained = explainNet(net, net.tensors, batchOf(one, rows));
      const shown = [...Object.keys(net.tensors), "x"].flatMap((name) =>
        (["contracted", "index"] as const).map((view) => views[view](explained, parseTarget(explained, name))),
      );
      for (const blocks of [overview(explained), ...shown]) {
        const printed = [
          terminalLines(blocks, { width: 100 }).join("\n"),
          latexDocument(blocks),
          htmlBody(blocks),
          markdownDocument(blocks),
        ];
        for (const text of printed) {
          expect(text.length).toBeGreaterThan(100);
          expect(text).not.toMatch(/undefined|\[object|NaN/);
        }
      }
      // Whatever function is written is explained.
      const [symbols] = overview(explained).filter(({ kind }) => kind === "legend");
      const legend = terminalLines([symbols], { width: 100 }).join("\n");
      for (const name of ["blockdiag", "blocks", "rows", "scatter", "floor", "values", "slice"])
        if (new RegExp(`\\b${name}[₀-₉]*[([]`).test(terminalLines(overview(explained), { width: 1000 }).join(" ")))
          expect(legend).toContain(`${name}`);
    }
  });

  test("the gradient's flow through it, and a fault in it, are told", async () => {
    const rows = rowsFor(one, 12);
    const told: FitEvent[] = [];
    const options = { engine: referenceEngine, loss: one.loss, epochs: 2, dtype: "f64" } as const;
    for await (const event of fit(one.network, { train: rows }, { ...options, flow: true })) told.push(event);
    const [start] = told;
    if (start.type !== "start" || start.flow === undefined) throw new Error("there is a flow at the start");
    expect(start.flow).toHaveLength(one.network.layers.length);
    for (const { delta, jacobian } of start.flow) {
      expect(delta).toBeGreaterThanOrEqual(0);
      expect(jacobian.largest).toBeGreaterThanOrEqual(0);
    }
    const place = Array.from({ length: one.network.inputs }, (_, i) => i).find((i) => !(i in (one.categories ?? {})));
    rows.x[2 * one.network.inputs + (place as number)] = 1.7e308;
    const wild: FitEvent[] = [];
    for await (const event of fit(one.network, { train: rows }, { ...options, rate: 1e300 })) wild.push(event);
    const end = wild[wild.length - 1];
    if (end.type !== "end") throw new Error("the last event is the end");
    expect(end.stopped).toBe("diverged");
    expect(end.fault?.message).toMatch(/./);
  });
});
