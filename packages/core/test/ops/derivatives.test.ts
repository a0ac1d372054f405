/**
 * Walks the op tables in float64: values against formulas, both modes against finite differences and against each other,
 * to the second order everywhere and the third where it is interesting. The adjoint identity alone would not notice a
 * wrong elementwise derivative (both modes share it), and finite differences alone would not notice lost digits.
 */
import { describe, expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients, vjp } from "../../src/autodiff/reverse.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { mul } from "../../src/ops/ring.ts";
import { filledWith, input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { broadcastTable } from "../support/broadcast-table.ts";
import { directionalDerivative, graphFunction } from "../support/graph-function.ts";
import { direction, expectNear, inner } from "../support/numbers.ts";
import { elementOf, held, instantiate, type OpEntry, tabulate } from "../support/op-entry.ts";
import { opTable } from "../support/op-table.ts";

/** Extrapolated finite differences reach about 1e-10 on these domains. */
const FINITE_DIFFERENCE = 1e-8;
/** Two ways to compute the same sum of products: only the order of rounding differs. */
const ROUNDING = 1e-13;

const like = (nodes: readonly Expr[], name: string): Expr[] =>
  nodes.map((node, i) => input(`${name}${i}`, node.type.shape, node.type.dtype));
const directions = (nodes: readonly Expr[], seed: number): Float64Array[] =>
  nodes.map(({ type }, i) => held(direction(sizeOf(type.shape), seed + i), type.dtype));

/** The entry with everything that its derivatives need. */
function setUp(entry: OpEntry) {
  const { inputs, wrt, result, values } = instantiate(entry, "f64");
  const tangents = like(wrt, "ẋ");
  const [bar] = like([result], "ȳ");
  const tangentValues = directions(wrt, 11);
  const [barValues] = directions([result], 22);
  /** A change of all inputs that moves the differentiable ones along the tangents. */
  const along = (by: readonly Float64Array[]): Float64Array[] =>
    inputs.map((node, i) => by[wrt.indexOf(node)] ?? new Float64Array(values[i].length));
  return { inputs, wrt, result, values, tangents, bar, tangentValues, barValues, along };
}

describe.each([...opTable, ...broadcastTable].map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
  const { inputs, wrt, result, values, tangents, bar, tangentValues, barValues, along } = setUp(entry);
  const y = graphFunction(inputs, [result]);

  if (entry.formula) {
    test("is its formula", () => {
      const elements = values.map((x, i) => elementOf(x, entry.operands[i].shape));
      const expected = tabulate(result.type.shape, (index) => entry.formula!(elements, index));
      expectNear(y(values), [expected], ROUNDING);
    });
  }

  const integers = inputs.filter((node) => node.type.dtype === "i32");
  if (integers.length > 0) {
    test("pulls nothing back to integers", () => {
      expect(vjp([result], integers, [bar]).map(filledWith)).toEqual(integers.map(() => 0));
    });
  }

  if (wrt.length === 0) return;
  const given = [...inputs, bar, ...tangents];
  const givenValues = [...values, barValues, ...tangentValues];
  const still = (tensors: readonly Float64Array[]) => tensors.map((x) => new Float64Array(x.length));

  const [pushforward] = jvp([result], wrt, tangents);
  const pullback = vjp([result], wrt, [bar]);
  const run = (outputs: readonly Expr[]) => graphFunction(given, outputs)(givenValues);

  test("pushforward is the directional derivative", () => {
    expectNear(run([pushforward]), directionalDerivative(y, values, along(tangentValues)), FINITE_DIFFERENCE);
  });

  test("pullback is the adjoint of the pushforward", () => {
    expectNear([[inner([barValues], run([pushforward]))]], [[inner(run(pullback), tangentValues)]], ROUNDING);
  });

  if (entry.orders < 2) return;
  // φ(x) = ⟨ȳ, y(x)⟩ has the gradient `pullback`; its Hessian H is the op's second derivative contracted with ȳ.
  const forwardOverReverse = jvp(pullback, wrt, tangents);

  test("second order: forward over reverse is the derivative of the pullback", () => {
    const move = [...along(tangentValues), ...still([barValues, ...tangentValues])];
    const numerical = directionalDerivative(graphFunction(given, pullback), givenValues, move);
    expectNear(run(forwardOverReverse), numerical, FINITE_DIFFERENCE);
  });

  test("second order: the modes agree in every composition, so H is symmetric", () => {
    const exact = run(forwardOverReverse);
    expectNear(run(gradients(sum(mul(bar, pushforward)), wrt)), exact, ROUNDING);
    expectNear(run(vjp(pullback, wrt, tangents)), exact, ROUNDING);
    const curvature = inner([barValues], run(jvp([pushforward], wrt, tangents)));
    expectNear([[curvature]], [[inner(exact, tangentValues)]], ROUNDING);
  });

  if (entry.orders < 3) return;

  test("third order: forward over forward over reverse", () => {
    const more = like(wrt, "ẍ");
    const moreValues = directions(wrt, 33);
    const third = jvp(forwardOverReverse, wrt, more);
    const exact = graphFunction([...given, ...more], third)([...givenValues, ...moreValues]);
    const move = [...along(moreValues), ...still([barValues, ...tangentValues])];
    const numerical = directionalDerivative(graphFunction(given, forwardOverReverse), givenValues, move);
    expectNear(exact, numerical, FINITE_DIFFERENCE);
  });
});
