/**
 * Batching: a graph for one value becomes a graph for many at once, each op by its own rule. What does not depend on the
 * batch is computed once. With the identity for a batch of tangents this gives whole Jacobians and Hessians as products of
 * matrices, never as a loop over their columns; with rows for a batch it gives each row's own gradient.
 */
import { type Expr, topological, withProvenance } from "../graph/expr.ts";
import type { Batched } from "../graph/op.ts";
import { batchedAt } from "../ops/shape.ts";

export type { Batched };

/**
 * The outputs for a whole batch, each [size, …its shape].
 * @param values for some nodes, `size` values stacked along an axis
 */
export function batch(outputs: readonly Expr[], values: ReadonlyMap<Expr, Batched>, size: number): Expr[] {
  const done = new Map<Expr, Batched>(values);
  for (const node of topological(outputs)) {
    if (done.has(node)) continue;
    const operands = node.operands.map((operand) => done.get(operand) as Batched);
    const isBatched = operands.some(({ axis }) => axis !== undefined);
    done.set(
      node,
      isBatched ? withProvenance(node.provenance, () => node.op.batch(node, operands, size)) : { expr: node },
    );
  }
  return outputs.map((output) => batchedAt(done.get(output) as Batched, 0, size));
}
