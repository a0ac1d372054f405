/**
 * Reverse mode: from outputs back to what they depend on, each node's cotangent is the sum of its users' pullbacks.
 *   x̄ = Σ_users (∂y/∂x)ᵀ ȳ
 * The result is ordinary graph: it can be printed, simplified, compiled and differentiated again.
 */
import { type Expr, oldest, topological, withProvenance } from "../graph/expr.ts";
import { isFloat, printType, ShapeError, sameType } from "../graph/type.ts";
import { finish, inParts, type Work } from "../graph/work.ts";
import { add } from "../ops/ring.ts";
import { fill } from "../ops/source.ts";

/**
 * Cotangents of any nodes (parameters, inputs, intermediate activations), given those of the outputs.
 * A node that no output depends on gets zeros.
 * Throws ShapeError when a cotangent's type is not its output's.
 */
export function vjp(outputs: readonly Expr[], wrt: readonly Expr[], cotangents: readonly Expr[]): Expr[] {
  return finish(pullingBack(outputs, wrt, cotangents));
}

function* pullingBack(outputs: readonly Expr[], wrt: readonly Expr[], cotangents: readonly Expr[]): Work<Expr[]> {
  if (outputs.length !== cotangents.length) {
    throw new ShapeError(`vjp: ${outputs.length} outputs need as many cotangents, got ${cotangents.length}`);
  }
  const bars = new Map<Expr, Expr>();
  outputs.forEach((output, i) => {
    if (!sameType(output.type, cotangents[i].type)) {
      throw new ShapeError(
        `vjp: the cotangent of an output ${printType(output.type)} must have its type, got ${printType(cotangents[i].type)}`,
      );
    }
    accumulate(bars, output, cotangents[i]);
  });
  const order = topological(outputs, oldest(wrt));
  const needed = dependents(order, new Set(wrt));
  yield* inParts(order.reverse(), (node) => {
    const bar = bars.get(node);
    if (bar !== undefined && needed.has(node)) pullBack(node, bar, needed, bars);
  });
  return wrt.map((node) => bars.get(node) ?? fill(0, node.type.shape, node.type.dtype));
}

/** ∂loss/∂node for each node. Throws ShapeError unless the loss is a float scalar. */
export function gradients(loss: Expr, wrt: readonly Expr[]): Expr[] {
  return finish(differentiating(loss, wrt));
}

/** The same in parts. */
export function* differentiating(loss: Expr, wrt: readonly Expr[]): Work<Expr[]> {
  if (loss.type.shape.length !== 0 || !isFloat(loss.type)) {
    throw new ShapeError(`gradients: the loss must be a float scalar, got ${printType(loss.type)}`);
  }
  return yield* pullingBack([loss], wrt, [fill(1, [], loss.type.dtype)]);
}

/** The nodes through which an output can depend differentiably on one of `wrt`: no path leads through integers. */
function dependents(order: readonly Expr[], wrt: ReadonlySet<Expr>): Set<Expr> {
  const needed = new Set<Expr>();
  for (const node of order) {
    if (isFloat(node.type) && (wrt.has(node) || node.operands.some((operand) => needed.has(operand)))) needed.add(node);
  }
  return needed;
}

function pullBack(node: Expr, bar: Expr, needed: ReadonlySet<Expr>, bars: Map<Expr, Expr>): void {
  const wanted = node.operands.map((operand) => needed.has(operand));
  node.operands.forEach((operand, i) => {
    if (!wanted[i]) return;
    const contribution = withProvenance({ rule: "pullback", primal: node, operand: i }, () => {
      if (node.op.vjpOf) return node.op.vjpOf(node, bar, i);
      const only = wanted.map((_, j) => j === i);
      return node.op.vjp(node, bar, only)[i];
    });
    if (contribution) accumulate(bars, operand, contribution);
  });
}

function accumulate(bars: Map<Expr, Expr>, node: Expr, contribution: Expr): void {
  const before = bars.get(node);
  bars.set(
    node,
    before === undefined
      ? contribution
      : withProvenance({ rule: "accumulation", primal: node }, () => add(before, contribution)),
  );
}
