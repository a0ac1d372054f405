/** What several views say of a derivation. */
import type { Expr } from "../../graph/expr.ts";
import { infix, type Notation, symbol } from "../../graph/notation.ts";
import type { Step } from "../derivation/derivation.ts";
import { type Explained, stepNamed } from "../derivation/explained.ts";
import { elementSymbol, type Target } from "../derivation/target.ts";

export const lossName = ({ derivation, problem }: Explained): string => derivation.names.get(problem.loss) as string;

export const lossSymbol = (of: Explained): Notation => symbol(lossName(of));

/** "∂L/∂W2" */
export const gradientName = (of: Explained, node: Expr): string => `∂${lossName(of)}/∂${of.derivation.names.get(node)}`;

/** ∂L/∂W₂, or ∂L/∂W₂[1, 3] for one element. */
export function gradientSymbol(of: Explained, { node, name, index }: Target): Notation {
  const below = symbol(`∂${name}`);
  return infix("/", symbol(`∂${lossName(of)}`), index === undefined ? below : elementSymbol(of, node, below, index));
}

/** The step that computes ∂L/∂target. Throws RangeError for the loss itself. */
export function gradientStep(of: Explained, { node }: Pick<Target, "node">): Step {
  const step = stepNamed(of, gradientName(of, node));
  if (step === undefined) throw new RangeError(`${gradientName(of, node)} is 1: ask for what the loss depends on`);
  return step;
}

/** The labelled nodes from which the loss is reached on the way from `node`, itself first, the loss left out. */
export function wayUp(of: Explained, node: Expr): Expr[] {
  const { graph } = of.derivation;
  const seen = new Set([node]);
  for (const one of seen) for (const user of graph.users(one)) if (user !== of.problem.loss) seen.add(user);
  return [...seen];
}
