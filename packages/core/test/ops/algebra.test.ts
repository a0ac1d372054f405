/** Local algebra: whatever an op simplifies or decomposes to has the same type and the same value. */
import { expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { vjp } from "../../src/autodiff/reverse.ts";
import { type Expr, topological, withOperands } from "../../src/graph/expr.ts";
import { mul, neg } from "../../src/ops/ring.ts";
import { fill, input } from "../../src/ops/source.ts";
import { broadcastTable } from "../support/broadcast-table.ts";
import { graphFunction } from "../support/graph-function.ts";
import { expectNear } from "../support/numbers.ts";
import { instantiate, type OpEntry } from "../support/op-entry.ts";
import { opTable } from "../support/op-table.ts";

/** The entry's nodes and those of its derivatives, each also with an operand that is a fill, a negation or a multiple. */
function candidates(entry: OpEntry): { inputs: readonly Expr[]; values: readonly Float64Array[]; nodes: Expr[] } {
  const { inputs, wrt, result, values } = instantiate(entry, "f64");
  const ones = wrt.map((node) => fill(1, node.type.shape, node.type.dtype));
  const roots = [
    result,
    ...vjp([result], wrt, [fill(1, result.type.shape, result.type.dtype)]),
    ...jvp([result], wrt, ones),
  ];
  const nodes = topological(roots).filter((node) => node.operands.length > 0);
  const variants = (operand: Expr): Expr[] => {
    if (operand.type.dtype === "i32") return [];
    const { shape, dtype } = operand.type;
    const fills = [0, 1, -1, 2, 0.5, 3].map((value) => fill(value, shape, dtype));
    return [...fills, neg(operand), mul(2, operand), mul(operand, 3)];
  };
  const replaced = nodes.flatMap((node) =>
    node.operands.flatMap((operand, at) =>
      variants(operand).map((variant) => withOperands(node, node.operands.with(at, variant))),
    ),
  );
  return { inputs, values, nodes: [...nodes, ...replaced] };
}

test.each([...opTable, ...broadcastTable].map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
  const { inputs, values, nodes } = candidates(entry);
  const rewritten = nodes.flatMap((node) =>
    [node.op.simplify?.(node), node.op.decompose?.(node)].flatMap((other) => (other ? [[node, other] as const] : [])),
  );
  expect(rewritten.map(([, other]) => other.type)).toEqual(rewritten.map(([node]) => node.type));
  const before = graphFunction(
    inputs,
    rewritten.map(([node]) => node),
  )(values);
  const after = graphFunction(
    inputs,
    rewritten.map(([, other]) => other),
  )(values);
  // What is not finite before may become finite (0 · ∞ is 0 in algebra), so those elements say nothing.
  const masked = after.map((x, i) => x.map((value, j) => (Number.isFinite(before[i][j]) ? value : 0)));
  const expected = before.map((x) => x.map((value) => (Number.isFinite(value) ? value : 0)));
  expectNear(masked, expected, 1e-14);
});

test("rewriting happens at all", () => {
  const x = input("x", [3], "f64");
  const product = mul(1, x);
  expect(product.op.simplify?.(product)).toBe(x);
});
