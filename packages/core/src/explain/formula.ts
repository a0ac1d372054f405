/** How a node is written once some nodes have symbols: by its op's own notation, down to the nearest symbols. */
import { type Expr, topological } from "../graph/expr.ts";
import { type Notation, symbol } from "../graph/notation.ts";

export type Symbols = ReadonlyMap<Expr, Notation>;
/** The nodes that have symbols: a set, or the map itself. */
type Named = Pick<ReadonlySet<Expr>, "has">;

/** The node's symbol, or else its formula. */
export function written(node: Expr, symbols: Symbols): Notation {
  return symbols.get(node) ?? formulaOf(node, symbols);
}

/** What the node computes, from its operands as they are written. */
export function formulaOf(node: Expr, symbols: Symbols): Notation {
  return node.op.notation(
    node.operands.map((operand) => written(operand, symbols)),
    node,
  );
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
