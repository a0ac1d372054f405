/** The derivation as plain data: what is shown in the terminal, at full precision. */
import { expect, test } from "vitest";
import { catalogue } from "../../src/explain/catalogue.ts";
import { derivationJson } from "../../src/explain/json.ts";
import { deriveAndRun, net, net2321 } from "./nets.ts";

test("survives JSON, with every step and every number exactly", () => {
  const { derivation, numbers } = deriveAndRun(net2321("tanh"));
  const data = JSON.parse(JSON.stringify(derivationJson(derivation, numbers, catalogue.en)));
  const tensors = [...data.inputs, ...data.forward, ...data.backward];
  expect(tensors.map((tensor) => tensor.name)).toEqual(Object.keys(numbers));
  for (const { name, values, shape } of tensors) {
    expect(values).toEqual(Array.from(numbers[name]));
    expect(values.length).toBe(shape.reduce((size: number, axis: number) => size * axis, 1));
  }
  expect(data.inputs.map((tensor: { role: string }) => tensor.role)).toEqual([
    "input",
    ...Array(6).fill("parameter"),
    "given",
  ]);
});

test("a step", () => {
  const { derivation, numbers } = deriveAndRun(net([{ units: 1, activation: "gelu" }], { batch: 1 }));
  const { values: _, ...step } = derivationJson(derivation, numbers, catalogue.en).backward.find(
    (one) => one.name === "∂L/∂z1",
  )!;
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
  const { derivation, numbers } = deriveAndRun(net2321("tanh", { batch: 3 }));
  const t = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, -1);
  expect(derivationJson(derivation, { ...numbers, t }, catalogue.en).inputs.at(-1)!.values).toEqual([
    "NaN",
    "Infinity",
    -1,
  ]);
  expect(() => derivationJson(derivation, { t }, catalogue.en)).toThrow("no numbers for 'x'");
});
