/** Derivations in a terminal: complete, within the width, every symbol introduced before it is used. */
import { describe, expect, test } from "vitest";
import { parseTarget } from "../../src/explain/derivation/target.ts";
import { catalogue } from "../../src/explain/document/catalogue.ts";
import { terminalLines } from "../../src/explain/terminal/document.ts";
import { matrixLines } from "../../src/explain/terminal/matrix.ts";
import { givenView, symbolsView } from "../../src/explain/views/forward.ts";
import { overview, views } from "../../src/explain/views/views.ts";
import { deriveAndRun, net, net2321 } from "./nets.ts";

test("one row through tanh, 80 columns", () => {
  const of = deriveAndRun(net([{ units: 2, activation: "tanh" }], { batch: 1, inputs: 3 }));
  expect(terminalLines(overview(of)).join("\n")).toMatchInlineSnapshot(`
    "SYMBOLS
      x               the input: each row is one example
      W₁ b₁           the parameters, which training changes: weights W (row i holds
                      those of neuron i), biases b
      t               given together with x, such as the outputs that are wanted
      z₁              pre-activations: z = W x + b for one example, written x Wᵀ + b
                      when examples are rows
      y               activations: h = f(z), what a layer passes on; f is its
                      activation function
      L               the loss: one number, the smaller the better
      ∂L/∂a           the derivative of L by each number in a, all others held
                      fixed, arranged in the shape of a
      ∂h/∂z           the derivative of each number in h by the number it was made
                      from
      ∂z/∂W ∂z/∂h     what stands beside W or h in z = W h + b: that is h for ∂z/∂W,
                      W for ∂z/∂h, and 1 for ∂z/∂b
      δ₁              short for ∂L/∂z₁
      a²              each number of a times itself
      a ⊙ b           product number by number
      A B             matrix product: rows of A times columns of B
      Aᵀ              A transposed: rows and columns exchanged
      Σ a             sum of all numbers in a
      Σᵢ a            sum over the rows, that is over the examples
      Σⱼ a            sum along each row
      tanh(a)         (eᵃ − e⁻ᵃ)/(eᵃ + e⁻ᵃ), between −1 and 1; its derivative is 1 −
                      tanh(a)²
      [m, n]          at the right of a line, the shape: m rows and n columns
      f, k            at the right of a line, pullback of f, operand k: the rule
                      that made it, which turns the derivative by what f gave into
                      that by its operand k, one of what it was given, counted from
                      0

    GIVEN
    x = [ −0.9766  −0.8761  0.9538 ]                                          [1, 3]
    W₁ = [  0.3981    0.04289  −0.189  ]                                      [2, 3]
         [ −0.06753  −0.5201    0.1067 ]
    b₁ = [ 0.4596  −0.4844 ]                                                     [2]
    t = [ −0.6881  0.5282 ]                                                   [1, 2]

    FORWARD: from the input to L

    z₁ = x W₁ᵀ + b₁                                                           [1, 2]
       = [ −0.1469  0.139 ]

    y = tanh(z₁)                                                              [1, 2]
      = [ −0.1459  0.1381 ]

    L = Σ(0.5 · Σⱼ((y − t)²))
      = 0.2231

    BACKWARD: from L to the input, by the chain rule
    If z changes L only through h, then ∂L/∂z = (∂L/∂h)(∂h/∂z). Each line gives a
    derivative as such a product, then as the formula that is computed from the
    lines above it.

    ∂L/∂y = y − t     [1, 2] pullback of mul, operand 0 + pullback of mul, operand 1
          = [ 0.5423  −0.3901 ]

    ∂y/∂z₁ = 1 − y²                               [1, 2] pullback of tanh, operand 0
           = [ 0.9787  0.9809 ]

    δ₁ = ∂L/∂z₁ = (∂L/∂y)(∂y/∂z₁) = ∂L/∂y ⊙ (1 − y²)
       = [ 0.5307  −0.3826 ]                      [1, 2] pullback of tanh, operand 0

    ∂L/∂W₁ = (∂L/∂y)(∂y/∂z₁)(∂z₁/∂W₁) = δ₁ᵀ x   [2, 3] pullback of matmul, operand 1
           = [ −0.5183  −0.465    0.5062 ]
             [  0.3737   0.3352  −0.365  ]

    ∂L/∂b₁ = (∂L/∂y)(∂y/∂z₁)(∂z₁/∂b₁) = Σᵢ δ₁   [2] pullback of broadcast, operand 0
           = [ 0.5307  −0.3826 ]

    ∂L/∂x = (∂L/∂y)(∂y/∂z₁)(∂z₁/∂x) = δ₁ W₁     [1, 3] pullback of matmul, operand 0
          = [ 0.2371  0.2218  −0.1411 ]"
  `);
});

test("a batch through softmax cross-entropy, 40 columns", () => {
  const problem = net([{ units: 3, activation: "identity" }], { loss: "softmax-cross-entropy" });
  const of = deriveAndRun(problem);
  expect(terminalLines(overview(of), { width: 40, digits: 3, rows: 3 }).join("\n")).toMatchInlineSnapshot(`
    "SYMBOLS
      x         the input: each row is one
                example
      W₁ b₁     the parameters, which
                training changes: weights W
                (row i holds those of neuron
                i), biases b
      t         given together with x, such
                as the outputs that are
                wanted
      y         activations: h = f(z), what
                a layer passes on; f is its
                activation function
      L         the loss: one number, the
                smaller the better
      ∂L/∂a     the derivative of L by each
                number in a, all others held
                fixed, arranged in the shape
                of a
      δ₁        short for ∂L/∂y
      a ⊙ b     product number by number
      A B       matrix product: rows of A
                times columns of B
      Aᵀ        A transposed: rows and
                columns exchanged
      Σ a       sum of all numbers in a
      Σᵢ a      sum over the rows, that is
                over the examples
      Σⱼ a      sum along each row
      exp(a)    e to the power a
      logsumexpⱼ(a)
                ln Σⱼ eᵃ, so that exp(a −
                logsumexpⱼ(a)) is softmax(a)
      one-hot(a)
                a row of zeros with a 1 at
                place a, counted from 0
      [m, n]    at the right of a line, the
                shape: m rows and n columns
      f, k      at the right of a line,
                pullback of f, operand k:
                the rule that made it, which
                turns the derivative by what
                f gave into that by its
                operand k, one of what it
                was given, counted from 0

    GIVEN
    x = [ −0.977   −0.876 ]           [4, 2]
        [  0.954    0.398 ]
        ⋮ 1 more row
        [ −0.0675  −0.52  ]
    W₁ = [  0.107   0.46   ]          [3, 2]
         [ −0.484  −0.688  ]
         [  0.528   0.0368 ]
    b₁ = [ −0.606  −0.264  −0.414 ]      [3]
    t = [ 0  1  2  0 ]                   [4]

    FORWARD: from the input to L

    y = x W₁ᵀ + b₁                    [4, 3]
      = [ −1.11    0.812  −0.962 ]
        [ −0.321  −1       0.105 ]
        ⋮ 1 more row
        [ −0.852   0.127  −0.468 ]

    L = 0.25 · Σ(logsumexpⱼ(y) −
        Σⱼ(one-hot(t) ⊙ y))
      = 1.68

    BACKWARD: from L to the input, by the
    chain rule
    If z changes L only through h, then
    ∂L/∂z = (∂L/∂h)(∂h/∂z). Each line gives
    a derivative as such a product, then as
    the formula that is computed from the
    lines above it.

    δ₁ = ∂L/∂y
       = 0.25 · exp(y − logsumexpⱼ(y)) −
         0.25 · one-hot(t)
       = [ −0.222    0.19   0.0323 ]
         [  0.0823  −0.208  0.126  ]
         ⋮ 1 more row
         [ −0.201    0.13   0.0715 ]
       [4, 3] pullback of mul, operand 1 +
       pullback of logsumexp, operand 0

    ∂L/∂W₁ = (∂L/∂y)(∂y/∂W₁) = δ₁ᵀ x
           = [  0.312    0.32   ]
             [ −0.388   −0.337  ]
             [  0.0767   0.0163 ]
           [3, 2] pullback of matmul,
           operand 1

    ∂L/∂b₁ = (∂L/∂y)(∂y/∂b₁) = Σᵢ δ₁
           = [ −0.279  0.217  0.0625 ]
           [3] pullback of broadcast,
           operand 0

    ∂L/∂x = (∂L/∂y)(∂y/∂x) = δ₁ W₁
          = [ −0.0987  −0.232 ]
            [  0.176    0.186 ]
            ⋮ 1 more row
            [ −0.0465  −0.179 ]
          [4, 2] pullback of matmul, operand
          0"
  `);
});

describe.each([40, 60, 80, 120])("%i columns", (width) => {
  test.each(["tanh", "relu", "gelu", "silu"] as const)("%s stays within them", (activation) => {
    const of = deriveAndRun(net2321(activation, { batch: 9, inputs: 30 }));
    const lines = terminalLines(overview(of), { width });
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.some((line) => line.includes("…"))).toBe(true);
    expect(lines).toContain("     ⋮ 3 more rows");
  });
});

test("every symbol of a formula has been introduced above it", () => {
  const of = deriveAndRun(net2321("gelu"));
  const text = terminalLines(overview(of), { width: 200 });
  const legend = text.slice(0, text.indexOf("GIVEN")).join(" ");
  for (const mark of ["x", "W₁", "b₃", "z₁", "h₂", "y", "L", "t", "u₁", "δ₃", "⊙", "Aᵀ", "Σᵢ", "erf(a)", "∂L/∂a"]) {
    expect(legend.split(" ").map((word) => word.replace(/[,:]$/, ""))).toContain(mark);
  }
  expect(legend).not.toContain("softmax");
});

test("the symbols of a deep network are listed by the first and the last", () => {
  const of = deriveAndRun(net(Array.from({ length: 9 }, () => ({ units: 2, activation: "tanh" }) as const)));
  expect(terminalLines(symbolsView(of)).join("\n")).toContain("  z₁ z₂ z₃ … z₉");
});

test("Chinese: every text, two columns a character, within 40 columns", () => {
  const of = deriveAndRun(net2321("tanh", { batch: 1 }));
  const lines = terminalLines([...overview(of), ...views.paths(of, parseTarget(of, "W1[2,1]"))], {
    width: 40,
    words: catalogue.zh,
  });
  const columns = (line: string): number => [...line].reduce((sum, one) => sum + (one >= "\u2e80" ? 2 : 1), 0);
  expect(lines.filter((line) => columns(line) > 40)).toEqual([]);
  expect(lines).toContain("反向传播：用链式法则从 L 回到输入");
  expect(
    lines
      .join("")
      .match(/[a-z]{3,}/g)
      ?.filter((word) => !["tanh", "mul", "matmul", "broadcast"].includes(word)),
  ).toEqual([]);
});

test("numbers are painted by their sign, formulas and shapes are not", () => {
  const of = deriveAndRun(net2321("tanh", { batch: 1 }));
  const signs: [string, number][] = [];
  const lines = terminalLines(givenView(of), {
    paint(number, sign) {
      signs.push([number, sign]);
      return `<${number}>`;
    },
  });
  expect(lines[1]).toMatch(/^x = \[ <−?[\d.]+> {2}<−?[\d.]+> \] +\[1, 2\]$/);
  for (const [number, sign] of signs) expect(number.startsWith("−")).toBe(sign < 0);
  expect(new Set(signs.map(([, sign]) => sign))).toEqual(new Set([-1, 1]));
});

test("matrices: decimal points below each other, the last row and column always shown", () => {
  const values = [1, -2.5, 1000, 0.125, 3, -1e-7];
  expect(matrixLines(values, [2, 3], { width: 80, digits: 4, rows: 6 })).toMatchInlineSnapshot(`
    [
      "[ 1      −2.5   1000 ]",
      "[ 0.125   3    −1e−7 ]",
    ]
  `);
  const wide = Array.from({ length: 60 }, (_, i) => i / 8);
  expect(matrixLines(wide, [6, 10], { width: 32, digits: 4, rows: 4 })).toMatchInlineSnapshot(`
    [
      "[ 0     0.125  0.25  …  1.125 ]",
      "[ 1.25  1.375  1.5   …  2.375 ]",
      "[ 2.5   2.625  2.75  …  3.625 ]",
      "⋮ 2 more rows",
      "[ 6.25  6.375  6.5   …  7.375 ]",
    ]
  `);
  expect(matrixLines(wide, [60], { width: 24, digits: 2, rows: 4 })).toMatchInlineSnapshot(`
    [
      "[ 0  0.13  …  7.4 ]",
    ]
  `);
  expect(matrixLines([7], [], { width: 24, digits: 2, rows: 4 })).toEqual(["7"]);
  expect(matrixLines([], [0, 3], { width: 24, digits: 2, rows: 4 })).toEqual(["[ ]"]);
});
