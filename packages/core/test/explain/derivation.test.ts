/** Derivations as a person reads them: every line is printed from the graph that `gradients` returned. */
import { expect, test } from "vitest";
import { derive } from "../../src/explain/derivation/derivation.ts";
import { label } from "../../src/graph/expr.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { add, mul, square } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { lines, net, net2321 } from "./nets.ts";

test("tanh with mean squared error", () => {
  const { forward, backward } = derive(net2321("tanh"));
  expect(lines(forward)).toMatchInlineSnapshot(`
    "z₁ = x W₁ᵀ + b₁  [4, 3]
    h₁ = tanh(z₁)  [4, 3]
    z₂ = h₁ W₂ᵀ + b₂  [4, 2]
    h₂ = tanh(z₂)  [4, 2]
    z₃ = h₂ W₃ᵀ + b₃  [4, 1]
    y = tanh(z₃)  [4, 1]
    L = 0.25 · Σ((y − t)²)  []"
  `);
  expect(lines(backward)).toMatchInlineSnapshot(`
    "∂L/∂y = 0.5 · (y − t)  [4, 1] pullback of mul, operand 0 + pullback of mul, operand 1
    ∂y/∂z₃ = 1 − y²  [4, 1] pullback of tanh, operand 0
    δ₃ = ∂L/∂z₃ = (∂L/∂y)(∂y/∂z₃) = ∂L/∂y ⊙ (1 − y²)  [4, 1] pullback of tanh, operand 0
    ∂L/∂W₃ = (∂L/∂y)(∂y/∂z₃)(∂z₃/∂W₃) = δ₃ᵀ h₂  [1, 2] pullback of matmul, operand 1
    ∂L/∂b₃ = (∂L/∂y)(∂y/∂z₃)(∂z₃/∂b₃) = Σᵢ δ₃  [1] pullback of broadcast, operand 0
    ∂L/∂h₂ = (∂L/∂y)(∂y/∂z₃)(∂z₃/∂h₂) = δ₃ W₃  [4, 2] pullback of matmul, operand 0
    ∂h₂/∂z₂ = 1 − h₂²  [4, 2] pullback of tanh, operand 0
    δ₂ = ∂L/∂z₂ = (∂L/∂h₂)(∂h₂/∂z₂) = ∂L/∂h₂ ⊙ (1 − h₂²)  [4, 2] pullback of tanh, operand 0
    ∂L/∂W₂ = (∂L/∂h₂)(∂h₂/∂z₂)(∂z₂/∂W₂) = δ₂ᵀ h₁  [2, 3] pullback of matmul, operand 1
    ∂L/∂b₂ = (∂L/∂h₂)(∂h₂/∂z₂)(∂z₂/∂b₂) = Σᵢ δ₂  [2] pullback of broadcast, operand 0
    ∂L/∂h₁ = (∂L/∂h₂)(∂h₂/∂z₂)(∂z₂/∂h₁) = δ₂ W₂  [4, 3] pullback of matmul, operand 0
    ∂h₁/∂z₁ = 1 − h₁²  [4, 3] pullback of tanh, operand 0
    δ₁ = ∂L/∂z₁ = (∂L/∂h₁)(∂h₁/∂z₁) = ∂L/∂h₁ ⊙ (1 − h₁²)  [4, 3] pullback of tanh, operand 0
    ∂L/∂W₁ = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂W₁) = δ₁ᵀ x  [3, 2] pullback of matmul, operand 1
    ∂L/∂b₁ = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂b₁) = Σᵢ δ₁  [3] pullback of broadcast, operand 0
    ∂L/∂x = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂x) = δ₁ W₁  [4, 2] pullback of matmul, operand 0"
  `);
});

test("relu, one hidden layer", () => {
  const layers = [
    { units: 3, activation: "relu" },
    { units: 1, activation: "identity" },
  ] as const;
  expect(lines(derive(net(layers)).backward)).toMatchInlineSnapshot(`
    "δ₂ = ∂L/∂y = 0.5 · (y − t)  [4, 1] pullback of mul, operand 0 + pullback of mul, operand 1
    ∂L/∂W₂ = (∂L/∂y)(∂y/∂W₂) = δ₂ᵀ h₁  [1, 3] pullback of matmul, operand 1
    ∂L/∂b₂ = (∂L/∂y)(∂y/∂b₂) = Σᵢ δ₂  [1] pullback of broadcast, operand 0
    ∂L/∂h₁ = (∂L/∂y)(∂y/∂h₁) = δ₂ W₂  [4, 3] pullback of matmul, operand 0
    ∂h₁/∂z₁ = 0 < h₁  [4, 3] pullback of relu, operand 0
    δ₁ = ∂L/∂z₁ = (∂L/∂h₁)(∂h₁/∂z₁) = ∂L/∂h₁ ⊙ (0 < h₁)  [4, 3] pullback of relu, operand 0
    ∂L/∂W₁ = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂W₁) = δ₁ᵀ x  [3, 2] pullback of matmul, operand 1
    ∂L/∂b₁ = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂b₁) = Σᵢ δ₁  [3] pullback of broadcast, operand 0
    ∂L/∂x = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂x) = δ₁ W₁  [4, 2] pullback of matmul, operand 0"
  `);
});

test("gelu is several ops: its local derivative is what the rules give together", () => {
  const layers = [
    { units: 3, activation: "gelu" },
    { units: 1, activation: "sigmoid" },
  ] as const;
  const { forward, backward } = derive(net(layers));
  expect(lines(forward)).toMatchInlineSnapshot(`
    "z₁ = x W₁ᵀ + b₁  [4, 3]
    h₁ = 0.5 · z₁ ⊙ (1 + erf(0.7071 · z₁))  [4, 3]
    z₂ = h₁ W₂ᵀ + b₂  [4, 1]
    y = sigmoid(z₂)  [4, 1]
    L = 0.25 · Σ((y − t)²)  []"
  `);
  expect(lines(backward)).toMatchInlineSnapshot(`
    "∂L/∂y = 0.5 · (y − t)  [4, 1] pullback of mul, operand 0 + pullback of mul, operand 1
    ∂y/∂z₂ = y ⊙ (1 − y)  [4, 1] pullback of sigmoid, operand 0
    δ₂ = ∂L/∂z₂ = (∂L/∂y)(∂y/∂z₂) = ∂L/∂y ⊙ y ⊙ (1 − y)  [4, 1] pullback of sigmoid, operand 0
    ∂L/∂W₂ = (∂L/∂y)(∂y/∂z₂)(∂z₂/∂W₂) = δ₂ᵀ h₁  [1, 3] pullback of matmul, operand 1
    ∂L/∂b₂ = (∂L/∂y)(∂y/∂z₂)(∂z₂/∂b₂) = Σᵢ δ₂  [1] pullback of broadcast, operand 0
    ∂L/∂h₁ = (∂L/∂y)(∂y/∂z₂)(∂z₂/∂h₁) = δ₂ W₂  [4, 3] pullback of matmul, operand 0
    u₁ = 1.128 · exp(−(0.7071 · z₁)²)  [4, 3] pullback of erf, operand 0
    ∂h₁/∂z₁ = 0.7071 · 0.5 · z₁ ⊙ u₁ + 0.5 · (1 + erf(0.7071 · z₁))  [4, 3] 2 × pullback of mul, operand 1
    δ₁ = ∂L/∂z₁ = (∂L/∂h₁)(∂h₁/∂z₁) = 0.7071 · 0.5 · ∂L/∂h₁ ⊙ z₁ ⊙ u₁ + 0.5 · ∂L/∂h₁ ⊙ (1 + erf(0.7071 · z₁))  [4, 3] 2 × pullback of mul, operand 1
    ∂L/∂W₁ = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂W₁) = δ₁ᵀ x  [3, 2] pullback of matmul, operand 1
    ∂L/∂b₁ = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂b₁) = Σᵢ δ₁  [3] pullback of broadcast, operand 0
    ∂L/∂x = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂x) = δ₁ W₁  [4, 2] pullback of matmul, operand 0"
  `);
});

test("softmax cross-entropy comes out as p − q", () => {
  const layers = [{ units: 3, activation: "identity" }] as const;
  const problem = net(layers, { loss: "softmax-cross-entropy" });
  const { forward, backward } = derive(problem);
  expect(lines([...forward, ...backward])).toMatchInlineSnapshot(`
    "y = x W₁ᵀ + b₁  [4, 3]
    L = 0.25 · Σ(logsumexpⱼ(y) − Σⱼ(one-hot(t) ⊙ y))  []
    δ₁ = ∂L/∂y = 0.25 · exp(y − logsumexpⱼ(y)) − 0.25 · one-hot(t)  [4, 3] pullback of mul, operand 1 + pullback of logsumexp, operand 0
    ∂L/∂W₁ = (∂L/∂y)(∂y/∂W₁) = δ₁ᵀ x  [3, 2] pullback of matmul, operand 1
    ∂L/∂b₁ = (∂L/∂y)(∂y/∂b₁) = Σᵢ δ₁  [3] pullback of broadcast, operand 0
    ∂L/∂x = (∂L/∂y)(∂y/∂x) = δ₁ W₁  [4, 2] pullback of matmul, operand 0"
  `);
});

test("softmax cross-entropy with row weights, one row", () => {
  const layers = [{ units: 3, activation: "identity" }] as const;
  const { forward, backward } = derive(net(layers, { loss: "softmax-cross-entropy", weighted: true, batch: 1 }));
  expect(lines([...forward, ...backward])).toMatchInlineSnapshot(`
    "y = x W₁ᵀ + b₁  [1, 3]
    L = Σ(w ⊙ (logsumexpⱼ(y) − Σⱼ(one-hot(t) ⊙ y))) / (Σ w + (Σ w = 0))  []
    u₁ = (Σ w + (Σ w = 0))⁻¹ · w  [1] pullback of mul, operand 1
    δ₁ = ∂L/∂y = u₁ ⊙ exp(y − logsumexpⱼ(y)) − u₁ ⊙ one-hot(t)  [1, 3] pullback of mul, operand 1 + pullback of logsumexp, operand 0
    ∂L/∂W₁ = (∂L/∂y)(∂y/∂W₁) = δ₁ᵀ x  [3, 2] pullback of matmul, operand 1
    ∂L/∂b₁ = (∂L/∂y)(∂y/∂b₁) = Σᵢ δ₁  [3] pullback of broadcast, operand 0
    ∂L/∂x = (∂L/∂y)(∂y/∂x) = δ₁ W₁  [1, 2] pullback of matmul, operand 0"
  `);
});

test("softmax as an activation has no elementwise derivative: no local line, the whole rule in δ", () => {
  const layers = [{ units: 3, activation: "softmax" }] as const;
  const { backward } = derive(net(layers));
  expect(backward.map((step) => step.name)).toEqual(["∂L/∂y", "∂L/∂z1", "∂L/∂W1", "∂L/∂b1", "∂L/∂x"]);
  expect(lines(backward.slice(1, 2))).toMatchInlineSnapshot(
    `"δ₁ = ∂L/∂z₁ = (∂L/∂y)(∂y/∂z₁) = y ⊙ (∂L/∂y − Σⱼ(y ⊙ ∂L/∂y))  [4, 3] pullback of softmax, operand 0"`,
  );
});

test("a normalised layer has one more labelled node in its chain", () => {
  const layers = [{ units: 3, activation: "tanh", normalisation: "layer" }] as const;
  expect(lines(derive(net(layers)).backward)).toMatchInlineSnapshot(`
    "∂L/∂y = 0.1667 · (y − t)  [4, 3] pullback of mul, operand 0 + pullback of mul, operand 1
    ∂y/∂n₁ = 1 − y²  [4, 3] pullback of tanh, operand 0
    ∂L/∂n₁ = (∂L/∂y)(∂y/∂n₁) = ∂L/∂y ⊙ (1 − y²)  [4, 3] pullback of tanh, operand 0
    ∂L/∂shift₁ = (∂L/∂n₁)(∂n₁/∂shift₁) = Σᵢ(∂L/∂n₁)  [3] pullback of broadcast, operand 0
    u₄ = −0.3333 · Σⱼ(∂L/∂n₁ ⊙ gain₁ ⊙ (z₁ − 0.3333 · Σⱼ z₁)) ⊙ u₂² ⊙ (2 · u₁)⁻¹ ⊙ (z₁ − 0.3333 · Σⱼ z₁)  [4, 3] pullback of mul, operand 0
    u₅ = ∂L/∂n₁ ⊙ gain₁ ⊙ u₂ + u₄ + u₄  [4, 3] 3 × pullback of mul, operand 0
    δ₁ = ∂L/∂z₁ = (∂L/∂n₁)(∂n₁/∂z₁) = u₅ + 0.3333 · Σⱼ(−u₅)  [4, 3] 2 × pullback of mul, operand 0 + pullback of mul, operand 1 + pullback of sum, operand 0
    ∂L/∂W₁ = (∂L/∂n₁)(∂n₁/∂z₁)(∂z₁/∂W₁) = δ₁ᵀ x  [3, 2] pullback of matmul, operand 1
    ∂L/∂b₁ = (∂L/∂n₁)(∂n₁/∂z₁)(∂z₁/∂b₁) = Σᵢ δ₁  [3] pullback of broadcast, operand 0
    ∂L/∂gain₁ = (∂L/∂n₁)(∂n₁/∂gain₁) = Σᵢ(∂L/∂n₁ ⊙ u₃)  [3] pullback of broadcast, operand 0
    ∂L/∂x = (∂L/∂n₁)(∂n₁/∂z₁)(∂z₁/∂x) = δ₁ W₁  [4, 2] pullback of matmul, operand 0"
  `);
});

test("an activation of one's own needs nothing else", () => {
  const { forward, backward } = derive(net([{ units: 3, activation: (z) => mul(z, tanh(square(z))) }]));
  expect(lines(forward.slice(1, 2))).toMatchInlineSnapshot(`"y = z₁ ⊙ tanh(z₁²)  [4, 3]"`);
  expect(lines(backward.slice(1, 3))).toMatchInlineSnapshot(`
    "u₁ = z₁ ⊙ (1 − tanh(z₁²)²) ⊙ z₁  [4, 3] pullback of mul, operand 0
    ∂y/∂z₁ = tanh(z₁²) + u₁ + u₁  [4, 3] 2 × pullback of mul, operand 0 + pullback of mul, operand 1"
  `);
});

test("a weight used twice, and a penalty on it: one term for each way into the loss", () => {
  const x = input("x", [4, 3], "f64");
  const W = input("W", [3, 3], "f64");
  const z1 = label(matmul(x, W, { transposeB: true }), "z1");
  const h1 = label(tanh(z1), "h1");
  const z2 = label(matmul(h1, W, { transposeB: true }), "z2");
  const h2 = label(tanh(z2), "h2");
  const loss = label(add(sum(square(h2)), mul(0.5, sum(square(W)))), "L");
  const layers = [
    { z: z1, h: h1 },
    { z: z2, h: h2 },
  ];
  const { backward } = derive({ loss, layers, parameters: [W], x });
  const dW = backward.find((step) => step.name === "∂L/∂W")!;
  expect(lines([dW])).toMatchInlineSnapshot(
    `"∂L/∂W = direct(∂L/∂W) + (∂L/∂h₂)(∂h₂/∂z₂)(∂z₂/∂W) + (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂W) = W + δ₂ᵀ h₁ + δ₁ᵀ x  [3, 3] pullback of mul, operand 0 + pullback of mul, operand 1 + 2 × pullback of matmul, operand 1"`,
  );
  expect(backward.indexOf(dW)).toBeGreaterThan(backward.findIndex((step) => step.name === "∂L/∂z1"));
});

test("a skip connection adds a path", () => {
  const x = input("x", [4, 3], "f64");
  const W = input("W1", [3, 3], "f64");
  const z = label(matmul(x, W, { transposeB: true }), "z1");
  const h = label(tanh(z), "h1");
  const s = label(add(h, x), "s");
  const loss = label(sum(mul(square(s), h)), "L");
  const { backward } = derive({ loss, layers: [{ z, h }], parameters: [W], x });
  expect(lines(backward)).toMatchInlineSnapshot(`
    "∂L/∂s = 2 · h₁ ⊙ s  [4, 3] pullback of mul, operand 0 + pullback of mul, operand 1
    ∂L/∂h₁ = direct(∂L/∂h₁) + (∂L/∂s)(∂s/∂h₁) = s² + ∂L/∂s  [4, 3] 2 × pullback of mul, operand 1 + pullback of mul, operand 0
    ∂h₁/∂z₁ = 1 − h₁²  [4, 3] pullback of tanh, operand 0
    δ₁ = ∂L/∂z₁ = (∂L/∂h₁)(∂h₁/∂z₁) = ∂L/∂h₁ ⊙ (1 − h₁²)  [4, 3] pullback of tanh, operand 0
    ∂L/∂W₁ = (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂W₁) = δ₁ᵀ x  [3, 3] pullback of matmul, operand 1
    ∂L/∂x = (∂L/∂s)(∂s/∂x) + (∂L/∂h₁)(∂h₁/∂z₁)(∂z₁/∂x) = ∂L/∂s + δ₁ W₁  [4, 3] pullback of mul, operand 0 + pullback of mul, operand 1 + pullback of matmul, operand 0"
  `);
});

test("layers without labels get them; equal labels are kept apart", () => {
  const x = input("x", [2, 3], "f64");
  const z = mul(2, x);
  const h = label(tanh(z), "x");
  const { forward, backward, inputs } = derive({ loss: sum(square(h)), layers: [{ z, h }], parameters: [], x });
  expect(inputs.map((one) => one.name)).toEqual(["x"]);
  expect(lines([...forward, ...backward])).toMatchInlineSnapshot(`
    "z₁ = 2 · x  [2, 3]
    x′ = tanh(z₁)  [2, 3]
    L = Σ(x′²)  []
    ∂L/∂x′ = 2 · x′  [2, 3] pullback of mul, operand 0 + pullback of mul, operand 1
    ∂x′/∂z₁ = 1 − x′²  [2, 3] pullback of tanh, operand 0
    δ₁ = ∂L/∂z₁ = (∂L/∂x′)(∂x′/∂z₁) = ∂L/∂x′ ⊙ (1 − x′²)  [2, 3] pullback of tanh, operand 0
    ∂L/∂x = (∂L/∂x′)(∂x′/∂z₁)(∂z₁/∂x) = 2 · δ₁  [2, 3] pullback of mul, operand 1"
  `);
});

test("an input that is not listed is named", () => {
  const problem = net2321("tanh");
  expect(() => derive({ ...problem, given: [] })).toThrow("depends on input 't', which is not listed");
});

test("a symbol for a shared part is one that nobody else has", () => {
  const problem = net2321("gelu");
  const { backward } = derive({ ...problem, given: [...problem.given!, input("u1", [], "f64")] });
  expect(backward.filter((step) => step.kind === "part").map((step) => step.name)).toEqual(["u2", "u3", "u4"]);
});

test("steps say what they read: parameters, earlier steps, and what the forward pass has kept", () => {
  const { inputs, forward, backward } = derive(net2321("tanh"));
  const readsOf = Object.fromEntries([...forward, ...backward].map(({ name, reads }) => [name, reads]));
  expect(readsOf.z2).toEqual(["h1", "W2", "b2"]);
  expect(readsOf["∂L/∂z2"]).toEqual(["∂L/∂h2", "h2"]);
  expect(readsOf["∂L/∂W2"]).toEqual(["∂L/∂z2", "h1"]);
  expect(readsOf["∂L/∂h1"]).toEqual(["∂L/∂z2", "W2"]);
  const known = new Set(inputs.map(({ name }) => name));
  for (const { name, reads } of [...forward, ...backward]) {
    expect(
      reads.filter((one) => !known.has(one)),
      name,
    ).toEqual([]);
    known.add(name);
  }
});
