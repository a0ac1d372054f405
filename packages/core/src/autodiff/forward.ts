/** Forward mode: tangents travel with the values, ẏ = Σᵢ (∂y/∂xᵢ) ẋᵢ. The result is ordinary graph. */
import { type Expr, oldest, topological, withProvenance } from "../graph/expr.ts";
import { isFloat, printType, ShapeError, sameType } from "../graph/type.ts";
import { fill } from "../ops/source.ts";

/**
 * Tangents of the outputs, given those of some nodes; every other source has tangent zero.
 * Throws ShapeError when a tangent's type is not its node's.
 */
export function jvp(outputs: readonly Expr[], wrt: readonly Expr[], tangents: readonly Expr[]): Expr[] {
  if (wrt.length !== tangents.length) {
    throw new ShapeError(`jvp: ${wrt.length} nodes need as many tangents, got ${tangents.length}`);
  }
  const dots = new Map<Expr, Expr>();
  wrt.forEach((node, i) => {
    if (!sameType(node.type, tangents[i].type)) {
      throw new ShapeError(
        `jvp: the tangent of ${node.label ?? "a node"} ${printType(node.type)} must have its type, got ${printType(tangents[i].type)}`,
      );
    }
    if (isFloat(node.type)) dots.set(node, tangents[i]);
  });
  for (const node of topological(outputs, oldest(wrt))) {
    // An integer has no tangent to hand on, not even one that it is given.
    if (dots.has(node) || !isFloat(node.type)) continue;
    const operandDots = node.operands.map((operand) => dots.get(operand) ?? null);
    if (operandDots.every((dot) => dot === null)) continue;
    const dot = withProvenance({ rule: "pushforward", primal: node }, () => node.op.jvp(node, operandDots));
    if (dot !== null) dots.set(node, dot);
  }
  return outputs.map((output) => dots.get(output) ?? fill(0, output.type.shape, output.type.dtype));
}
