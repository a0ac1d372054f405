/**
 * Empty tensors and sizes around those at which engines change their loops: a SIMD register, a tile of 512 elements and
 * two of them. Positive inputs, because the error of a sum is relative to the sum of sizes: without cancellation that
 * is the result itself, and the usual tolerance holds for any length.
 */
import { describe, test } from "vitest";
import { vjp } from "../../src/autodiff/reverse.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { type Shape, sizeOf } from "../../src/graph/type.ts";
import { cast } from "../../src/ops/convert.ts";
import { exp, tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { randomNormal, randomUniform } from "../../src/ops/random.ts";
import { logsumexp, max } from "../../src/ops/reduce.ts";
import { add, div, mul, neg } from "../../src/ops/ring.ts";
import { gatherRows, oneHot, scatterRows } from "../../src/ops/rows.ts";
import { relu } from "../../src/ops/select.ts";
import { concat, pad, slice, transpose } from "../../src/ops/shape.ts";
import { logSoftmax, softmax } from "../../src/ops/softmax.ts";
import { input } from "../../src/ops/source.ts";
import { broadcast, sum } from "../../src/ops/sum-broadcast.ts";
import { generator } from "../support/numbers.ts";
import { held } from "../support/op-entry.ts";
import { expectAgreement, FLOATS, type Subject } from "./subject.ts";

const SIZES = [0, 1, 3, 511, 513, 1025];

export function sizesConformance(subject: Subject): void {
  describe.each(FLOATS)("sizes in %s", (float) => {
    /** Builds outputs from positive inputs of the given shapes, and compares. */
    const check = async (
      shapes: readonly Shape[],
      build: (...inputs: Expr[]) => Readonly<Record<string, Expr>>,
    ): Promise<void> => {
      const next = generator(5);
      const inputs = shapes.map((shape, i) => input(`x${i}`, shape, float));
      const values = shapes.map((shape) =>
        held(
          Float64Array.from({ length: sizeOf(shape) }, () => 0.5 + next()),
          float,
        ),
      );
      await expectAgreement(subject, inputs, build(...inputs), values);
    };

    describe.each(SIZES)("%i", (n) => {
      test("elementwise chains", async () => {
        await check([[n], [n], []], (x, y, s) => ({
          chain: tanh(add(mul(x, s), exp(neg(y)))),
          long: div(add(mul(x, x), mul(y, y)), add(add(x, y), exp(mul(s, x)))),
        }));
      });

      test("broadcasts", async () => {
        await check([[n, 5], [5], [n, 1], [3, n], [n], [3, 1]], (a, row, column, b, wideRow, shortColumn) => ({
          row: add(a, row),
          column: mul(a, column),
          both: mul(add(b, wideRow), shortColumn),
          middle: broadcast(b, [3, 2, n], [0, 2]),
        }));
      });

      test("reductions", async () => {
        await check(
          [
            [n, 5],
            [3, n],
            [2, n, 3],
          ],
          (a, b, c) => ({
            ...{ a0: sum(a, [0]), a1: sum(a, [1]), a: sum(a), b0: sum(b, [0]), b1: sum(b, [1]), c1: sum(c, [1]) },
            ...{ outer: sum(c, [0, 2]), rows: max(a, [1]), columns: logsumexp(b, [0]) },
            // Over an empty axis there is no largest element.
            ...(n === 0
              ? {}
              : { max: max(a, [0]), max1: max(b, [1]), lse: logsumexp(a, [0]), lse1: logsumexp(c, [1]) }),
          }),
        );
      });

      test("softmax", async () => {
        await check(
          [
            [n, 5],
            [3, n],
          ],
          (a, b) => ({
            rows: softmax(a),
            logRows: logSoftmax(a),
            ...(n === 0 ? {} : { columns: softmax(a, 0), long: softmax(b), logLong: logSoftmax(b) }),
          }),
        );
      });

      test("products", async () => {
        await check(
          [
            [n, 7],
            [7, 5],
            [3, n],
            [n, 5],
            [7, n],
            [5, n],
          ],
          (tall, small, wide, b, c, d) => ({
            rows: matmul(tall, small),
            inner: matmul(wide, b),
            columns: matmul(small, c, { transposeA: true }),
            innerBoth: matmul(tall, d, { transposeA: true, transposeB: true }),
            outer: matmul(b, d, { transposeA: true, transposeB: true }),
            columnsOfB: matmul(c, tall),
            rowsOfA: matmul(c, small, { transposeA: true }),
            rowsOfB: matmul(small, b, { transposeB: true }),
          }),
        );
      });

      test("a dense layer with its gradients", async () => {
        await check([[n, 7], [5, 7], [5], [n, 5]], (x, w, b, bar) => {
          const h = relu(add(matmul(x, w, { transposeB: true }), b));
          const [xBar, wBar, bBar] = vjp([h], [x, w, b], [bar]);
          return { h, xBar, wBar, bBar };
        });
      });

      test("moved elements", async () => {
        await check(
          [
            [n, 5],
            [3, 5],
            [2, n, 3],
          ],
          (a, b, c) => ({
            transposed: transpose(a),
            turned: transpose(c, [2, 0, 1]),
            joined: concat([a, b, a], 0),
            beside: concat([a, a], 1),
            cut: slice(a, [0, 1], [n, 3]),
            padded: pad(a, [2, 1], [n + 3, 7]),
          }),
        );
      });

      test("rows by index", async () => {
        const labels = Array.from({ length: n }, (_, i) => (7 * i) % 4);
        const [index, x] = [input("index", [n], "i32"), input("x", [4, 5], float)];
        const [y, back] = [input("y", [n, 5], float), input("back", [n], "i32")];
        const next = generator(6);
        const random = (length: number) =>
          held(
            Float64Array.from({ length }, () => 0.5 + next()),
            float,
          );
        const outputs = {
          gathered: gatherRows(x, index),
          scattered: scatterRows(y, index, 4),
          reversed: gatherRows(y, back),
          codes: oneHot(index, 4, float),
          numbers: cast(index, float),
        };
        const reversed = labels.map((_, i) => n - 1 - i);
        await expectAgreement(subject, [index, x, y, back], outputs, [labels, random(20), random(5 * n), reversed]);
      });

      test("random numbers: uniform ones exactly", async () => {
        const key = input("key", [2], "i32");
        for (const words of [
          [0, 0],
          [1, -2],
          [-2147483648, 2147483647],
        ]) {
          const uniform = { u: randomUniform(key, 0, [n], float), v: randomUniform(key, 123456789, [3, n], float) };
          await expectAgreement(subject, [key], uniform, [words], { f32: 0, f64: 0 });
          await expectAgreement(subject, [key], { z: randomNormal(key, 1, [n, 3], float) }, [words]);
        }
      });
    });
  });
}
