/** What the index form and the Jacobians say: every symbol has a formula before it is used, and every name fits what it names. */
import { describe, expect, test } from "vitest";
import { parseTarget } from "../../src/explain/derivation/target.ts";
import type { Block, Equation } from "../../src/explain/document/document.ts";
import { printNotation } from "../../src/explain/notation/print.ts";
import { views } from "../../src/explain/views/views.ts";
import type { Notation } from "../../src/graph/notation.ts";
import { type ActivationName, activations } from "../../src/nn/activations.ts";
import { type LossName, losses } from "../../src/nn/losses.ts";
import { deriveAndRun, type NetOptions, net } from "./nets.ts";

const activationNames = Object.keys(activations) as ActivationName[];
const lossNames = Object.keys(losses) as LossName[];
const regularised: readonly Pick<NetOptions, "l1" | "l2">[] = [{}, { l2: 0.01 }, { l1: 0.02 }, { l1: 0.02, l2: 0.01 }];

const equations = (blocks: readonly Block[]): Equation[] =>
  blocks.filter((block): block is Equation => block.kind === "equation");

/** What a notation refers to: symbols and derivatives without their places. */
function symbolsIn(n: Notation): string[] {
  switch (n.form) {
    case "symbol":
      return [n.name];
    case "number":
      return [];
    case "element":
      return symbolsIn(n.of);
    case "infix": {
      const below = n.operator === "/" ? n.parts.map((part) => symbolsIn(part).join()) : [];
      if (below.length === 2 && below.every((name) => name.startsWith("∂"))) return [below.join("/")];
      return n.parts.flatMap(symbolsIn);
    }
    case "power":
      return [...symbolsIn(n.base), ...symbolsIn(n.exponent)];
    case "call":
      return n.parts.flatMap(symbolsIn);
    default:
      return symbolsIn(n.of);
  }
}

function explain(activation: ActivationName, normalisation: "layer" | undefined, options: NetOptions) {
  const norm = normalisation === undefined ? {} : { normalisation };
  const layers = [
    { units: 4, activation, ...norm },
    { units: 2, activation, ...norm },
    { units: 3, activation: "identity" as const },
  ];
  return deriveAndRun(net(layers, options));
}

describe("index form", () => {
  test.each(activationNames)(
    "%s: every symbol has a formula before it is used, and no brackets are empty",
    (activation) => {
      for (const [i, loss] of lossNames.entries()) {
        for (const normalisation of [undefined, "layer"] as const) {
          for (const batch of [1, 4]) {
            const of = explain(activation, normalisation, { loss, batch, ...regularised[(i + batch) % 4] });
            for (const name of ["W1", "b2", "x"]) {
              const target = parseTarget(of, name);
              const known = new Set(of.derivation.inputs.map((input) => input.name));
              for (const { symbol, sides } of equations(views.index(of, target)).slice(0, -1)) {
                const formula = sides[sides.length - 1];
                expect(symbolsIn(formula).filter((used) => !known.has(used))).toEqual([]);
                for (const made of [symbol, ...sides.slice(0, -1)]) for (const own of symbolsIn(made)) known.add(own);
                expect([symbol, ...sides].map((side) => printNotation(side)).join(" = ")).not.toContain("[]");
              }
              expect(known).toContain(`∂L/∂${name}`);
            }
          }
        }
      }
    },
  );

  test("gelu's parts, layer norm's parts and the logsumexp of one row are written out", () => {
    const shown = (of: ReturnType<typeof explain>): string[] =>
      equations(views.index(of, parseTarget(of, "W1"))).map(({ symbol, sides }) =>
        [symbol, ...sides].map((side) => printNotation(side)).join(" = "),
      );
    expect(shown(explain("gelu", undefined, { batch: 1 }))).toContain("u₂[i] = 1.128 · exp(−(0.7071 · z₁[i])²)");
    const logits = shown(explain("tanh", undefined, { loss: "softmax-cross-entropy", batch: 1 }));
    expect(logits).toContain("δ₃[i] = ∂L/∂y[i] = exp(y[i] − logsumexpⱼ(y[j])) − one-hot(t)[i]");
    const rows = shown(explain("tanh", undefined, { loss: "softmax-cross-entropy", batch: 4 }));
    expect(rows.join("\n")).toContain("logsumexpⱼ(y[n,j])");
  });
});

describe("Jacobians", () => {
  const contractions = (options: NetOptions, name: string): string[] => {
    const of = explain("tanh", undefined, { batch: 1, ...options });
    return views.jacobian(of, parseTarget(of, name)).flatMap((block) => {
      if (block.kind !== "paragraph" || !block.text.key.startsWith("contract.")) return [];
      const { formula } = block.text.values as { formula: Notation };
      return [`${block.text.key}: ${printNotation(formula)}`];
    });
  };

  test.each(lossNames)("%s: what is called an outer product is one, whatever is added to the loss", (loss) => {
    for (const [name, outer] of [
      ["W1", "δ₁ᵀ x"],
      ["W2", "δ₂ᵀ h₁"],
      ["W3", "δ₃ᵀ h₂"],
    ]) {
      const plain = contractions({ loss }, name);
      expect(plain.at(-1)).toBe(`contract.kronecker: ${outer}`);
      for (const terms of regularised.slice(1)) expect(contractions({ loss, ...terms }, name)).toEqual(plain);
    }
  });

  test("the whole is still what runs, its regulariser included, and the parts of a diagonal are written out", () => {
    const of = explain("gelu", undefined, { batch: 1, l2: 0.01 });
    const shown = equations(views.jacobian(of, parseTarget(of, "W1")));
    const last = shown[shown.length - 1];
    expect(printNotation(last.sides[last.sides.length - 1])).toBe("0.01 · W₁ + δ₁ᵀ x");
    const parts = shown.filter(({ symbol }) => symbol.form === "symbol" && symbol.name.startsWith("u"));
    expect(parts.map(({ symbol }) => symbol)).not.toEqual([]);
    const diagonals = shown
      .flatMap(({ sides }) => sides)
      .filter((side) => side.form === "call" && side.name === "diag");
    const used = new Set(diagonals.flatMap(symbolsIn).filter((name) => name.startsWith("u")));
    const made = new Set(parts.flatMap(({ symbol }) => symbolsIn(symbol)));
    expect([...used].filter((name) => !made.has(name))).toEqual([]);
  });
});
