/** Complex steps against forward mode, over every op of the table and networks of every activation. */
import { describe, expect, test } from "vitest";
import { complexStep } from "../../src/autodiff/complex-step.ts";
import { jvp } from "../../src/autodiff/forward.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { activations } from "../../src/nn/activations.ts";
import { erf } from "../../src/ops/elementary.ts";
import { mul } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { net2321, numbersFor } from "../explain/nets.ts";
import { broadcastTable } from "../support/broadcast-table.ts";
import { graphFunction } from "../support/graph-function.ts";
import { direction } from "../support/numbers.ts";
import { instantiate } from "../support/op-entry.ts";
import { opTable } from "../support/op-table.ts";

/** A change of type rounds, and has no place among complex numbers. */
const entries = [...opTable, ...broadcastTable].filter(
  ({ op, operands }) => op !== "cast" && operands.some((one) => one.differentiable),
);

test.each(entries.map((entry) => [entry.name, entry] as const))("%s", (name, entry) => {
  const { inputs, wrt, result, values } = instantiate(entry, "f64");
  const bar = direction(sizeOf(result.type.shape), 5);
  const weights = input("bar", result.type.shape, "f64");
  const scalar = sum(mul(weights, result));
  const tangents = wrt.map((node, i) => direction(sizeOf(node.type.shape), 30 + i));
  const names = Object.fromEntries(inputs.map((node, i) => [node.label!, values[i]]));
  const along = Object.fromEntries(wrt.map((node, i) => [node.label!, tangents[i]]));
  const measured = complexStep(scalar, { ...names, bar }, along);
  if (/erf|gelu/.test(name) || (name.includes("pow") && measured === undefined)) {
    expect(measured).toBeUndefined();
    return;
  }
  const dots = wrt.map((node, i) => input(`dot${i}`, node.type.shape, "f64"));
  const [exact] = graphFunction(
    [...inputs, weights, ...dots],
    jvp([scalar], wrt, dots),
  )([...values, bar, ...tangents])[0];
  expect(Math.abs(measured! - exact)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(exact)));
});

describe("whole networks", () => {
  test.each(Object.keys(activations) as (keyof typeof activations)[])("%s", (activation) => {
    const problem = net2321(activation, { batch: 3 });
    const values = numbersFor(problem);
    const wrt = [...problem.parameters, problem.x];
    const tangents = wrt.map((node, i) => direction(sizeOf(node.type.shape), 70 + i));
    const measured = complexStep(
      problem.loss,
      values,
      Object.fromEntries(wrt.map((node, i) => [node.label!, tangents[i]])),
    );
    const dots = wrt.map((node, i) => input(`dot${i}`, node.type.shape, "f64"));
    const given = [problem.x, ...problem.parameters, ...(problem.given ?? [])];
    const [exact] = graphFunction(
      [...given, ...dots],
      jvp([problem.loss], wrt, dots),
    )([...given.map(({ label }) => values[label!]), ...tangents])[0];
    if (activation === "gelu") expect(measured).toBeUndefined();
    else expect(Math.abs(measured! - exact)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(exact)));
  });
});

test("erf has no continuation here, and says so", () => {
  expect(complexStep(sum(erf(input("x", [2], "f64"))), { x: [0.1, 0.2] }, { x: [1, 0] })).toBeUndefined();
});
