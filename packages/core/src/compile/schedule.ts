/**
 * Order and fusion. Elementwise work is grouped into chains by level:
 *
 *   level(node) = the number of kernels-then-chains stages that must come before it.
 *
 * Within a level kernels run first, then chains; all elementwise nodes of one level, element count and element type form
 * one chain. No path can leave such a chain and come back, because passing through a kernel (or a broadcast, which reads
 * its operand at other positions) raises the level. Then each node sinks as late as its users allow, so that what only
 * the backward pass needs (1 − h²) is computed there, in registers, and not stored on the way forward.
 */
import type { Expr } from "../graph/expr.ts";
import type { Kernel } from "../graph/op.ts";
import { orderingOf, type Program } from "../graph/program.ts";
import { type FloatType, sizeOf, stridesOf } from "../graph/type.ts";
import { inParts, type Work } from "../graph/work.ts";

/** One kernel call, or the elementwise nodes that run as one chain, operands first. */
export type Unit =
  | { readonly kind: "kernel"; readonly node: Expr; readonly kernel: Kernel }
  | { readonly kind: "chain"; readonly nodes: readonly Expr[]; readonly count: number; readonly dtype: FloatType };

export interface Schedule {
  readonly units: readonly Unit[];
  /** The node whose memory holds a node's value: itself, but for a reshape its operand's. */
  readonly root: (node: Expr) => Expr;
}

export function kernelOf(node: Expr): Kernel {
  const kernel = node.op.kernel?.(node);
  if (kernel === undefined) throw new Error(`op '${node.op.name}' has no kernel: the program was not lowered`);
  return kernel;
}

const isSource = (kernel: Kernel): boolean =>
  kernel.kind === "input" || kernel.kind === "constant" || kernel.kind === "fill";

/** A broadcast whose kept axes adjoin reads element (i / inner) mod period; others are strided copies. */
export function broadcastPattern(node: Expr, axes: readonly number[]): { inner: number; period: number } | undefined {
  const { shape } = node.type;
  if (axes.some((axis, i) => i > 0 && axis !== axes[i - 1] + 1)) return undefined;
  if (axes.length === 0) return { inner: Math.max(1, sizeOf(shape)), period: 1 };
  return { inner: stridesOf(shape)[axes[axes.length - 1]], period: sizeOf(axes.map((axis) => shape[axis])) };
}

/** Whether a node runs inside a chain. */
function fusible(node: Expr, kernel: Kernel): boolean {
  if (node.type.dtype === "i32") return false;
  if (kernel.kind === "broadcast") return broadcastPattern(node, kernel.axes) !== undefined;
  return kernel.kind === "elementwise";
}

export function* scheduling(p: Program): Work<Schedule> {
  const nodes = yield* orderingOf(p);
  yield;
  const kernels = new Map(nodes.map((node) => [node, kernelOf(node)]));
  const kernel = (node: Expr): Kernel => kernels.get(node) as Kernel;
  const roots = new Map<Expr, Expr>();
  const root = (node: Expr): Expr => roots.get(node) as Expr;
  for (const node of nodes) roots.set(node, kernel(node).kind === "alias" ? root(node.operands[0]) : node);
  yield;
  const active = nodes.filter((node) => !isSource(kernel(node)) && kernel(node).kind !== "alias");
  const chained = new Set(active.filter((node) => fusible(node, kernel(node))));
  yield;
  const level = earliestLevels(active, chained, root, kernel);
  yield;
  sink(active, chained, root, kernel, level, new Set(Object.values(p.outputs).map(root)));
  yield;
  return { units: yield* collect(active, chained, root, kernel, level), root };
}

type Of<T> = (node: Expr) => T;

/** How many levels a user must be above an operand. */
function distance(user: Expr, operand: Expr, chained: ReadonlySet<Expr>, kernel: Of<Kernel>): number {
  if (!chained.has(operand)) return 0;
  return chained.has(user) && kernel(user).kind === "elementwise" ? 0 : 1;
}

function earliestLevels(
  active: readonly Expr[],
  chained: ReadonlySet<Expr>,
  root: Of<Expr>,
  kernel: Of<Kernel>,
): Map<Expr, number> {
  const level = new Map<Expr, number>();
  for (const node of active) {
    const bounds = node.operands.map(root).map((operand) => {
      const below = level.get(operand);
      return below === undefined ? 0 : below + distance(node, operand, chained, kernel);
    });
    level.set(
      node,
      bounds.reduce((highest, bound) => Math.max(highest, bound), 0),
    );
  }
  return level;
}

function sink(
  active: readonly Expr[],
  chained: ReadonlySet<Expr>,
  root: Of<Expr>,
  kernel: Of<Kernel>,
  level: Map<Expr, number>,
  outputs: ReadonlySet<Expr>,
): void {
  const latest = new Map<Expr, number>();
  for (const node of [...active].reverse()) {
    const bound = latest.get(node);
    if (chained.has(node) && bound !== undefined && !outputs.has(node)) level.set(node, bound);
    for (const operand of node.operands.map(root)) {
      const limit = (level.get(node) as number) - distance(node, operand, chained, kernel);
      latest.set(operand, Math.min(limit, latest.get(operand) ?? Number.POSITIVE_INFINITY));
    }
  }
}

function* collect(
  active: readonly Expr[],
  chained: ReadonlySet<Expr>,
  root: Of<Expr>,
  kernel: Of<Kernel>,
  level: ReadonlyMap<Expr, number>,
): Work<Unit[]> {
  const stages = new Map<number, { kernels: Unit[]; chains: Map<string, Expr[]> }>();
  for (const node of active) {
    const at = level.get(node) as number;
    const stage = stages.get(at) ?? { kernels: [], chains: new Map<string, Expr[]>() };
    stages.set(at, stage);
    const key = `${node.type.dtype} ${sizeOf(node.type.shape)}`;
    if (!chained.has(node)) stage.kernels.push({ kind: "kernel", node, kernel: kernel(node) });
    else if (stage.chains.has(key)) stage.chains.get(key)?.push(node);
    else stage.chains.set(key, [node]);
  }
  yield;
  const units: Unit[] = [];
  const inOrder = [...stages].sort(([a], [b]) => a - b);
  yield* inParts(inOrder, ([, { kernels, chains }]) => {
    for (const unit of kernels) units.push(unit);
    for (const nodes of chains.values()) for (const group of connected(nodes, root)) units.push(chainUnit(group));
  });
  return units;
}

/**
 * Nodes that share no tensor gain nothing from one loop, and may run at other times or on other threads than each other.
 * The groups come in the order of their last nodes, the nodes of each as they came: operands before users.
 */
function connected(nodes: readonly Expr[], root: Of<Expr>): Expr[][] {
  const small = sizeOf(nodes[0].type.shape) === 1;
  const counts = (tensor: Expr): boolean =>
    (small || sizeOf(tensor.type.shape) > 1) && kernelOf(tensor).kind !== "fill";
  const parents = new Map<Expr, Expr>();
  const find = (tensor: Expr): Expr => {
    let at = tensor;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) {
      const above = parents.get(up);
      if (above !== undefined) parents.set(at, above);
      at = up;
    }
    return at;
  };
  for (const node of nodes) {
    for (const tensor of node.operands.map(root).filter(counts)) {
      const [own, other] = [find(node), find(tensor)];
      if (own !== other) parents.set(other, own);
    }
  }
  const groups = new Map<Expr, Expr[]>();
  for (const node of nodes.toReversed()) {
    const group = groups.get(find(node));
    if (group === undefined) groups.set(find(node), [node]);
    else group.push(node);
  }
  return [...groups.values()].reverse().map((group) => group.reverse());
}

function chainUnit(nodes: readonly Expr[]): Unit {
  const { shape, dtype } = nodes[0].type;
  return { kind: "chain", nodes, count: sizeOf(shape), dtype: dtype as FloatType };
}
