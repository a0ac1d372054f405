/** How a node is written once some nodes have symbols: by its op's own notation, down to the nearest symbols. */
import { type Expr, topological } from "../../graph/expr.ts";
import { type Notation, symbol } from "../../graph/notation.ts";

export type Symbols = ReadonlyMap<Expr, Notation>;
/** The nodes that have symbols: a set, or the map itself. */
type Named = Pick<ReadonlySet<Expr>, "has">;

/** The node's symbol, or else its formula. */
export function written(node: Expr, symbols: Symbols): Notation {
  return symbols.get(node) ?? formulaOf(node, symbols);
}

/** What the node computes, from its operands as they are written. */
export function formulaOf(node: Expr, symbols: Symbols): Notation {
  const formulas = new Map<Expr, Notation>();
  for (const part of unnamedParts(node, symbols)) {
    const operands = part.operands.map((operand) => symbols.get(operand) ?? (formulas.get(operand) as Notation));
    formulas.set(part, flat(part.op.notation(operands, part)));
  }
  return formulas.get(node) as Notation;
}

/** (a + b) + c as a + b + c: a sum over thousands of layers is not as many sums inside each other. */
function flat(n: Notation): Notation {
  if (n.form !== "infix" || n.operator !== "+") return n;
  const [first, ...rest] = n.parts;
  return first.form === "infix" && first.operator === "+" ? { ...n, parts: [...first.parts, ...rest] } : n;
}

/** A node and everything below it down to the nearest symbols, operands first: as deep as there is memory for. */
function unnamedParts(node: Expr, named: Named): Expr[] {
  const order: Expr[] = [];
  const entered = new Set<Expr>();
  const path: { readonly part: Expr; next: number }[] = [];
  const enter = (part: Expr): void => {
    if (entered.has(part)) return;
    entered.add(part);
    path.push({ part, next: 0 });
  };
  enter(node);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const operand = top.part.operands[top.next++];
    if (operand === undefined) order.push((path.pop() as typeof top).part);
    else if (!named.has(operand)) enter(operand);
  }
  return order;
}

/** The node that is seen: an op such as broadcast or reshape is written as its operand. */
function visible(node: Expr, named: Named): Expr {
  const mark = symbol("");
  let current = node;
  while (!named.has(current) && current.operands.length === 1 && current.op.notation([mark], current) === mark) {
    current = current.operands[0];
  }
  return current;
}

/** The nodes that a formula is written from, each once: sources, symbols and unnamed parts. */
export function visibleOperands(node: Expr, named: Named): Expr[] {
  return [...new Set(node.operands.map((operand) => visible(operand, named)))];
}

/**
 * Unnamed parts that would be written out more than once and have at least `long` symbols and operators. Naming them
 * keeps the length of all formulas in proportion to the graph.
 */
export function repeatedParts(roots: readonly Expr[], named: Named, long: number): Set<Expr> {
  const uses = new Map<Expr, number>();
  const length = new Map<Expr, number>();
  const repeated = new Set<Expr>();
  for (const node of topological(roots)) {
    if (visible(node, named) !== node) continue;
    const operands = visibleOperands(node, named);
    for (const operand of operands) uses.set(operand, (uses.get(operand) ?? 0) + 1);
    length.set(
      node,
      operands.reduce((total, operand) => total + lengthOf(operand), 1),
    );
  }
  function lengthOf(node: Expr): number {
    return named.has(node) ? 1 : (length.get(node) ?? 1);
  }
  for (const [node, count] of uses) {
    if (count > 1 && node.operands.length > 0 && !named.has(node) && lengthOf(node) >= long) repeated.add(node);
  }
  return repeated;
}
