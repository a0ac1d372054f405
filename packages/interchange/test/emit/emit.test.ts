/** Emitted programs compute what the engine computes, in each language; and the small example is what a reader sees. */

import { add, constant, type Expr, initialParameters, mul, type NetworkSpec, randomNormal } from "@chaingrad/core";
import { exampleNetwork } from "@chaingrad/core/net";
import { UserError } from "@chaingrad/core/user-error";
import type { Encoder } from "@chaingrad/tables";
import { beforeAll, describe, expect, test } from "vitest";
import { emission } from "../../src/emit/emission.ts";
import { emit, LANGUAGES } from "../../src/emit/emit.ts";
import { Names, reserved } from "../../src/emit/names.ts";
import type { Value } from "../../src/emit/value.ts";
import { CASES, expected } from "./cases.ts";
import { type Results, type Run, runC, runPython, runTypescript } from "./programs.ts";

const TOLERANCE = 1e-12;

describe.each<[string, Run]>([
  ["typescript", runTypescript],
  ["python", runPython],
  ["c", runC],
])("%s against the reference engine", (language, run) => {
  let all: Results[][] | undefined;
  beforeAll(async () => {
    all = await run(CASES);
  }, 120_000);

  test.for(CASES.map((one, i) => ({ ...one, i })))("$name", ({ opened, batches, i }, { skip }) => {
    const results = all ?? skip("the language is missing");
    batches.forEach((batch, which) => {
      const found = results[i][which];
      const wanted = expected(opened, batch);
      // C fills outputs that its caller declares: they are in the prediction.
      const names = Object.keys(wanted).filter((name) => language !== "c" || name !== "outputs");
      expect(Object.keys(found).sort()).toEqual(names.sort());
      for (const name of names) expectClose(found[name], wanted[name], `${name} of ${batch.rows} rows`);
    });
  });
});

function expectClose(found: readonly number[], wanted: readonly number[], what: string): void {
  expect(found, what).toHaveLength(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  const distance = Math.max(...wanted.map((value, i) => Math.abs(value - found[i])));
  expect(distance, what).toBeLessThanOrEqual(TOLERANCE * Math.max(largest, 1e-3));
}

test("the cases reach every kernel that there is", () => {
  const reached = new Set<string>();
  for (const { opened } of CASES) {
    const { forward, gradients } = emission(opened, new Names([]));
    const seen = new Set<Value>();
    const visit = (value: Value): void => {
      if (seen.has(value)) return;
      seen.add(value);
      const { kernel } = value;
      reached.add(kernel.kind === "elementwise" ? kernel.name : kernel.kind);
      if (kernel.kind === "reduce") reached.add(kernel.by);
      value.operands.forEach(visit);
    };
    for (const { value } of [...forward, ...gradients]) visit(value);
  }
  expect([...reached].sort()).toEqual(KERNELS.split(" ").sort());
});

const KERNELS =
  "input constant fill broadcast alias copy matmul reduce sum max logsumexp gather-rows scatter-rows one-hot cast " +
  "add sub mul div maximum minimum pow less less-equal equal where neg abs sign floor sqrt reciprocal exp expm1 log " +
  "log1p tanh sigmoid softplus erf sin cos tan atan relu";

describe("what cannot be written is refused", () => {
  const emitWith = (activation: (z: Expr) => Expr): string =>
    emit({ ...exampleNetwork, network: { inputs: 2, layers: [{ units: 1, activation }] } }, "c", "forward");

  test("random numbers", () => {
    const noise = (z: Expr): Expr => add(z, randomNormal(constant([1, 2], [2], "i32"), 0, z.type.shape, "f64"));
    expect(() => emitWith(noise)).toThrow(/random-normal: random numbers cannot be emitted/);
  });

  test("a number that depends on the rows in another way than by a power", () => {
    expect(() => emitWith((z) => mul(Math.sqrt(z.type.shape[0]), z))).toThrow(UserError);
  });

  test("a network whose numbers would fill many megabytes", () => {
    const network: NetworkSpec = { inputs: 500, layers: [{ units: 500, activation: "tanh" }] };
    expect(() => emit({ ...exampleNetwork, network, tensors: {} }, "c", "forward")).toThrow(
      /the network has 250,500 numbers, expected at most 200,000/,
    );
  });
});

test.each([
  ["typescript", ["NaN", "Infinity", "-Infinity", "-0", "5e-324", "1e+21", "0.30000000000000004", "2"]],
  ["python", ["np.nan", "np.inf", "-np.inf", "-0.0", "5e-324", "1e+21", "0.30000000000000004", "2"]],
  ["c", ["NAN", "INFINITY", "-INFINITY", "-0.0", "5e-324", "1e+21", "0.30000000000000004", "2.0"]],
] as const)("literals of %s", (language, literals) => {
  const network: NetworkSpec = { inputs: 8, layers: [{ units: 1, activation: "tanh", bias: false }] };
  const W1 = Float64Array.of(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    5e-324,
    1e21,
    0.1 + 0.2,
    2,
  );
  expect(emit({ ...exampleNetwork, network, tensors: { W1 } }, language, "forward")).toContain(literals.join(", "));
});

test("names are spelt for every language, and never twice", () => {
  const names = new Names(reserved("python"));
  const symbols = ["∂L/∂W1", "δ2", "lambda", "x", "x", "W1", "W1", "W1′", "1a", "é", "a b"];
  expect(symbols.map((symbol) => names.take(symbol))).toEqual([
    "dL_dW1",
    "delta2",
    "lambda2",
    "x",
    "x2",
    "W1",
    "W1_2",
    "W1_next",
    "_1a",
    "e",
    "a_b",
  ]);
});

describe("a wide network", () => {
  const network: NetworkSpec = {
    inputs: 4,
    layers: [
      { units: 1280, activation: "silu" },
      { units: 3, activation: "identity" },
    ],
  };
  const wide = { ...exampleNetwork, network, tensors: initialParameters(network, 1) };

  test.each(LANGUAGES)("of %s begins with what it computes, and ends with its numbers", (language) => {
    const text = emit(wide, language, "training-step");
    const [head, numbers] = [text.slice(0, text.lastIndexOf("weights")), text.slice(text.lastIndexOf("weights"))];
    expect(head.split("\n").length).toBeLessThan(250);
    expect(numbers.split("\n").length).toBeGreaterThan(1280);
  });

  test.each([
    ["forward", "void forward", "void predict"],
    ["gradients", "double gradients"],
  ] as const)("of C says how much of a stack a row takes: %s", (level, ...functions) => {
    const text = emit(wide, "c", level);
    const [, bytes, rows] = (/about (\d+) bytes for each row, .* about (\d+) where/.exec(text.replaceAll("\n//", "")) ??
      []) as string[];
    const own = text.slice(text.lastIndexOf(functions.at(-1) as string));
    // Outputs of the last function are its caller's.
    const declared = [...own.matchAll(/^ {2}double \w+\[rows\](?:\[(\d+)\])?;/gm)].map(
      ([, width = "1"]) => 8 * Number(width),
    );
    const outputs = level === "forward" ? 8 * 3 : 0;
    expect(Number(bytes)).toBe(declared.reduce((a, b) => a + b, 0) + outputs);
    expect(Number(rows)).toBe(Math.floor((8 * 2 ** 20) / Number(bytes)));
  });
});

describe("the example, as it is read", () => {
  test.each([
    ["typescript", "example.ts.txt"],
    ["python", "example.py.txt"],
    ["c", "example.c.txt"],
  ] as const)("%s", async (language, file) => {
    await expect(emit(exampleNetwork, language, "training-step")).toMatchFileSnapshot(`snapshots/${file}`);
  });
});

test("of a table whose categories are embedded a comment says which number is which", () => {
  const encoder: Encoder = {
    ...{ features: ["size", "size (missing)", "city"], numbers: 1, embedded: [{ feature: 2, size: 4 }] },
    columns: [
      { kind: "number", name: "size", centre: 2, scale: 3, missing: true },
      { kind: "index", name: "city", categories: ["Paris", "Rome"], other: false },
    ],
  };
  const network: NetworkSpec = {
    inputs: 3,
    layers: [
      { kind: "embedding", units: 4, activation: "identity", features: [2], categories: [4], dimension: 2 },
      { units: 1, activation: "identity" },
    ],
  };
  const target = { task: "regression", name: "price", mean: 0, scale: 1, why: "" } as const;
  const tensors = initialParameters(network, 1);
  const source = emit({ ...exampleNetwork, network, tensors, encoder, target }, "python", "forward");
  const said = source.replaceAll(/\n#\s*/g, " ");
  expect(said).toContain("4 numbers (2 for each of 1 of 4 categories)");
  expect(said).toContain(
    '2: 0 where "city" is "Paris", 1 where "city" is "Rome", 2 where it is anything else, 3 where it is missing',
  );
});
