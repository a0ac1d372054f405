/** The engine's interface: odd programs, memory that is nobody else's, and errors. */
import { describe, expect, test } from "vitest";
import { program } from "../../src/graph/program.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { add, mul, neg } from "../../src/ops/ring.ts";
import { gatherRows, scatterRows } from "../../src/ops/rows.ts";
import { reshape } from "../../src/ops/shape.ts";
import { constant, fill, input } from "../../src/ops/source.ts";
import { expectAgreement, FLOATS, type Subject } from "./subject.ts";

export function interfaceConformance(subject: Subject): void {
  describe.each(FLOATS)("outputs in %s", (float) => {
    const x = input("x", [2, 3], float);
    const values = [1, -2, 3, -4, 5, -6];

    test("that are inputs, constants or fills", async () => {
      const outputs = { x, c: constant([7, 8, 9], [3], float), f: fill(2.5, [2], float), shaped: reshape(x, [6]) };
      await expectAgreement(subject, [x], outputs, [values]);
    });

    test("that are one node under two names", async () => {
      const y = tanh(x);
      await expectAgreement(subject, [x], { y, again: y, shaped: reshape(y, [3, 2]), used: neg(y) }, [values]);
    });

    test("that are i32", async () => {
      const labels = input("labels", [3], "i32");
      const executable = await subject
        .engine()
        .compile(program("labels", [labels], { same: labels, column: reshape(labels, [3, 1]) }));
      await executable.write("labels", [2147483647, -2147483648, 16777217]);
      await executable.run();
      expect([...(await executable.read("same"))]).toEqual([2147483647, -2147483648, 16777217]);
      expect([...(await executable.read("column"))]).toEqual([2147483647, -2147483648, 16777217]);
    });

    test("that need none of the inputs, or no input at all", async () => {
      await expectAgreement(subject, [x], { c: add(fill(1, [2], float), constant([1, 2], [2], float)) }, [values]);
      await expectAgreement(subject, [], { c: fill(3, [], float) }, []);
    });

    test("of a graph 3000 nodes deep", async () => {
      let y = x;
      for (let i = 0; i < 1000; i++) y = mul(tanh(add(y, x)), 0.5);
      await expectAgreement(subject, [x], { y }, [values]);
    });
  });

  describe.each(FLOATS)("memory in %s", (float) => {
    const compile = async () => {
      const [a, b] = [input("a", [2], float), input("b", [2], float)];
      return await subject.engine().compile(program("sum", [a, b], { y: add(a, b) }));
    };

    test("inputs keep their values from run to run", async () => {
      const executable = await compile();
      await executable.write("a", [1, 2]);
      await executable.write("b", [30, 40]);
      await executable.run();
      expect([...(await executable.read("y"))]).toEqual([31, 42]);
      await executable.write("b", [10, 20]);
      await executable.run();
      await executable.run(3);
      expect([...(await executable.read("y"))]).toEqual([11, 22]);
      expect([...(await executable.read("a"))]).toEqual([1, 2]);
    });

    test("what is written and what is read are copies", async () => {
      const executable = await compile();
      const given = new Float64Array([1, 2]);
      await executable.write("a", given);
      await executable.write("b", [0, 0]);
      given.fill(99);
      await executable.run();
      const first = await executable.read("y");
      first.fill(77);
      expect([...(await executable.read("y"))]).toEqual([1, 2]);
      (await executable.read("a")).fill(55);
      await executable.run();
      expect([...(await executable.read("y"))]).toEqual([1, 2]);
    });

    test("executables share nothing", async () => {
      const [one, other] = [await compile(), await compile()];
      await one.write("a", [1, 2]);
      await other.write("a", [3, 4]);
      for (const each of [one, other]) await each.write("b", [0, 0]);
      await one.run();
      await other.run();
      expect([...(await one.read("y")), ...(await other.read("y"))]).toEqual([1, 2, 3, 4]);
    });
  });

  describe("errors", () => {
    const [x, h] = [input("x", [2, 3], "f32"), input("h", [3], "f32")];
    const closed = program("small", [x, h], { y: add(x, h) });

    test("unknown names and wrong lengths throw RangeError, which names them", async () => {
      const executable = await subject.engine().compile(closed, { sequences: { h: 4 } });
      await expect(async () => await executable.write("z", [1])).rejects.toThrow(RangeError);
      await expect(async () => await executable.write("z", [1])).rejects.toThrow(/'z'/);
      await expect(async () => await executable.write("y", new Float64Array(6))).rejects.toThrow(RangeError);
      await expect(async () => await executable.write("x", new Float64Array(5))).rejects.toThrow(RangeError);
      await expect(async () => await executable.write("x", new Float64Array(7))).rejects.toThrow(/'x'.*6.*7/);
      await expect(async () => await executable.write("h", new Float64Array(13))).rejects.toThrow(RangeError);
      await expect(async () => await executable.read("z")).rejects.toThrow(RangeError);
      await expect(async () => await executable.read("z")).rejects.toThrow(/'z'/);
    });

    test("options that name what the program has not throw", async () => {
      const compile = (options: object) => async () => await subject.engine().compile(closed, options);
      await expect(compile({ donate: ["x"] })).rejects.toThrow(/'x'/);
      await expect(compile({ donate: ["z"] })).rejects.toThrow(/'z'/);
      await expect(compile({ sequences: { y: 3 } })).rejects.toThrow(/'y'/);
      await expect(compile({ records: { x: 3 } })).rejects.toThrow(/'x'/);
    });

    test("a row index outside throws RangeError when it runs", async () => {
      const index = input("index", [2], "i32");
      const rows = program("rows", [x, index], { y: gatherRows(x, index), z: scatterRows(x, index, 2) });
      for (const outside of [-1, 2, 2147483647, -2147483648]) {
        const executable = await subject.engine().compile(rows);
        await executable.write("index", [0, outside]);
        await expect(async () => await executable.run(), String(outside)).rejects.toThrow(RangeError);
      }
    });

    test("a description names the program", async () => {
      expect((await subject.engine().compile(closed)).describe()).toContain("small");
    });
  });
}
