/** Making and walking expressions. What an expression is stands beside what an op is, in op.ts: each needs the other. */
import type { Attributes, DerivativeRule, Expr, LayerRole, Op, Provenance } from "./op.ts";
import { printType, ShapeError, type TensorType } from "./type.ts";
import { finish, PART, type Work } from "./work.ts";

export type { Attributes, DerivativeRule, Expr, LayerRole, Provenance };

/** Of an op that needs none. */
export const none: Attributes = {};

let nextId = 0;
let current: Provenance | undefined;

/** Builds a node. Throws ShapeError (naming the op and what it was given) when the operands do not fit. */
export function expr<A extends Attributes>(op: Op<A>, operands: readonly Expr[], attributes: A): Expr<A> {
  const type = inferOrExplain(op, operands, attributes);
  const node = { id: nextId++, op, operands, attributes, type };
  return current === undefined ? node : { ...node, provenance: current };
}

function inferOrExplain<A extends Attributes>(op: Op<A>, operands: readonly Expr[], attributes: A): TensorType {
  try {
    return op.infer(
      operands.map((operand) => operand.type),
      attributes,
    );
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const given = operands.map((operand) => `${operand.label ?? operand.op.name}: ${printType(operand.type)}`);
    throw new ShapeError(`${op.name}: ${error.message} (given ${given.join("; ")})`);
  }
}

/** Nodes made while `build` runs carry this provenance. Of rules that call rules the first counts: its node is in the graph. */
export function withProvenance<T>(provenance: Provenance | undefined, build: () => T): T {
  if (current !== undefined) return build();
  current = provenance;
  try {
    return build();
  } finally {
    current = undefined;
  }
}

/** The same node under a symbol, and in a layer. The result is a new node: use it, not the argument, from here on. */
export function label<A extends Attributes>(node: Expr<A>, name: string, within?: LayerRole): Expr<A> {
  return { ...node, id: nextId++, label: name, ...(within && { within }) };
}

/** The same node with other operands, its label and provenance kept. */
export function withOperands<A extends Attributes>(node: Expr<A>, operands: readonly Expr[]): Expr<A> {
  if (operands.every((operand, i) => operand === node.operands[i])) return node;
  return { ...node, id: nextId++, operands };
}

/** `node` with the label, provenance and layer of `original` where it has none of its own. */
export function inherit(node: Expr, original: Expr): Expr {
  const { label: name, provenance, within } = original;
  const own = { ...(name && { label: name }), ...(provenance && { provenance }), ...(within && { within }), ...node };
  const isSame = own.label === node.label && own.provenance === node.provenance && own.within === node.within;
  return isSame ? node : { ...own, id: nextId++ };
}

/**
 * Every node that the outputs depend on, operands before users. Iterative: depth is bounded by memory, not the stack.
 * @param since the least id that counts: older nodes depend on none that is younger, and are left out
 */
export function topological(outputs: readonly Expr[], since = 0): Expr[] {
  return finish(ordering(outputs, since));
}

/** The same in parts. */
export function* ordering(outputs: readonly Expr[], since = 0): Work<Expr[]> {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  // The path from an output down to where the walk is, and of each node on it how many operands have been seen.
  const path: Expr[] = [];
  const next: number[] = [];
  const enter = (node: Expr): void => {
    if (node.id < since || seen.has(node)) return;
    seen.add(node);
    path.push(node);
    next.push(0);
  };
  for (const output of outputs) {
    enter(output);
    while (path.length > 0) {
      const top = path.length - 1;
      const operand = path[top].operands[next[top]++];
      if (operand !== undefined) enter(operand);
      else {
        order.push(path.pop() as Expr);
        next.pop();
        if (order.length % PART === 0) yield;
      }
    }
  }
  return order;
}

/** The least id among nodes. */
export const oldest = (nodes: readonly Expr[]): number =>
  nodes.reduce((least, { id }) => Math.min(least, id), Number.POSITIVE_INFINITY);
