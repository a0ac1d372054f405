/** What advances from step to step: donated state, sequences and records. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { program } from "../../src/graph/program.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { mean } from "../../src/ops/reduce.ts";
import { add, mul, square, sub } from "../../src/ops/ring.ts";
import { gatherRows, scatterRows } from "../../src/ops/rows.ts";
import { concat, reshape } from "../../src/ops/shape.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { direction } from "../support/numbers.ts";
import { held } from "../support/op-entry.ts";
import { expectClose, FLOATS, type Subject } from "./subject.ts";

export function stateConformance(subject: Subject): void {
  describe.each(FLOATS)("donated state in %s", (float) => {
    test("counts: x ← x + 1, in one run or in many", async () => {
      const x = input("x", [3], float);
      const counter = await subject.engine().compile(program("counter", [x], { x: add(x, 1) }), { donate: ["x"] });
      await counter.write("x", [0, 10, -1000]);
      await counter.run(1000);
      expect([...(await counter.read("x"))]).toEqual([1000, 1010, 0]);
      for (let i = 0; i < 10; i++) await counter.run();
      expect([...(await counter.read("x"))]).toEqual([1010, 1020, 10]);
      await counter.run(0);
      expect([...(await counter.read("x"))]).toEqual([1010, 1020, 10]);
      await counter.write("x", [5, 6, 7]);
      expect([...(await counter.read("x"))]).toEqual([5, 6, 7]);
      await counter.run();
      expect([...(await counter.read("x"))]).toEqual([6, 7, 8]);
    });

    test("Fibonacci: a, b ← b, a + b", async () => {
      const [a, b] = [input("a", [], float), input("b", [], float)];
      const closed = program("fibonacci", [a, b], { a: b, b: add(a, b) });
      const fibonacci = await subject.engine().compile(closed, { donate: ["a", "b"] });
      await fibonacci.write("a", [0]);
      await fibonacci.write("b", [1]);
      await fibonacci.run(30);
      expect([(await fibonacci.read("a"))[0], (await fibonacci.read("b"))[0]]).toEqual([832040, 1346269]);
    });

    test("swap: a, b ← b, a", async () => {
      const [a, b] = [input("a", [3], float), input("b", [3], float)];
      const swap = await subject.engine().compile(program("swap", [a, b], { a: b, b: a }), { donate: ["a", "b"] });
      await swap.write("a", [1, 2, 3]);
      await swap.write("b", [4, 5, 6]);
      await swap.run();
      expect([[...(await swap.read("a"))], [...(await swap.read("b"))]]).toEqual([
        [4, 5, 6],
        [1, 2, 3],
      ]);
      await swap.run(2);
      expect([...(await swap.read("a"))]).toEqual([4, 5, 6]);
    });

    test("rotation: a, b, c ← b, c, a", async () => {
      const [a, b, c] = ["a", "b", "c"].map((name) => input(name, [], float));
      const closed = program("rotation", [a, b, c], { a: b, b: c, c: a });
      const rotation = await subject.engine().compile(closed, { donate: ["a", "b", "c"] });
      for (const [i, name] of ["a", "b", "c"].entries()) await rotation.write(name, [i]);
      await rotation.run(4);
      for (const [i, name] of ["a", "b", "c"].entries()) expect((await rotation.read(name))[0]).toBe([1, 2, 0][i]);
    });

    test("other outputs see the state before the step", async () => {
      const x = input("x", [3], float);
      const closed = program("before and after", [x], { x: add(x, 1), doubled: mul(x, 2), next: mul(add(x, 1), 10) });
      const executable = await subject.engine().compile(closed, { donate: ["x"] });
      await executable.write("x", [0, 1, 2]);
      await executable.run(3);
      expect([...(await executable.read("x"))]).toEqual([3, 4, 5]);
      expect([...(await executable.read("doubled"))]).toEqual([4, 6, 8]);
      expect([...(await executable.read("next"))]).toEqual([30, 40, 50]);
    });

    test("one type is not donated to another", async () => {
      const x = input("x", [2], float);
      const longer = program("longer", [x], { x: concat([x, x], 0) });
      await expect(async () => await subject.engine().compile(longer, { donate: ["x"] })).rejects.toThrow(
        `'x' cannot be donated: the input is ${float}[2], the output ${float}[4]`,
      );
    });

    test("an output that is an input keeps what it was when the program ran", async () => {
      const x = input("x", [2], float);
      const executable = await subject.engine().compile(program("same", [x], { same: x }));
      await expect(async () => await executable.read("same")).rejects.toThrow(
        "same: 'same' is known after a run, and there was none",
      );
      await executable.write("x", [1, 2]);
      await executable.run();
      await executable.write("x", [5, 6]);
      expect([...(await executable.read("same"))]).toEqual([1, 2]);
    });

    test("rows are those of the shape that is read, not of the memory behind it", async () => {
      const [x, v, i] = [input("x", [1, 6], float), input("v", [2], float), input("i", [2], "i32")];
      const column = reshape(x, [6, 1]);
      const closed = program("reshaped", [x, v, i], {
        picked: gatherRows(column, i),
        x: reshape(scatterRows(v, i, 6), [1, 6]),
      });
      const executable = await subject.engine().compile(closed, { donate: ["x"] });
      await executable.write("x", [0, 10, 20, 30, 40, 50]);
      await executable.write("v", [7, 8]);
      await executable.write("i", [5, 2]);
      await executable.run();
      expect([...(await executable.read("picked"))]).toEqual([50, 20]);
      expect([...(await executable.read("x"))]).toEqual([0, 0, 8, 0, 0, 7]);
      const row = program("row", [x, i], { picked: gatherRows(reshape(x, [2, 3]), i) });
      const narrow = await subject.engine().compile(row);
      await narrow.write("i", [1, 5]);
      await expect(async () => await narrow.run()).rejects.toThrow(RangeError);
    });

    test("names of an object's own methods are names like others", async () => {
      const x = input("toString", [2], float);
      const executable = await subject.engine().compile(program("names", [x], { constructor: add(x, 1) }));
      await executable.write("toString", [1, 2]);
      await executable.run();
      expect([...(await executable.read("constructor"))]).toEqual([2, 3]);
      await expect(async () => await executable.read("valueOf")).rejects.toThrow(RangeError);
      await expect(async () => await executable.write("hasOwnProperty", [1])).rejects.toThrow(RangeError);
    });

    test("an output that is a donated input is the state before the last step", async () => {
      const x = input("x", [], float);
      const executable = await subject
        .engine()
        .compile(program("old", [x], { x: add(x, 1), old: x }), { donate: ["x"] });
      await executable.write("x", [0]);
      await executable.run(3);
      expect([(await executable.read("x"))[0], (await executable.read("old"))[0]]).toEqual([3, 2]);
    });

    test("an input that is an output by the same name stays as written, unless it is donated", async () => {
      const x = input("x", [], float);
      const executable = await subject.engine().compile(program("not donated", [x], { x: add(x, 1) }));
      await executable.write("x", [1]);
      await executable.run(5);
      expect([...(await executable.read("x"))]).toEqual([2]);
    });
  });

  describe.each(FLOATS)("sequences and records in %s", (float) => {
    const runningTotal = async () => {
      const [total, x, unused] = [input("total", [2], float), input("x", [2], float), input("scale", [], float)];
      const next = add(total, mul(x, unused));
      const closed = program("running total", [total, x, unused], { total: next, size: sum(next), twice: mul(x, 2) });
      const executable = await subject.engine().compile(closed, {
        donate: ["total"],
        sequences: { x: 5, scale: 5 },
        records: { total: 5, size: 5 },
      });
      await executable.write("total", [0, 0]);
      await executable.write("x", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      await executable.write("scale", [1, 1, 2, 2, 1]);
      return executable;
    };

    test("one name may be a sequence and a record", async () => {
      const x = input("x", [], float);
      const options = { sequences: { x: 3 }, records: { x: 3 } };
      const executable = await subject.engine().compile(program("both", [x], { x: add(x, 1) }), options);
      await executable.write("x", [1, 2, 3]);
      await executable.run(3);
      await executable.run(3);
      expect([...(await executable.read("x"))]).toEqual([2, 3, 4]);
    });

    test("a run past the end of the tables, or before their start, is refused", async () => {
      const executable = await runningTotal();
      for (const steps of [-1, 1.5, Number.NaN])
        await expect(async () => await executable.run(steps)).rejects.toThrow(/whole and ≥ 0/);
      await expect(async () => await executable.run(1, -1)).rejects.toThrow(/whole and ≥ 0/);
      await expect(async () => await executable.run(6)).rejects.toThrow(/was compiled for 5 steps a run, asked for 6/);
      await expect(async () => await executable.run(2, 4)).rejects.toThrow(RangeError);
      expect([...(await executable.read("total"))]).toEqual(new Array(10).fill(0));
    });

    test("step s takes and keeps row s", async () => {
      const executable = await runningTotal();
      await executable.run(5);
      expect([...(await executable.read("total"))]).toEqual([1, 2, 4, 6, 14, 18, 28, 34, 37, 44]);
      expect([...(await executable.read("size"))]).toEqual([3, 10, 32, 62, 81]);
      expect([...(await executable.read("twice"))]).toEqual([18, 20]);
    });

    test("each run starts at row 0, or where it is told", async () => {
      const executable = await runningTotal();
      await executable.run(2);
      await executable.run(1, 2);
      await executable.run(2, 3);
      expect([...(await executable.read("size"))]).toEqual([3, 10, 32, 62, 81]);
      await executable.run(1);
      expect((await executable.read("size"))[0]).toBe(84);
      expect([...(await executable.read("size"))].slice(1)).toEqual([10, 32, 62, 81]);
    });

    test("a shorter table replaces the start", async () => {
      const executable = await runningTotal();
      await executable.write("x", [100, 200]);
      await executable.run(2);
      expect([...(await executable.read("total"))].slice(0, 4)).toEqual([100, 200, 103, 204]);
    });

    test("trains: batches by a sequence of row indices, the rate by another, losses recorded", async () => {
      const [steps, rows, width, batch] = [40, 11, 3, 4];
      const [data, target] = [input("data", [rows, width], float), input("target", [rows, 2], float)];
      const [index, rate] = [input("index", [batch], "i32"), input("rate", [], float)];
      const [w, b] = [input("w", [2, width], float), input("b", [2], float)];
      const [x, y] = [gatherRows(data, index), gatherRows(target, index)];
      const loss = mean(square(sub(add(matmul(x, w, { transposeB: true }), b), y)));
      const [wBar, bBar] = gradients(loss, [w, b]);
      const closed = program("training", [data, target, index, rate, w, b], {
        loss,
        w: sub(w, mul(rate, wBar)),
        b: sub(b, mul(rate, bBar)),
      });
      const trained = async (engine: Engine) => {
        const executable = await engine.compile(closed, {
          donate: ["w", "b"],
          sequences: { index: steps, rate: steps },
          records: { loss: steps },
        });
        await executable.write("data", held(direction(rows * width, 1), float));
        await executable.write("target", held(direction(rows * 2, 2), float));
        await executable.write(
          "index",
          Array.from({ length: steps * batch }, (_, i) => (i * 7) % rows),
        );
        await executable.write(
          "rate",
          held(
            Float64Array.from({ length: steps }, (_, i) => 0.2 / (1 + i / 20)),
            float,
          ),
        );
        await executable.write("w", held(direction(2 * width, 3), float));
        await executable.write("b", [0, 0]);
        await executable.run(steps);
        return { loss: await executable.read("loss"), w: await executable.read("w"), b: await executable.read("b") };
      };
      const [actual, expected] = [await trained(subject.engine()), await trained(referenceEngine)];
      expect(expected.loss[steps - 1]).toBeLessThan(expected.loss[0]);
      for (const name of ["loss", "w", "b"] as const) {
        expectClose(actual[name], expected[name], float, subject.tolerance, name);
      }
    });
  });
}
