/** How much a certificate is of: rows and entries follow from sizes, are said, and leave nothing wrong unseen. */
import { describe, expect, test } from "vitest";
import { certificateJson } from "../../src/check/certificate-json.ts";
import { certify } from "../../src/check/certify.ts";
import { checkNet } from "../../src/check/check-net.ts";
import { rowsWithin } from "../../src/check/rows-within.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { randomBatch } from "../../src/net/batch.ts";
import { computeGradients } from "../../src/net/gradients.ts";
import type { Net, WeightedNet } from "../../src/net/net.ts";
import { losses } from "../../src/nn/losses.ts";
import { initialParameters } from "../../src/nn/network.ts";

function plain(inputs: number, units: readonly number[]): Net {
  const hidden = units.map((size) => ({ units: size, activation: "silu" as const }));
  const network = { inputs, layers: [...hidden, { units: 3, activation: "identity" as const }] };
  return { network, objective: { loss: losses["softmax-cross-entropy"](), reduction: "mean" } };
}

function netOf(inputs: number, units: readonly number[]): WeightedNet {
  const net = plain(inputs, units);
  return { ...net, tensors: initialParameters(net.network, 4), origin: "initial" };
}

const rowsOf = (net: WeightedNet, rows: number) => randomBatch(net.network, net.objective.loss, rows, 2);

describe("rows", () => {
  const small = netOf(3, [5]);
  const batch = rowsOf(small, 30);

  test("are all compared where that takes seconds, and said", () => {
    const { rows, verdict, checks } = certify(small, batch);
    expect({ rows, verdict }).toEqual({ rows: { compared: 30, of: 30 }, verdict: "ok" });
    expect(certificateJson(checks, undefined, rows)).toMatchObject({ version: 1, rows: { compared: 30, of: 30 } });
  });

  test("are spread evenly where fewer are asked for", () => {
    const { rows, checks } = certify(small, batch, { rows: 4 });
    expect(rows).toEqual({ compared: 4, of: 30 });
    const places = [0, 7, 15, 22];
    const own = { rows: 4, x: Float64Array.from(places.flatMap((row) => [...batch.x.slice(3 * row, 3 * row + 3)])) };
    const y = Float64Array.from(places, (row) => batch.y[row]);
    expect(checks).toEqual(checkNet(small, small.tensors, { ...own, y, weight: undefined }));
  });

  test("weigh what they weigh", () => {
    const weight = batch.y.map((_, row) => row + 1);
    const [heavy, light] = [weight, undefined].map((own) => certify(small, { ...batch, weight: own }, { rows: 4 }));
    expect([heavy.verdict, light.verdict]).toEqual(["ok", "ok"]);
    expect(heavy.checks).not.toEqual(light.checks);
  });

  test.each([0, 2.5, Number.NaN])("cannot be %s", (rows) => {
    expect(() => certify(small, batch, { rows })).toThrow(/rows: expected a whole number from 1/);
  });

  test("are fewer the larger a network is, and never none", () => {
    const most = [plain(4, [16]), plain(4, [1280]), plain(20, [1280]), plain(700, [3000, 3000])].map(rowsWithin);
    expect(most).toEqual(most.toSorted((a, b) => b - a));
    expect(most[1]).toBeGreaterThan(300);
    expect(most[3]).toBe(16);
  });

  test("do not depend on what is added for the weights alone", () => {
    const net = plain(4, [64]);
    const penalised = { ...net, objective: { ...net.objective, l2: 0.01 } };
    expect(rowsWithin(penalised)).toBe(rowsWithin(net));
  });
});

describe("entries of a wide network", () => {
  const wide = netOf(4, [640]);
  const batch = rowsOf(wide, 12);
  const right = computeGradients(wide, wide.tensors, batch, referenceEngine, "f64");

  /** The right gradients but for one entry, by a 100 000th of the tensor's largest. */
  const wrongAt = (name: string, index: number) => {
    const { shape, values } = right.gradients[name];
    const largest = Math.max(...Array.from(values, Math.abs));
    const changed = { shape, values: Float64Array.from(values).with(index, values[index] + 1e-5 * largest) };
    return checkNet(wide, wide.tensors, batch, { ...right, gradients: { ...right.gradients, [name]: changed } });
  };

  test("are a sample, the same each time", () => {
    const checks = checkNet(wide, wide.tensors, batch);
    const sizes = Object.fromEntries(checks.map(({ name, size, entries }) => [name, [entries.length, size]]));
    expect(sizes).toEqual({ W1: [50, 2560], b1: [50, 640], W2: [50, 1920], b2: [3, 3], x: [48, 48] });
    expect(checkNet(wide, wide.tensors, batch)).toEqual(checks);
    expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
  });

  test.each(["W1", "b1", "W2", "x"])(
    "a single wrong one in ∂L/∂%s is found, whether it was looked at or not",
    (name) => {
      for (const index of [1, 17, 29]) {
        const found = wrongAt(name, index).filter(({ verdict }) => verdict !== "ok");
        expect(found.map((check) => [check.name, check.verdict])).toEqual([[name, "mismatch"]]);
      }
    },
  );
});
