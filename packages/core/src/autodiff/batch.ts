/**
 * Batching: a graph for one value becomes a graph for many at once, each op by its own rule. What does not depend on the
 * batch is computed once. With the identity for a batch of tangents this gives whole Jacobians and Hessians as products of
 * matrices, never as a loop over their columns; with rows for a batch it gives each row's own gradient.
 */
import { type Expr, topological, withProvenance } from "../graph/expr.ts";
import type { Batched, Op } from "../graph/op.ts";
import { batchedAt } from "../ops/shape.ts";

/** How a node runs on a batch where it is not as its op says; the values are the same. */
export type BatchRule = (node: Expr) => Op["batch"] | undefined;

/**
 * The outputs for a whole batch, each [size, …its shape].
 * @param values for some nodes, `size` values stacked along an axis
 */
export function batch(
  outputs: readonly Expr[],
  values: ReadonlyMap<Expr, Batched>,
  size: number,
  ruleOf?: BatchRule,
): Expr[] {
  return batched(outputs, values, size, ruleOf).map((output) => batchedAt(output, 0, size));
}

/** The same with the batch axis last, [...its shape, size]: nothing is moved where the values' own is last. */
export function batchLast(outputs: readonly Expr[], values: ReadonlyMap<Expr, Batched>, size: number): Expr[] {
  return batched(outputs, values, size).map((output, i) => batchedAt(output, outputs[i].type.shape.length, size));
}

/** The outputs with the batch axis wherever it came to stand. */
function batched(
  outputs: readonly Expr[],
  values: ReadonlyMap<Expr, Batched>,
  size: number,
  ruleOf?: BatchRule,
): Batched[] {
  const done = new Map<Expr, Batched>(values);
  for (const node of topological(outputs)) {
    if (done.has(node)) continue;
    const operands = node.operands.map((operand) => done.get(operand) as Batched);
    const isBatched = operands.some(({ axis }) => axis !== undefined);
    done.set(
      node,
      isBatched
        ? withProvenance(node.provenance, () => (ruleOf?.(node) ?? node.op.batch)(node, operands, size))
        : { expr: node },
    );
  }
  return outputs.map((output) => done.get(output) as Batched);
}
