/** What was not given never counts as zero, on any engine: an error names it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/engines/engine.ts";
import { DataError } from "../../src/given/numbers.ts";
import { program } from "../../src/graph/program.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { add, mul } from "../../src/ops/ring.ts";
import { gatherRows } from "../../src/ops/rows.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { FLOATS, type Subject } from "./subject.ts";

export function givenConformance(subject: Subject): void {
  describe.each(FLOATS)("what is given in %s", (float) => {
    const nodes = {
      x: input("x", [2, 3], float),
      w: input("w", [3], float),
      rows: input("rows", [2], "i32"),
      rate: input("rate", [], float),
      unused: input("unused", [2], float),
    };
    const { x, w, rows, rate } = nodes;
    const closed = program("model", Object.values(nodes), { y: mul(rate, add(gatherRows(x, rows), w)), s: sum(w) });
    const values: Record<string, ArrayLike<number>> = {
      x: [1, 2, 3, 4, 5, 6],
      w: [1, 1, 1],
      rows: [1, 0],
      rate: [2],
      unused: [0, 0],
    };
    const run = async (given: Record<string, ArrayLike<number>>): Promise<number[]> => [
      ...(await evaluate(subject.engine(), closed, given)).y,
    ];

    test("everything", async () => {
      expect(await run(values)).toEqual([10, 12, 14, 4, 6, 8]);
    });

    test("any subset of the inputs: one that is missing is named", async () => {
      const names = Object.keys(nodes);
      await fc.assert(
        fc.asyncProperty(fc.subarray(names, { maxLength: names.length - 1 }), async (kept) => {
          const given = Object.fromEntries(kept.map((name) => [name, values[name]]));
          const missing = names.filter((name) => !kept.includes(name)).join("|");
          await expect(() => run(given)).rejects.toThrow(RangeError);
          await expect(() => run(given)).rejects.toThrow(
            new RegExp(`^model: the input '(${missing})' .* has no values`),
          );
        }),
        { numRuns: 40 },
      );
    });

    test.each<[string, Record<string, unknown>, string]>([
      ["null", { w: [3, null, 1] }, "number 1 is null"],
      ["a hole", { w: [3, undefined, 1] }, "number 1 is undefined"],
      ["text", { w: ["3", 1, 1] }, "number 0 is the text '3'"],
      ["no list", { rate: 2 }, "expected a list of numbers, got 2"],
      ["undefined", { w: undefined }, "expected a list of numbers, got undefined"],
      [
        "nested rows",
        {
          x: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
        "rows go one after the other",
      ],
      ["too many", { w: [1, 2, 3, 4] }, "holds 3 numbers, got 4"],
      ["half a label", { rows: [0.5, 1] }, "number 0 must be whole and fit into 32 bits, got 0.5"],
      ["NaN for a label", { rows: [0, Number.NaN] }, "number 1 must be whole and fit into 32 bits, got NaN"],
      ["a label beyond 32 bits", { rows: Float64Array.of(0, 2 ** 32) }, "number 1 must be whole and fit into 32 bits"],
    ])("%s is no number for an input", async (_, changes, message) => {
      const given = { ...values, ...changes } as typeof values;
      await expect(() => run(given)).rejects.toThrow(DataError);
      await expect(() => run(given)).rejects.toThrow(`model: input '${Object.keys(changes)[0]}' `);
      await expect(() => run(given)).rejects.toThrow(message);
    });

    test("NaN and infinities are numbers", async () => {
      const [a, b] = await run({ ...values, w: [Number.NaN, Number.NEGATIVE_INFINITY, 1] });
      expect([a, b]).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
    });

    test("a sequence runs as far as it was written, in whole rows", async () => {
      const executable = await subject.engine().compile(closed, { sequences: { w: 4 } });
      for (const name of ["x", "rows", "rate", "unused"]) await executable.write(name, values[name]);
      await expect(async () => await executable.run()).rejects.toThrow("model: the input 'w'");
      await expect(async () => await executable.write("w", [1, 2])).rejects.toThrow(
        "takes up to 4 steps of 3 numbers, got 2",
      );
      await executable.write("w", [1, 1, 1, 2, 2, 2]);
      await executable.run(2);
      expect([...(await executable.read("y"))]).toEqual([12, 14, 16, 6, 8, 10]);
      await expect(async () => await executable.run(1, 2)).rejects.toThrow(
        "model: 'w' was written for 2 steps, not for 3",
      );
    });

    test("nothing is read that nobody wrote or computed", async () => {
      const executable = await subject.engine().compile(program("sum", [w], { w, s: sum(w) }), { donate: ["w"] });
      await expect(async () => await executable.read("w")).rejects.toThrow("sum: the input 'w'");
      await expect(async () => await executable.read("s")).rejects.toThrow("sum: 's' is known after a run");
      await executable.write("w", new Float64Array(sizeOf(w.type.shape)).fill(2));
      expect([...(await executable.read("w"))]).toEqual([2, 2, 2]);
      await executable.run();
      expect([...(await executable.read("s"))]).toEqual([6]);
    });
  });
}
