/** The derivation as plain data: what is shown in the terminal, at full precision. */
import { expect, test } from "vitest";
import { printPlan } from "../../src/compile/describe.ts";
import { plan as compile } from "../../src/compile/plan.ts";
import { explained } from "../../src/explain/derivation/explained.ts";
import { catalogue } from "../../src/explain/document/catalogue.ts";
import { derivationJson } from "../../src/explain/json.ts";
import { deriveAndRun, net, net2321, numbersFor, run } from "./nets.ts";

test("survives JSON, with every step and every number exactly", () => {
  const of = deriveAndRun(net2321("tanh"));
  const data = JSON.parse(JSON.stringify(derivationJson(of, catalogue.en)));
  const tensors = [...data.inputs, ...data.forward, ...data.backward];
  expect(tensors.map((tensor) => tensor.name)).toEqual(Object.keys(of.numbers));
  for (const { name, values, shape } of tensors) {
    expect(values).toEqual(Array.from(of.numbers[name]));
    expect(values.length).toBe(shape.reduce((size: number, axis: number) => size * axis, 1));
  }
  expect(data.inputs.map((tensor: { role: string }) => tensor.role)).toEqual([
    "input",
    ...Array(6).fill("parameter"),
    "given",
  ]);
});

test("a step", () => {
  const of = deriveAndRun(net([{ units: 1, activation: "gelu" }], { batch: 1 }));
  const { values: _, ...step } = derivationJson(of, catalogue.en).backward.find((one) => one.name === "∂L/∂z1")!;
  expect(step).toMatchInlineSnapshot(`
    {
      "chain": [
        "∂L/∂z₁",
        "(∂L/∂y)(∂y/∂z₁)",
      ],
      "dtype": "f64",
      "formula": "0.7071067811865476 · 0.5 · ∂L/∂y ⊙ z₁ ⊙ u₁ + 0.5 · ∂L/∂y ⊙ (1 + erf(0.7071067811865476 · z₁))",
      "kind": "cotangent",
      "name": "∂L/∂z1",
      "reads": [
        "∂L/∂y",
        "z1",
        "u1",
      ],
      "rules": [
        {
          "count": 2,
          "op": "mul",
          "operand": 1,
          "rule": "pullback",
        },
      ],
      "shape": [
        1,
        1,
      ],
      "symbol": "δ₁",
    }
  `);
});

test("numbers that JSON has not are words; missing ones are an error", () => {
  const of = deriveAndRun(net2321("tanh", { batch: 3 }));
  const t = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, -1);
  expect(derivationJson({ ...of, numbers: { ...of.numbers, t } }, catalogue.en).inputs.at(-1)!.values).toEqual([
    "NaN",
    "Infinity",
    -1,
  ]);
  expect(() => derivationJson({ ...of, numbers: { t } }, catalogue.en)).toThrow("no numbers for 'x'");
});

test("kernels: each value is written by a step of the compiled plan", () => {
  const problem = net2321("tanh");
  const of = explained(problem, numbersFor(problem), run, { kernels: true });
  const { forward, backward } = derivationJson(of, catalogue.en);
  const plan = printPlan(compile(of.derivation.program)).split("\n");
  for (const { name, kernel } of [...forward, ...backward]) {
    const [number, text] = kernel!.split(/: (.*)/s);
    expect(plan, name).toContain(`${number.padStart(3)} ${text}`);
  }
  expect(forward.find(({ name }) => name === "z2")!.kernel).toMatch(/chain|matmul/);
  expect(backward.find(({ name }) => name === "∂L/∂W2")!.kernel).toMatch(/matmul ∂L\/∂W2|matmul .*, 2×3×4/);
});
