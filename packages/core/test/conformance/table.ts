/** Every entry of the op tables in f32 and f64: its value by itself, then with its derivatives in one program. */
import { describe, expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { vjp } from "../../src/autodiff/reverse.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { type FloatType, sizeOf } from "../../src/graph/type.ts";
import { input } from "../../src/ops/source.ts";
import { broadcastTable } from "../support/broadcast-table.ts";
import { direction } from "../support/numbers.ts";
import { held, instantiate, type OpEntry } from "../support/op-entry.ts";
import { opTable } from "../support/op-table.ts";
import { exceptions } from "./exceptions.ts";
import { expectAgreement, FLOATS, type Subject, type Tolerance } from "./subject.ts";

const entries = [...opTable, ...broadcastTable];

export function tableConformance(subject: Subject): void {
  describe.each(FLOATS)("op table in %s", (float) => {
    test.each(entries.map((entry) => [entry.name, entry] as const))("%s", async (_, entry) => {
      const { inputs, result, values } = instantiate(entry, float);
      await expectAgreement(subject, inputs, { y: result }, values, toleranceOf(entry, float, subject.tolerance));
    });

    const differentiable = entries.filter((entry) => entry.operands.some((operand) => operand.differentiable));
    test.each(differentiable.map((entry) => [entry.name, entry] as const))("derivatives of %s", async (_, entry) => {
      const { inputs, outputs, values } = withDerivatives(entry, float);
      await expectAgreement(subject, inputs, outputs, values, toleranceOf(entry, float, subject.tolerance));
    });
  });

  test("exceptions name entries of the table", () => {
    const names = new Set(entries.map((entry) => entry.name));
    expect(exceptions.filter(({ entry }) => !names.has(entry))).toEqual([]);
  });
}

function toleranceOf(entry: OpEntry, float: FloatType, usual: Tolerance): Tolerance {
  const exception = exceptions.find((candidate) => candidate.entry === entry.name && candidate.float === float);
  return exception ? { ...usual, [float]: exception.tolerance } : usual;
}

/** y, ẏ, x̄ and (where the entry has a second order) Hẋ, all in one program, so that an engine may share and fuse. */
function withDerivatives(entry: OpEntry, float: FloatType) {
  const { inputs, wrt, result, values } = instantiate(entry, float);
  const like = (node: Expr, name: string): Expr => input(name, node.type.shape, node.type.dtype);
  const tangents = wrt.map((node, i) => like(node, `ẋ${i}`));
  const bar = like(result, "ȳ");
  const bars = vjp([result], wrt, [bar]);
  const lists = {
    y: [result],
    ẏ: jvp([result], wrt, tangents),
    x̄: bars,
    ...(entry.orders >= 2 ? { Hẋ: jvp(bars, wrt, tangents) } : {}),
  };
  const outputs = Object.fromEntries(
    Object.entries(lists).flatMap(([name, nodes]) => nodes.map((node, i) => [`${name}${i}`, node] as const)),
  );
  const directions = [...tangents, bar].map(({ type }, i) => held(direction(sizeOf(type.shape), 40 + i), type.dtype));
  return { inputs: [...inputs, ...tangents, bar], outputs, values: [...values, ...directions] };
}
