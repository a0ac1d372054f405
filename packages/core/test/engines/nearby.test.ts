/** Near a point only what has moved is computed, and every bit is that of the reference engine. */
import { describe, expect, test } from "vitest";
import { defineOp } from "../../src/autodiff/define-op.ts";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import { evaluate } from "../../src/engines/engine.ts";
import { nearby, verifiedNearby } from "../../src/engines/reference/nearby.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { type Expr, expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { type ActivationName, activations } from "../../src/nn/activations.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { net2321, numbersFor } from "../explain/nets.ts";
import { broadcastTable } from "../support/broadcast-table.ts";
import { direction } from "../support/numbers.ts";
import { instantiate } from "../support/op-entry.ts";
import { opTable } from "../support/op-table.ts";

type Tensors = Readonly<Record<string, ArrayLike<number>>>;

/** Its first number moved, one in the middle, its first half, and all of them. */
function moves(values: ArrayLike<number>): Float64Array[] {
  const middle = values.length >> 1;
  const which = [(i: number) => i === 0, (i: number) => i === middle, (i: number) => i <= middle, () => true];
  return which.map((isMoved) => Float64Array.from(values, (value, i) => (isMoved(i) ? value + 1e-3 : value)));
}

/** Moves every input but labels, one after the other, and looks at every output. */
function compare(inputs: readonly Expr[], outputs: Readonly<Record<string, Expr>>, values: Tensors): void {
  const whole = program("whole", inputs, outputs);
  const near = nearby(whole, values);
  for (const { label: name, type } of inputs) {
    if (type.dtype === "i32") continue;
    for (const moved of moves(values[name!])) {
      const expected = evaluate(referenceEngine, whole, { ...values, [name!]: moved });
      const found = near.at(name!, moved);
      for (const output of Object.keys(outputs)) expect(found[output]).toEqual(expected[output]);
    }
  }
}

test.each([...opTable, ...broadcastTable].map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
  const { inputs, wrt, result, values } = instantiate(entry, "f64");
  const named = Object.fromEntries(inputs.map((node, i) => [node.label!, values[i]]));
  compare(inputs, { result }, named);
  if (wrt.length === 0) return;
  const tangents = wrt.map((node, i) => input(`tangent${i}`, node.type.shape, "f64"));
  const [dot] = jvp([result], wrt, tangents);
  const still = tangents.map(({ label, type }): [string, Float64Array] => [label!, direction(sizeOf(type.shape), 3)]);
  compare([...inputs, ...tangents], { dot }, { ...named, ...Object.fromEntries(still) });
});

test.each(Object.keys(activations) as ActivationName[])("a network of %s, its loss and its gradient", (activation) => {
  const problem = net2321(activation, { batch: 3 });
  const given = [problem.x, ...problem.parameters, ...(problem.given ?? [])];
  const slopes = gradients(problem.loss, problem.parameters).map((slope, i): [string, Expr] => [`slope${i}`, slope]);
  compare(given, { loss: problem.loss, ...Object.fromEntries(slopes) }, numbersFor(problem));
});

/** h = tanh(X Wᵀ) [5, 3] through an op that counts what it computes, and the sum of h Vᵀ. */
function counting() {
  const counted = { elements: 0 };
  const count = defineOp({
    name: "counted",
    evaluate: (x) => {
      counted.elements++;
      return x;
    },
    derivative: (y) => y,
  });
  const [X, W, V] = [input("X", [5, 2], "f64"), input("W", [3, 2], "f64"), input("V", [2, 3], "f64")];
  const h = count(tanh(matmul(X, W, { transposeB: true })));
  const values = { X: direction(10, 1), W: direction(6, 2), V: direction(6, 3) };
  return { counted, values, of: program("net", [X, W, V], { loss: sum(matmul(h, V, { transposeB: true })) }) };
}

describe("what is computed", () => {
  test.each([
    ["X", "one row, of three units", 3],
    ["W", "one unit, of five rows", 5],
    ["V", "no unit", 0],
  ])("where a number of %s moves: %s", (name, _, elements) => {
    const { counted, values, of } = counting();
    const near = nearby(of, values);
    counted.elements = 0;
    near.at(name, moves(values[name as "X"])[0]);
    expect(counted.elements).toBe(elements);
  });

  test("is told beforehand, by sizes", () => {
    const { values, of } = counting();
    const near = nearby(of, values);
    expect(near.cost("V")).toBeLessThan(near.cost("X"));
    expect(near.cost("X")).toBeLessThan(near.cost("W"));
  });

  test("nothing remains of a move, even where it ends in an error", () => {
    const { values } = counting();
    const W = input("W", [3, 2], "f64");
    const careful = defineOp({
      name: "careful",
      evaluate: (x) => {
        if (x > 100) throw new Error("too much");
        return x;
      },
      derivative: (y) => y,
    });
    const near = nearby(program("careful", [W], { y: careful(tanh(W)), z: careful(W) }), { W: values.W });
    const before = near.at("W", values.W);
    expect(() => near.at("W", values.W.with(4, 101))).toThrow("too much");
    expect(near.at("W", values.W)).toEqual(before);
  });
});

describe("what is not as it says", () => {
  /** y[i] = x[n − 1 − i], which says that it is elementwise. */
  const reversed = (x: Expr): Expr => {
    const { op } = tanh(x);
    return expr({ ...op, name: "reversed", evaluate: ([values]) => values.toReversed() }, [x], {});
  };
  const x = input("x", [4], "f64");
  const of = program("reversed", [x], { y: reversed(x) });
  const values = { x: Float64Array.of(1, 2, 3, 4) };

  test("is found, the first time that an input moves", () => {
    expect(() => verifiedNearby(of, values).at("x", values.x.with(0, 5))).toThrow(
      /reversed: where 'x' moves, number 0 of 'y' is 4, but 5 .* says that it is elementwise and is not/,
    );
  });

  test("a name or a length that is none", () => {
    const near = nearby(of, values);
    expect(() => near.at("z", values.x)).toThrow(/reversed has no input 'z'/);
    expect(() => near.at("x", [1])).toThrow(/input 'x' has 4 numbers, got 1/);
    expect(() => nearby(of, {} as never)).toThrow(/input 'x' has 4 numbers, got undefined/);
  });
});
