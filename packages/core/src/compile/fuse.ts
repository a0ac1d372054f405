/**
 * Fusion within a chain: a few elementwise nodes that often stand together, and that nobody else reads, become one
 * micro-operation, so that what passes between them stays in a vector register. They are told by their kernels, whatever
 * loss or optimizer they came from.
 */
import type { Expr } from "../graph/expr.ts";
import type { ElementwiseKernel } from "../graph/op.ts";
import { broadcastPattern, kernelOf } from "./schedule.ts";

/** Each computes what its nodes compute, rounding for rounding: every product and sum on its own. */
export type FusedKernel =
  /** a b + c d: a moving average */
  | "sum-of-products"
  /** a b + c (d e): a moving average of squares */
  | "sum-of-squares"
  /** a − (b c) / (√d + e): Adam's step, RMSprop's with another d */
  | "normalised-step"
  /** a − b c: a step along the gradient */
  | "minus-product"
  /** a [b < c]: the pullback of relu */
  | "gate"
  /** a (b − c d): the pullback of tanh */
  | "times-difference"
  /** a + b, where b repeats along rows: a bias */
  | "add-row";

interface Fusion {
  readonly name: FusedKernel;
  /** What the micro-operation reads, in the order of the formula above. */
  readonly leaves: readonly Expr[];
  /** How the last leaf repeats, where the micro-operation broadcasts it: element i reads (i / inner) mod period. */
  readonly pattern?: { readonly inner: number; readonly period: number };
}

/** A row shorter than this is repeated in a tile of its own first, which costs less than to start anew so often. */
const SHORTEST_ROW = 64;

/** The nodes of a chain that compute several nodes at once, and those that are computed on the way. */
export interface Fusions {
  readonly of: ReadonlyMap<Expr, Fusion>;
  readonly absorbed: ReadonlySet<Expr>;
}

/** A tree of kernels; a number is a leaf, by its place in the formula; "row" is a leaf that is broadcast. */
type Pattern = number | "row" | readonly [ElementwiseKernel, ...Pattern[]];

/** Larger patterns first. */
const PATTERNS: readonly (readonly [FusedKernel, Pattern])[] = [
  ["normalised-step", ["sub", 0, ["div", ["mul", 1, 2], ["add", ["sqrt", 3], 4]]]],
  ["minus-product", ["sub", 0, ["mul", 1, 2]]],
  ["sum-of-squares", ["add", ["mul", 0, 1], ["mul", 2, ["mul", 3, 4]]]],
  ["sum-of-products", ["add", ["mul", 0, 1], ["mul", 2, 3]]],
  ["times-difference", ["mul", 0, ["sub", 1, ["mul", 2, 3]]]],
  ["gate", ["mul", 0, ["less", 1, 2]]],
  ["add-row", ["add", 0, "row"]],
];

/** @param isPrivate whether a node of the chain is read by the chain alone, and once */
export function findFusions(
  nodes: readonly Expr[],
  root: (node: Expr) => Expr,
  isPrivate: (node: Expr) => boolean,
): Fusions {
  const of = new Map<Expr, Fusion>();
  const absorbed = new Set<Expr>();
  // From the last to the first, so that the largest tree takes what it needs.
  for (const node of [...nodes].reverse()) {
    if (absorbed.has(node)) continue;
    for (const [name, pattern] of PATTERNS) {
      const found = match(node, pattern, root, isPrivate);
      if (found === undefined) continue;
      const { inner, ...fusion } = found;
      of.set(node, { name, ...fusion });
      for (const node of inner) absorbed.add(node);
      break;
    }
  }
  return { of, absorbed };
}

function match(
  node: Expr,
  pattern: Pattern,
  root: (node: Expr) => Expr,
  isPrivate: (node: Expr) => boolean,
): (Omit<Fusion, "name"> & { readonly inner: readonly Expr[] }) | undefined {
  const leaves: Expr[] = [];
  const inner: Expr[] = [];
  let repeated: Fusion["pattern"];
  const visit = (at: Expr, expected: Pattern, isTop: boolean): boolean => {
    if (typeof expected === "number") {
      leaves[expected] = at;
      return true;
    }
    const kernel = kernelOf(at);
    if (expected === "row") {
      if (kernel.kind !== "broadcast" || !isPrivate(at)) return false;
      repeated = broadcastPattern(at, kernel.axes);
      if (repeated?.inner !== 1 || repeated.period < SHORTEST_ROW) return false;
      inner.push(at);
      leaves.push(root(at.operands[0]));
      return true;
    }
    const [name, ...parts] = expected;
    if (kernel.kind !== "elementwise" || kernel.name !== name || !(isTop || isPrivate(at))) return false;
    if (!isTop) inner.push(at);
    return parts.every((part, i) => visit(root(at.operands[i]), part, false));
  };
  return visit(node, pattern, true) ? { leaves, inner, ...(repeated && { pattern: repeated }) } : undefined;
}
