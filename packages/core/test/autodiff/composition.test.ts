/** Random programs over elementwise and structural ops: rules that are right one by one must also compose. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { jvp } from "../../src/autodiff/forward.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { atan, erf, exp, sigmoid, sin, softplus, tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { logsumexp, mean } from "../../src/ops/reduce.ts";
import { add, div, mul, sub } from "../../src/ops/ring.ts";
import { gatherRows, scatterRows } from "../../src/ops/rows.ts";
import { where } from "../../src/ops/select.ts";
import { concat, pad, reshape, slice, transpose } from "../../src/ops/shape.ts";
import { logSoftmax, softmax } from "../../src/ops/softmax.ts";
import { constant, input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { directionalDerivative, graphFunction } from "../support/graph-function.ts";
import { direction, expectNear, inner } from "../support/numbers.ts";

const rows = (x: Expr): number => x.type.shape[0];
const columns = (x: Expr): number => x.type.shape[1];
/** b in a form that broadcasts against a: itself, its row or column means, or its mean. */
function fitting(a: Expr, b: Expr): Expr {
  if (columns(a) === columns(b)) return rows(a) === rows(b) ? b : mean(b, [0]);
  return rows(a) === rows(b) ? reshape(mean(b, [1]), [rows(b), 1]) : mean(b);
}
/** 1 and 0 in a pattern of a's shape. */
const pattern = (a: Expr): Expr =>
  constant(
    Float64Array.from({ length: sizeOf(a.type.shape) }, (_, i) => Number(i % 3 === 0)),
    a.type.shape,
    "f64",
  );
const lastRows = (a: Expr): Expr => constant([rows(a) - 1, 0, rows(a) - 1], [3], "i32");

/** Smooth steps from matrices to a matrix, each bounded, so that finite differences stay exact in long programs. */
const instructions: readonly ((a: Expr, b: Expr) => Expr)[] = [
  (a) => tanh(a),
  (a) => sigmoid(a),
  (a) => softplus(a),
  (a) => sin(a),
  (a) => atan(a),
  (a) => erf(a),
  (a) => exp(tanh(a)),
  (a, b) => mul(0.5, add(a, fitting(a, b))),
  (a, b) => mul(0.5, sub(fitting(a, b), a)),
  (a, b) => mul(tanh(a), fitting(a, b)),
  (a, b) => div(tanh(a), add(2, sin(fitting(a, b)))),
  (a, b) => where(pattern(a), a, fitting(a, b)),
  (a) => transpose(a),
  (a) => reshape(a, [columns(a), rows(a)]),
  (a) => slice(a, [0, 0], [Math.ceil(rows(a) / 2), columns(a)]),
  (a) => slice(a, [0, columns(a) > 2 ? 1 : 0], [rows(a), Math.ceil(columns(a) / 2)]),
  (a) => pad(a, [1, 0], [rows(a) + 1, columns(a) + 2]),
  (a) => concat([a, tanh(a)], 0),
  (a, b) => (rows(a) === rows(b) ? concat([b, a], 1) : concat([a, a], 1)),
  (a) => softmax(a),
  (a) => logSoftmax(mul(0.5, a), 0),
  (a) => add(a, reshape(logsumexp(a, [1]), [rows(a), 1])),
  (a) => gatherRows(a, lastRows(a)),
  (a) => scatterRows(gatherRows(a, lastRows(a)), lastRows(a), rows(a)),
  (a) => mul(1 / columns(a), matmul(a, a, { transposeB: true })),
  (a, b) =>
    columns(a) === columns(b)
      ? mul(1 / columns(a), matmul(a, b, { transposeB: true }))
      : mul(
          1 / rows(a),
          matmul(a, gatherRows(b, constant(new Float64Array(rows(a)), [rows(a)], "i32")), { transposeA: true }),
        ),
];

const step = fc.record({ what: fc.nat(instructions.length - 1), a: fc.nat(), b: fc.nat() });

test("gradients of random programs are those of finite differences", () => {
  const used = new Set<number>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), (steps) => {
      const inputs = [input("x", [3, 5], "f64"), input("y", [5, 2], "f64"), input("z", [1, 5], "f64")];
      const matrices = [...inputs];
      for (const { what, a, b } of steps) {
        const [left, right] = [matrices[a % matrices.length], matrices[b % matrices.length]];
        const next = instructions[what](left, right);
        // Doubling steps must not make the graph grow without end.
        if (sizeOf(next.type.shape) <= 200) matrices.push(next);
        used.add(what);
      }
      // tanh keeps what every matrix adds to the loss of order one.
      const loss = matrices
        .map((matrix, i) => mean(sin(add(tanh(matrix), i))))
        .reduce((total, term) => add(total, term));
      const values = inputs.map((node, i) => direction(sizeOf(node.type.shape), 60 + i));
      const tangents = inputs.map((node, i) => direction(sizeOf(node.type.shape), 70 + i));
      const dots = inputs.map((node, i) => constant(tangents[i], node.type.shape, "f64"));
      const gradient = gradients(loss, inputs);
      const f = graphFunction(inputs, [loss]);
      const numerical = directionalDerivative(f, values, tangents);
      const forward = graphFunction(inputs, jvp([loss], inputs, dots))(values);
      expectNear(forward, numerical, 1e-8);
      expectNear([[inner(graphFunction(inputs, gradient)(values), tangents)]], forward, 1e-13);
      // Hessian-vector products by forward over reverse and by reverse over reverse.
      const slope = gradient.map((bar, i) => sum(mul(bar, dots[i]))).reduce((total, term) => add(total, term));
      const reverse = graphFunction(inputs, gradients(slope, inputs))(values);
      expectNear(graphFunction(inputs, jvp(gradient, inputs, dots))(values), reverse, 1e-12);
    }),
    // A fixed seed: the same programs on every machine and every day.
    { numRuns: 300, seed: 20240229 },
  );
  expect(used.size, "every instruction took part").toBe(instructions.length);
});
