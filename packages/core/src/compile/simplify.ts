/**
 * Simplification: each op's own local algebra until nothing changes, and one node for equal expressions. Runs before
 * compiling and before printing, so that what is read is as short as what runs.
 */
import { type Attributes, type Expr, inherit, none, withOperands } from "../graph/expr.ts";
import type { Op } from "../graph/op.ts";
import { orderingOf, type Program } from "../graph/program.ts";
import { finish, inParts, type Work } from "../graph/work.ts";

/** An equal program with local algebra applied and equal nodes shared. Inputs stay the same nodes. */
export function simplify(p: Program): Program {
  return finish(simplifying(p));
}

/** The same in parts. */
export function simplifying(p: Program): Work<Program> {
  return rewriting(p, (node) => node.op.simplify?.(node));
}

/** Bottom-up: operands first, then `step` on the node until it has nothing to say. */
export function* rewriting(p: Program, step: (node: Expr) => Expr | undefined): Work<Program> {
  const done = new Map<Expr, Expr>();
  const share = sharer();
  const settle = (node: Expr): Expr => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const current = share(withOperands(node, node.operands.map(settle)));
    const better = step(current);
    // A fresh node stands for the one it replaces; an operand that is passed through keeps its own name.
    const result = better === undefined ? current : settle(better.id > current.id ? inherit(better, current) : better);
    done.set(node, result);
    if (current !== node) done.set(current, result);
    return result;
  };
  // The nodes come in dependency order, so `settle` never goes deeper than the few nodes a rule makes.
  yield* inParts(yield* orderingOf(p), settle);
  const outputs = Object.fromEntries(Object.entries(p.outputs).map(([name, node]) => [name, settle(node)]));
  return { ...p, outputs };
}

/** Returns the first node that was seen with the same op, attributes and operands. */
function sharer(): (node: Expr) => Expr {
  const ops = new Map<Op, number>();
  const seen = new Map<string, Expr>();
  return (node) => {
    const isSource = node.operands.length === 0;
    if (isSource && node.label !== undefined) return node;
    if (!ops.has(node.op)) ops.set(node.op, ops.size);
    const operands = node.operands.map((operand) => operand.id).join(",");
    const key = `${ops.get(node.op)}|${operands}|${attributesKey(node)}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, node);
    return first ?? node;
  };
}

const arrays = new WeakMap<object, number>();
let nextArray = 0;

/** Attributes as text; a large constant counts as itself only. */
function attributesKey(node: Expr): string {
  if (node.attributes === none) return "";
  return JSON.stringify(node.attributes satisfies Attributes, (_, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (Object.is(value, -0)) return "-0";
    if (!ArrayBuffer.isView(value)) return value;
    if (!arrays.has(value)) arrays.set(value, nextArray++);
    return `array ${arrays.get(value)}`;
  });
}
