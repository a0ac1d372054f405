/** A program is known again where it is the same in everything that planning looks at, and only there. */
import { expect, test } from "vitest";
import { KnownPrograms } from "../../src/compile/known-programs.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { type Program, program } from "../../src/graph/program.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { add, mul } from "../../src/ops/ring.ts";
import { constant, input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";

interface Differences {
  readonly name?: string;
  readonly label?: string;
  readonly rows?: number;
  readonly dtype?: "f32" | "f64";
  readonly transposeB?: boolean;
  readonly values?: ArrayLike<number>;
  readonly swapped?: boolean;
  readonly act?: (x: Expr) => Expr;
  readonly output?: string;
}

/** Σ tanh(x Wᵀ) c + tanh(x Wᵀ), built anew. */
function built(how: Differences = {}): Program {
  const { dtype = "f64", rows = 3, transposeB = true, act = tanh } = how;
  const x = input(how.label ?? "x", [rows, 4], dtype);
  const W = input("W", [4, 4], dtype);
  const h = act(matmul(x, W, { transposeB }));
  const c = constant(Float64Array.from(how.values ?? [1, 2, 3, -0]), [4], dtype);
  const scaled = mul(h, c);
  const all = how.swapped ? add(h, scaled) : add(scaled, h);
  return program(how.name ?? "p", [x, W], { [how.output ?? "y"]: sum(all, [0]) });
}

test("the same graph, built anew, is known", () => {
  const known = new KnownPrograms<string>();
  expect(known.find(built(), {})).toBeUndefined();
  known.keep(built(), { sequences: { x: 3 } }, "made");
  expect(known.find(built(), { sequences: { x: 3 } })).toBe("made");
});

test.each<[string, Differences]>([
  ["its name", { name: "q" }],
  ["an input's name", { label: "z" }],
  ["a shape", { rows: 2 }],
  ["a type", { dtype: "f32" }],
  ["an attribute", { transposeB: false }],
  ["a number", { values: [1, 2, 4, -0] }],
  ["a zero's sign", { values: [1, 2, 3, 0] }],
  ["the order of operands", { swapped: true }],
  ["an op", { act: (x) => mul(x, x) }],
  ["an output's name", { output: "u" }],
])("not where %s differs", (_, how) => {
  const known = new KnownPrograms<string>();
  known.keep(built(), {}, "made");
  expect(known.find(built(how), {})).toBeUndefined();
  expect(known.find(built(), { donate: [] })).toBeUndefined();
  expect(known.find(built(), {})).toBe("made");
});

test("a few are kept: those that were asked for last", () => {
  const known = new KnownPrograms<number>();
  const named = (i: number): Program => built({ name: `p${i}` });
  for (let i = 0; i < 8; i++) known.keep(named(i), {}, i);
  expect(known.find(named(0), {})).toBe(0);
  known.keep(named(8), {}, 8);
  expect([0, 1, 2, 8].map((i) => known.find(named(i), {}))).toEqual([0, undefined, 2, 8]);
});

test("two executables of one plan have memories of their own", async () => {
  const engine = await wasmEngine();
  const [one, two] = [engine.compile(built()), engine.compile(built())];
  const W = Float64Array.from({ length: 16 }, (_, i) => Math.sin(i));
  const run = (executable: typeof one, x: number): ArrayLike<number> => {
    executable.write("W", W);
    executable.write("x", new Float64Array(12).fill(x));
    executable.run();
    return executable.read("y");
  };
  const first = Array.from(run(one, 0.5));
  expect(Array.from(run(two, -0.25))).not.toEqual(first);
  expect(Array.from(one.read("y"))).toEqual(first);
  expect(Array.from(run(two, 0.5))).toEqual(first);
  expect(two.describe()).toBe(one.describe());
});
