/** An error of shapes names the op, what it was given, and what does not fit. */
import { expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients, vjp } from "../../src/autodiff/reverse.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { ShapeError } from "../../src/graph/type.ts";
import { exp, pow } from "../../src/ops/elementary.ts";
import { broadcastTo } from "../../src/ops/elementwise.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { randomUniform } from "../../src/ops/random.ts";
import { logsumexp, max } from "../../src/ops/reduce.ts";
import { add, mul } from "../../src/ops/ring.ts";
import { gatherRows, oneHot, scatterRows } from "../../src/ops/rows.ts";
import { less, where } from "../../src/ops/select.ts";
import { concat, pad, reshape, slice, transpose } from "../../src/ops/shape.ts";
import { logSoftmax, softmax } from "../../src/ops/softmax.ts";
import { constant, input } from "../../src/ops/source.ts";
import { broadcast, sum } from "../../src/ops/sum-broadcast.ts";

const x = input("x", [3, 5], "f64");
const single = input("single", [3, 5], "f32");
const wide = input("wide", [3, 4], "f64");
const index = input("index", [4], "i32");
const scalar = input("scalar", [], "f64");
const empty = input("empty", [3, 0], "f64");

const cases: readonly (readonly [string, () => Expr | Expr[], RegExp])[] = [
  ["sizes that do not broadcast", () => add(x, wide), /add.*axis 1.*x: f64\[3, 5\].*wide: f64\[3, 4\]/],
  ["three operands", () => where(less(x, 0), x, wide), /where.*axis 1.*f64\[3, 4\]/],
  ["different float types", () => mul(x, single), /mul.*x: f64\[3, 5\].*single: f32\[3, 5\]/],
  ["arithmetic with integers", () => exp(index), /exp.*index: i32\[4\]/],
  ["numbers only", () => pow(2, 3), /pow.*at least one operand/],
  ["inner sizes", () => matmul(x, wide), /matmul.*5 and 3.*x: f64\[3, 5\].*wide: f64\[3, 4\]/],
  ["inner sizes, transposed", () => matmul(x, wide, { transposeB: true }), /matmul.*\[4, 3\] \(transposed\).*5 and 4/],
  ["a product of no matrices", () => matmul(x, scalar), /matmul.*matrices.*scalar: f64/],
  ["a product of two types", () => matmul(x, single, { transposeB: true }), /matmul.*one type/],
  ["an axis that is not there", () => sum(x, [2]), /sum.*axes \[2\].*x: f64\[3, 5\]/],
  ["an axis twice", () => max(x, [1, 1]), /max.*axes \[1,1\]/],
  ["the largest of nothing", () => max(empty, [1]), /max.*empty.*f64\[3, 0\]/],
  ["logsumexp of integers", () => logsumexp(index), /logsumexp.*floats.*i32\[4\]/],
  ["softmax of integers", () => softmax(index), /softmax.*floats.*i32\[4\]/],
  ["softmax of nothing", () => softmax(empty), /softmax.*empty.*f64\[3, 0\]/],
  ["softmax of a scalar", () => logSoftmax(scalar), /log-softmax.*axis -1/],
  ["another size of shape", () => reshape(x, [4, 4]), /reshape.*\[3,5\].*\[4,4\]/],
  ["no permutation", () => transpose(x, [0, 0]), /transpose.*\[0,0\].*2 axes/],
  ["a slice that leaves", () => slice(x, [0, 3], [3, 3]), /slice.*\[0,3\].*\[3,3\].*x: f64\[3, 5\]/],
  ["a slice from before", () => slice(x, [-1, 0], [1, 1]), /slice.*\[-1,0\]/],
  ["a pad that leaves", () => pad(x, [1, 1], [3, 9]), /pad.*\[3,5\].*\[1,1\].*\[3,9\]/],
  ["parts of different sizes", () => concat([x, wide], 0), /concat.*axis 0.*x: f64\[3, 5\]; wide: f64\[3, 4\]/],
  ["parts of different types", () => concat([x, single], 0), /concat/],
  ["no parts", () => concat([], 0), /concat.*at least one/],
  ["a broadcast to other sizes", () => broadcast(x, [3, 4], [0, 1]), /broadcast.*\[3,5\]/],
  ["a broadcast that exchanges axes", () => broadcast(x, [5, 3], [1, 0]), /broadcast.*must increase.*transpose/],
  ["a broadcast to fewer elements", () => broadcastTo(x, [5]), /\[3,5\].*\[5\]/],
  ["an index that is no integer", () => gatherRows(x, scalar), /gather-rows.*i32.*scalar: f64/],
  ["rows of a scalar", () => gatherRows(scalar, index), /gather-rows.*scalar has no rows/],
  ["as many indices as rows", () => scatterRows(x, index, 9), /scatter-rows.*4 indices for 3 rows/],
  ["labels that are no integers", () => oneHot(x, 5, "f64"), /one-hot.*i32/],
  ["a key that is no key", () => randomUniform(index, 0, [3], "f64"), /random-uniform.*i32\[2\].*index: i32\[4\]/],
  ["values that do not fill the shape", () => constant([1, 2], [3], "f64"), /constant.*2 values.*\[3\]/],
  ["a fraction as a size", () => input("half", [0.5], "f64"), /whole numbers.*0.5/],
  ["a tangent of another type", () => jvp([x], [x], [wide]), /jvp.*x f64\[3, 5\].*f64\[3, 4\]/],
  ["a cotangent of another type", () => vjp([x], [x], [single]), /vjp.*f64\[3, 5\].*f32\[3, 5\]/],
  ["a loss that is no scalar", () => gradients(x, [x]), /gradients.*scalar.*f64\[3, 5\]/],
  ["a loss that is an integer", () => gradients(input("n", [], "i32"), [x]), /gradients.*float.*i32/],
];

test.each(cases)("%s", (_, build, message) => {
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(message);
});
