/** Small networks with a loss, ready to be derived and run: asymmetric shapes, repeatable numbers. */
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Derivable, Step } from "../../src/explain/derivation/derivation.ts";
import { type Evaluate, type Explained, explained, type Numbers } from "../../src/explain/derivation/explained.ts";
import { catalogue } from "../../src/explain/document/catalogue.ts";
import { printNotation } from "../../src/explain/notation/print.ts";
import { rulesText } from "../../src/explain/terminal/document.ts";
import { type Expr, label } from "../../src/graph/expr.ts";
import { sizeOf } from "../../src/graph/type.ts";
import type { LayerSpec } from "../../src/nn/layers/layer.ts";
import { type LossName, losses, reduceRows } from "../../src/nn/losses.ts";
import { forward, parametersOf } from "../../src/nn/network.ts";
import { regularisers } from "../../src/nn/regularisers.ts";
import { add } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { generator } from "../support/numbers.ts";

export interface NetOptions {
  readonly batch?: number;
  readonly loss?: LossName;
  /** Row weights as an input "w". */
  readonly weighted?: boolean;
  readonly inputs?: number;
  /** Strengths of the regularisers, part of the loss where they are given. */
  readonly l1?: number;
  readonly l2?: number;
}

/** A network over `layers`, its loss as "L" against targets "t". */
export function net(layers: readonly LayerSpec[], options: NetOptions = {}): Derivable {
  const { batch = 4, loss: lossName = "mean-squared-error", weighted = false, inputs = 2 } = options;
  const spec = { inputs, layers };
  const parameters = parametersOf(spec).map(({ name, shape }) => input(name, shape, "f64"));
  const x = input("x", [batch, inputs], "f64");
  const { layers: nodes, output } = forward(spec, Object.fromEntries(parameters.map((p) => [p.label, p])), x, {
    training: false,
  });
  const cost = losses[lossName]();
  const t = cost.target === "labels" ? input("t", [batch], "i32") : input("t", output.type.shape, "f64");
  const w = input("w", [batch], "f64");
  const rows = cost.perRow(output, t);
  const weights = parameters.filter((p) => p.label?.startsWith("W"));
  const terms = [reduceRows(rows, weighted ? w : undefined, "mean")];
  if (options.l2) terms.push(regularisers.l2(weights, options.l2));
  if (options.l1) terms.push(regularisers.l1(weights, options.l1));
  const loss = label(terms.reduce(add), "L");
  return { loss, rows, layers: nodes, parameters, x, given: weighted ? [t, w] : [t] };
}

/** 2-3-2-1 with one activation throughout. */
export const net2321 = (activation: LayerSpec["activation"], options: NetOptions = {}): Derivable =>
  net(
    [3, 2, 1].map((units) => ({ units, activation })),
    options,
  );

/** A number for every element of every input: labels count up, row weights are positive, the rest is in [−1, 1). */
export function numbersFor({ x, parameters, given = [] }: Derivable): Record<string, Float64Array> {
  const next = generator(7);
  const values = (node: Expr): Float64Array => {
    const real = (): number => (node.label === "w" ? 0.5 + next() : 2 * next() - 1);
    return Float64Array.from({ length: sizeOf(node.type.shape) }, (_, i) =>
      node.type.dtype === "i32" ? i % 3 : real(),
    );
  };
  return Object.fromEntries([x, ...parameters, ...given].map((node) => [node.label!, values(node)]));
}

/** The derivation, and the numbers of its inputs and of everything that it shows. */
export function deriveAndRun(problem: Derivable, inputs: Numbers = numbersFor(problem)): Explained {
  return explained(problem, inputs, run);
}

/** On the reference engine, with the inputs that the program has. */
export const run: Evaluate = (program, inputs) =>
  evaluate(
    referenceEngine,
    program,
    Object.fromEntries(program.inputs.map(({ label: name }) => [name, inputs[name!]])),
  );

/** "δ₃ = ∂L/∂z₃ = (∂L/∂y)(∂y/∂z₃) = ∂L/∂y ⊙ (1 − y²)  [4, 1] pullback of tanh, operand 0" */
export function lines(steps: readonly Step[]): string {
  return steps
    .map(({ symbol, chain, formula, type, rules }) => {
      const rule = rulesText(rules, { words: catalogue.en, digits: 4 });
      const equation = [symbol, ...chain, formula].map((part) => printNotation(part)).join(" = ");
      return `${equation}  [${type.shape.join(", ")}]${rule === "" ? "" : ` ${rule}`}`;
    })
    .join("\n");
}
