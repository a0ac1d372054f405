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

    test("that are inputs, constants or fills", () => {
      const outputs = { x, c: constant([7, 8, 9], [3], float), f: fill(2.5, [2], float), shaped: reshape(x, [6]) };
      expectAgreement(subject, [x], outputs, [values]);
    });

    test("that are one node under two names", () => {
      const y = tanh(x);
      expectAgreement(subject, [x], { y, again: y, shaped: reshape(y, [3, 2]), used: neg(y) }, [values]);
    });

    test("that are i32", () => {
      const labels = input("labels", [3], "i32");
      const executable = subject
        .engine()
        .compile(program("labels", [labels], { same: labels, column: reshape(labels, [3, 1]) }));
      executable.write("labels", [2147483647, -2147483648, 16777217]);
      executable.run();
      expect([...executable.read("same")]).toEqual([2147483647, -2147483648, 16777217]);
      expect([...executable.read("column")]).toEqual([2147483647, -2147483648, 16777217]);
    });

    test("that need none of the inputs, or no input at all", () => {
      expectAgreement(subject, [x], { c: add(fill(1, [2], float), constant([1, 2], [2], float)) }, [values]);
      expectAgreement(subject, [], { c: fill(3, [], float) }, []);
    });

    test("of a graph 3000 nodes deep", () => {
      let y = x;
      for (let i = 0; i < 1000; i++) y = mul(tanh(add(y, x)), 0.5);
      expectAgreement(subject, [x], { y }, [values]);
    });
  });

  describe.each(FLOATS)("memory in %s", (float) => {
    const compile = () => {
      const [a, b] = [input("a", [2], float), input("b", [2], float)];
      return subject.engine().compile(program("sum", [a, b], { y: add(a, b) }));
    };

    test("inputs keep their values from run to run", () => {
      const executable = compile();
      executable.write("a", [1, 2]);
      executable.write("b", [30, 40]);
      executable.run();
      expect([...executable.read("y")]).toEqual([31, 42]);
      executable.write("b", [10, 20]);
      executable.run();
      executable.run(3);
      expect([...executable.read("y")]).toEqual([11, 22]);
      expect([...executable.read("a")]).toEqual([1, 2]);
    });

    test("what is written and what is read are copies", () => {
      const executable = compile();
      const given = new Float64Array([1, 2]);
      executable.write("a", given);
      executable.write("b", [0, 0]);
      given.fill(99);
      executable.run();
      const first = executable.read("y");
      first.fill(77);
      expect([...executable.read("y")]).toEqual([1, 2]);
      executable.read("a").fill(55);
      executable.run();
      expect([...executable.read("y")]).toEqual([1, 2]);
    });

    test("executables share nothing", () => {
      const [one, other] = [compile(), compile()];
      one.write("a", [1, 2]);
      other.write("a", [3, 4]);
      for (const each of [one, other]) each.write("b", [0, 0]);
      one.run();
      other.run();
      expect([...one.read("y"), ...other.read("y")]).toEqual([1, 2, 3, 4]);
    });
  });

  describe("errors", () => {
    const [x, h] = [input("x", [2, 3], "f32"), input("h", [3], "f32")];
    const closed = program("small", [x, h], { y: add(x, h) });

    test("unknown names and wrong lengths throw RangeError, which names them", () => {
      const executable = subject.engine().compile(closed, { sequences: { h: 4 } });
      expect(() => executable.write("z", [1])).toThrow(RangeError);
      expect(() => executable.write("z", [1])).toThrow(/'z'/);
      expect(() => executable.write("y", new Float64Array(6))).toThrow(RangeError);
      expect(() => executable.write("x", new Float64Array(5))).toThrow(RangeError);
      expect(() => executable.write("x", new Float64Array(7))).toThrow(/'x'.*6.*7/);
      expect(() => executable.write("h", new Float64Array(13))).toThrow(RangeError);
      expect(() => executable.read("z")).toThrow(RangeError);
      expect(() => executable.read("z")).toThrow(/'z'/);
    });

    test("options that name what the program has not throw", () => {
      const compile = (options: object) => () => subject.engine().compile(closed, options);
      expect(compile({ donate: ["x"] })).toThrow(/'x'/);
      expect(compile({ donate: ["z"] })).toThrow(/'z'/);
      expect(compile({ sequences: { y: 3 } })).toThrow(/'y'/);
      expect(compile({ records: { x: 3 } })).toThrow(/'x'/);
    });

    test("a row index outside throws RangeError when it runs", () => {
      const index = input("index", [2], "i32");
      const rows = program("rows", [x, index], { y: gatherRows(x, index), z: scatterRows(x, index, 2) });
      for (const outside of [-1, 2, 2147483647, -2147483648]) {
        const executable = subject.engine().compile(rows);
        executable.write("index", [0, outside]);
        expect(() => executable.run(), String(outside)).toThrow(RangeError);
      }
    });

    test("a description names the program", () => {
      expect(subject.engine().compile(closed).describe()).toContain("small");
    });
  });
}
