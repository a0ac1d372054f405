/** Local algebra: whatever an op simplifies or decomposes to has the same type and the same value. */
import { describe, expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { vjp } from "../../src/autodiff/reverse.ts";
import { type Expr, topological, withOperands } from "../../src/graph/expr.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { add, mul, neg, sub } from "../../src/ops/ring.ts";
import { reshape, transpose } from "../../src/ops/shape.ts";
import { fill, input } from "../../src/ops/source.ts";
import { broadcast, sum } from "../../src/ops/sum-broadcast.ts";
import { broadcastTable } from "../support/broadcast-table.ts";
import { graphFunction } from "../support/graph-function.ts";
import { direction, expectNear } from "../support/numbers.ts";
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

/** Every rewriting of the nodes has the type and the value of what it replaces. Returns how many there were. */
function checkRewriting(inputs: readonly Expr[], values: readonly ArrayLike<number>[], nodes: readonly Expr[]): number {
  const pairs = nodes.flatMap((node) =>
    [node.op.simplify?.(node), node.op.decompose?.(node)].flatMap((other) => (other ? [{ node, other }] : [])),
  );
  expect(pairs.map(({ other }) => other.type)).toEqual(pairs.map(({ node }) => node.type));
  const run = (outputs: readonly Expr[]): Float64Array[] => graphFunction(inputs, outputs)(values);
  const before = run(pairs.map(({ node }) => node));
  const after = run(pairs.map(({ other }) => other));
  // What is not finite may become finite (0 · ∞ is 0 in algebra), so only finite elements must stay.
  const finite = (x: Float64Array, i: number): Float64Array =>
    x.map((value, j) => (Number.isFinite(before[i][j]) ? value : 0));
  expectNear(after.map(finite), before.map(finite), 1e-14);
  return pairs.length;
}

test.each([...opTable, ...broadcastTable].map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
  const { inputs, values, nodes } = candidates(entry);
  checkRewriting(inputs, values, nodes);
});

describe("nested", () => {
  const x = input("x", [3, 5], "f64");
  const cube = input("cube", [2, 3, 5], "f64");
  const turned = input("turned", [5, 3], "f64");
  const inputs = [x, cube, turned];
  const values = [direction(15, 1), direction(30, 2), direction(15, 3)];
  const flags = [false, true];

  test.each([
    ["reshapes", [reshape(reshape(x, [15]), [5, 3])]],
    ["transposes", [transpose(transpose(cube, [2, 0, 1]), [1, 0, 2]), transpose(transpose(x))]],
    ["broadcasts", [broadcast(broadcast(x, [3, 2, 5], [0, 2]), [7, 3, 2, 5], [1, 2, 3])]],
    ["negations", [neg(neg(x)), neg(sub(x, 1)), add(neg(x), x), sub(0, neg(x))]],
    ["sums of one node", [add(x, x), sum(x, [])]],
    [
      "products of transposed matrices",
      // op(A) is [3, 5] and op(B) is [5, 3] under every pair of flags; each side in turn is a transpose.
      flags.flatMap((transposeA) =>
        flags.flatMap((transposeB) => {
          const [a, b] = [transposeA ? turned : x, transposeB ? x : turned];
          const [aAsTranspose, bAsTranspose] = [transpose(transposeA ? x : turned), transpose(transposeB ? turned : x)];
          return [
            matmul(aAsTranspose, b, { transposeA, transposeB }),
            matmul(a, bAsTranspose, { transposeA, transposeB }),
            matmul(aAsTranspose, bAsTranspose, { transposeA, transposeB }),
          ];
        }),
      ),
    ],
  ])("%s are rewritten", (_, nodes) => {
    expect(checkRewriting(inputs, values, nodes)).toBe(nodes.length);
  });
});
