/** ∂L/∂W₂[i, j] = Σₙ δ₂[n, i] · h₁[n, j], and the sum of one element with its numbers. */
import type { Expr } from "../../graph/expr.ts";
import { partial, type Step } from "../derivation/derivation.ts";
import { elementFormula, lettersFor, placed, termsOf } from "../derivation/element.ts";
import { type Explained, tensorOf } from "../derivation/explained.ts";
import { isSingleRow, type Target } from "../derivation/target.ts";
import { type Block, equation, heading, paragraph } from "../document/document.ts";
import { gradientStep, gradientSymbol, lossName } from "./shared.ts";
import { termEquations } from "./terms.ts";

export function indexView(of: Explained, target: Target): Block[] {
  const step = gradientStep(of, target);
  const { names, graph } = of.derivation;
  const primals = new Map(graph.targets.map((node) => [`∂${names.get(node)}`, node]));
  const parameters = new Set(of.problem.parameters);
  const formulas = read(of, step).map((one): Block => {
    const primal = one.kind === "cotangent" ? primals.get(one.name.slice(one.name.indexOf("/") + 1)) : undefined;
    const place = primal ?? one.node;
    const letters = lettersFor(place.type.shape.length, hasRows(of, place) && !parameters.has(place));
    const shown = letters.slice(isSingleRow(of, place) ? 1 : 0);
    const formula = elementFormula(of, one.node, letters);
    if (primal === undefined) return equation(placed(one.symbol, shown), [formula]);
    const whole = placed(partial(lossName(of), names.get(primal) as string), shown);
    if (one.symbol.form !== "symbol") return equation(whole, [formula]);
    return equation(placed(one.symbol, shown), [whole, formula]);
  });
  return [
    heading("index", { gradient: gradientSymbol(of, { node: target.node, name: target.name }) }),
    paragraph(of.problem.x.type.shape[0] === 1 ? "index.why.one" : "index.why"),
    ...formulas,
    ...elementTerms(of, target),
  ];
}

/** The steps that a step is made of down to the inputs, itself last: whatever a formula refers to has a formula before it. */
function read({ derivation: { forward, backward } }: Explained, last: Step): Step[] {
  const steps = [...forward, ...backward];
  const byName = new Map(steps.map((step) => [step.name, step]));
  const wanted = new Set([last]);
  for (const { reads } of wanted)
    for (const name of reads) {
      const step = byName.get(name);
      if (step !== undefined) wanted.add(step);
    }
  return steps.filter((step) => step.kind !== "local" && wanted.has(step));
}

/** Whether the first axis counts examples. */
const hasRows = ({ problem }: Explained, { type: { shape } }: Expr): boolean => shape[0] === problem.x.type.shape[0];

/** One element of ∂L/∂target as its sum, term by term; without a place the largest one. */
function elementTerms(of: Explained, target: Target): Block[] {
  const step = gradientStep(of, target);
  const { values } = tensorOf(of, step);
  const index = target.index ?? largest(values);
  return [
    paragraph(target.index === undefined ? "index.largest" : "index.element"),
    ...termEquations(gradientSymbol(of, { ...target, index }), [], termsOf(of, step.node, index), values[index]),
  ];
}

export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  return best;
}
