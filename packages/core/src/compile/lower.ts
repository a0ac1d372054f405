/** Brings a program to what kernels can do: every op has a kernel, and every reduction runs over adjoining axes. */
import { type Expr, expr } from "../graph/expr.ts";
import { orderingOf, type Program } from "../graph/program.ts";
import type { Work } from "../graph/work.ts";
import { rewriting, simplifying } from "./simplify.ts";

export function* lowering(p: Program): Work<Program> {
  const simple = yield* simplifying(p);
  const made = yield* rewriting(simple, (node) => {
    const parts = node.op.kernel === undefined ? node.op.decompose?.(node) : undefined;
    return parts ?? node.op.simplify?.(node);
  });
  const isDone = (yield* orderingOf(made)).every((node) => splitReduction(node) === undefined);
  return isDone ? made : yield* rewriting(made, splitReduction);
}

/** Σ over axes that do not adjoin is Σ over the last run of them, then over the rest; so for max and logsumexp. */
function splitReduction(node: Expr): Expr | undefined {
  const kernel = node.op.kernel?.(node);
  if (kernel?.kind !== "reduce") return undefined;
  const { axes } = kernel;
  const gap = axes.findLastIndex((axis, i) => i > 0 && axis !== axes[i - 1] + 1);
  if (gap < 0) return undefined;
  const inner = expr(node.op, node.operands, { axes: axes.slice(gap) });
  return expr(node.op, [inner], { axes: axes.slice(0, gap) });
}
