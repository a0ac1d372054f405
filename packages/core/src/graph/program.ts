/** A program: a closed, typed piece of graph with named inputs and outputs. It is what is printed, tested and compiled. */
import { type Expr, ordering } from "./expr.ts";
import { finish, type Work } from "./work.ts";

/** A closed, typed computation: named inputs, named outputs. It is what is printed, compiled and run. */
export interface Program<Output extends string = string> {
  readonly name: string;
  /** Input nodes; each one's label is its name. */
  readonly inputs: readonly Expr[];
  readonly outputs: Readonly<Record<Output, Expr>>;
}

/**
 * Closes a graph over its inputs.
 * Throws Error when an output depends on an input that is not listed, or when two inputs share a name.
 */
export function program<Output extends string>(
  name: string,
  inputs: readonly Expr[],
  outputs: Readonly<Record<Output, Expr>>,
): Program<Output> {
  const names = new Set<string>();
  for (const node of inputs) {
    if (node.label === undefined || node.operands.length > 0)
      throw new Error(`${name}: an input must be made by input()`);
    if (names.has(node.label)) throw new Error(`${name}: two inputs are named '${node.label}'`);
    names.add(node.label);
  }
  const listed = new Set(inputs);
  for (const node of nodesOf({ name, inputs: [], outputs })) {
    if (node.op.kernel?.(node).kind === "input" && !listed.has(node)) {
      throw new Error(`${name}: depends on input '${node.label}', which is not listed`);
    }
  }
  return { name, inputs, outputs };
}

/** All nodes, operands before users; inputs first, even those that nothing uses. */
export function nodesOf(p: Program): Expr[] {
  return finish(orderingOf(p));
}

/** The same in parts. */
export function orderingOf(p: Program): Work<Expr[]> {
  return ordering([...p.inputs, ...Object.values(p.outputs)]);
}
