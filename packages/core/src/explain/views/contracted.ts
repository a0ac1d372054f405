/** The backward pass as it runs: each derivative as a product by the chain rule, then as the formula that computes it. */

import type { Step } from "../derivation/derivation.ts";
import { type Explained, stepEquation } from "../derivation/explained.ts";
import { visibleOperands } from "../derivation/formula.ts";
import type { Target } from "../derivation/target.ts";
import { type Block, heading, paragraph } from "../document/document.ts";
import { gradientStep, gradientSymbol, lossSymbol } from "./shared.ts";

/** Everything backwards, or what ∂L/∂target needs. */
export function contractedView(of: Explained, target?: Target): Block[] {
  const { backward } = of.derivation;
  const L = lossSymbol(of);
  const title = target
    ? heading("contracted.of", { gradient: gradientSymbol(of, { node: target.node, name: target.name }) })
    : heading("backward", { L });
  const steps = target ? needed(of, gradientStep(of, target)) : backward;
  return [title, paragraph("chain-rule", { L }), ...steps.map((step) => stepEquation(of, step))];
}

/** The backward steps that a step is computed from, itself last; local derivatives stand before what they are part of. */
function needed(of: Explained, last: Step): Step[] {
  const { backward } = of.derivation;
  const byNode = new Map(backward.filter(({ kind }) => kind !== "local").map((step) => [step.node, step]));
  const wanted = new Set<Step>([last]);
  for (const step of wanted) {
    const reads = new Set(visibleOperands(step.node, byNode));
    for (const node of reads) {
      const read = byNode.get(node);
      if (read !== undefined) wanted.add(read);
      else for (const operand of visibleOperands(node, byNode)) reads.add(operand);
    }
  }
  const names = new Set([...wanted].map(({ name }) => name.split("/")[1]));
  return backward.filter((step) => wanted.has(step) || (step.kind === "local" && names.has(step.name.split("/")[1])));
}
