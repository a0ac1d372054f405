/**
 * A graph seen as its labelled nodes only: v → u is an arrow when v reaches u through unlabelled nodes. The chain rule
 * is written along these arrows, ∂L/∂v = Σᵤ (∂L/∂u)(∂u/∂v).
 */
import { type Expr, topological } from "../../graph/expr.ts";
import { isFloat } from "../../graph/type.ts";

export interface LabelledGraph {
  /** The labelled nodes, operands before users, that the loss depends on and that depend on something differentiated. */
  readonly targets: readonly Expr[];
  /** The labelled nodes that an arrow leads to. */
  users(node: Expr): readonly Expr[];
  /** Whether every op between the two works element by element, so that ∂u/∂v is one number for each element. */
  isElementwise(from: Expr, to: Expr): boolean;
}

/** The graph of `loss` between `labelled` nodes; `sources` are the labelled ones to differentiate with respect to. */
export function labelledGraph(loss: Expr, labelled: ReadonlySet<Expr>, sources: readonly Expr[]): LabelledGraph {
  const order = topological([loss]);
  const wanted = new Set(sources);
  const users = new Map<Expr, Expr[]>();
  /** For each node, the differentiated labelled nodes that reach it through unlabelled ones. */
  const reaching = new Map<Expr, Set<Expr>>();
  const from = (operand: Expr): Iterable<Expr> => {
    if (!labelled.has(operand)) return reaching.get(operand) ?? [];
    return users.has(operand) ? [operand] : [];
  };
  for (const node of order) {
    const origins = new Set(node.operands.flatMap((operand) => [...from(operand)]));
    reaching.set(node, origins);
    if (!labelled.has(node)) continue;
    for (const origin of origins) users.get(origin)?.push(node);
    if (isFloat(node.type) && (origins.size > 0 || wanted.has(node))) users.set(node, []);
  }
  return {
    targets: [...users.keys()],
    users: (node) => users.get(node) ?? [],
    isElementwise(origin, to) {
      const between = new Set([to]);
      for (const node of between) {
        if (!node.op.elementwise) return false;
        for (const operand of node.operands) {
          if (!labelled.has(operand) && reaching.get(operand)?.has(origin)) between.add(operand);
        }
      }
      return true;
    },
  };
}
