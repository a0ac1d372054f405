/**
 * One derivative as a sum over paths: every way on which the target reaches the loss contributes the product of the local
 * derivatives along it. The largest are listed, the rest is one number, and all together are the gradient that ran.
 */
import type { Expr } from "../../graph/expr.ts";
import { infix, type Notation, number, symbol } from "../../graph/notation.ts";
import { sizeOf } from "../../graph/type.ts";
import type { Explained } from "../derivation/explained.ts";
import { elementAt, type LocalJacobian, localColumn, localJacobian } from "../derivation/local-jacobian.ts";
import { elementSymbol, type Target, targetSymbol } from "../derivation/target.ts";
import { type Block, heading, paragraph, table, text } from "../document/document.ts";
import { largest } from "./index-form.ts";
import { Best, type Path } from "./k-best.ts";
import { gradientStep, gradientSymbol, wayUp } from "./shared.ts";

/** An element of a labelled node. */
interface Place {
  readonly node: Expr;
  readonly index: number;
}

export interface PathSum {
  /** The element that the paths lead from. */
  readonly index: number;
  /** The largest, in order. */
  readonly paths: readonly Path<Place>[];
  /** How many there are; zero factors count as no way. */
  readonly count: number;
  /** Their sum, by adding at every place: what backpropagation does. */
  readonly total: number;
  /** The gradient that the program computed. */
  readonly gradient: number;
}

/** Numbers of a local Jacobian that may be made for the view. */
const MOST = 4_000_000;

/** Throws RangeError where a Jacobian between two values would be too large. */
export function pathSum(of: Explained, target: Target, k: number): PathSum {
  const { values } = { values: of.numbers[gradientStep(of, target).name] };
  const index = target.index ?? largest(values);
  const places = new Set(wayUp(of, target.node));
  const order = of.derivation.graph.targets.filter((node) => places.has(node) && node !== target.node).toReversed();
  const found = layersOf(of, k);
  for (const node of order) if (!found.has(node)) found.set(node, layer(of, node, found, k));
  const start = startLayer(of, target.node, index, found, k);
  return { index, paths: start.best[0].paths, count: start.count[0], total: start.total[0], gradient: values[index] };
}

/** For each element of a node: its best paths, how many there are, and their sum. */
interface Layer {
  readonly best: readonly Best<Place>[];
  readonly count: readonly number[];
  readonly total: readonly number[];
}

const known = new WeakMap<Explained, Map<number, Map<Expr, Layer>>>();

/** Paths from a node do not depend on the target below it, so that many targets share them. */
function layersOf(of: Explained, k: number): Map<Expr, Layer> {
  const byCount = known.get(of) ?? new Map<number, Map<Expr, Layer>>();
  known.set(of, byCount);
  const { loss } = of.problem;
  const layers = byCount.get(k) ?? new Map<Expr, Layer>([[loss, { best: [end(loss)], count: [1], total: [1] }]]);
  byCount.set(k, layers);
  return layers;
}

function end(loss: Expr): Best<Place> {
  const best = new Best<Place>(1);
  best.add({ place: { node: loss, index: 0 }, factor: 1, product: 1, next: undefined });
  return best;
}

function layer(of: Explained, node: Expr, found: ReadonlyMap<Expr, Layer>, k: number): Layer {
  const size = sizeOf(node.type.shape);
  const result = {
    best: [] as Best<Place>[],
    count: new Array<number>(size).fill(0),
    total: new Array<number>(size).fill(0),
  };
  for (let i = 0; i < size; i++) result.best.push(new Best(k));
  for (const user of of.derivation.graph.users(node)) {
    const above = found.get(user) as Layer;
    const local = checked(of, user, node);
    for (let i = 0; i < size; i++) {
      // A diagonal has one step for each element.
      for (let j = local.diagonal ? i : 0; j < (local.diagonal ? i + 1 : local.rows); j++) {
        step({ node, index: i }, elementAt(local, j, i), above, j, result, i);
      }
    }
  }
  return result;
}

function checked(of: Explained, to: Expr, from: Expr): LocalJacobian {
  const [m, n] = [sizeOf(to.type.shape), sizeOf(from.type.shape)];
  if (m * n > MOST && !of.derivation.graph.isElementwise(from, to)) {
    const { names } = of.derivation;
    const advice = of.problem.x.type.shape[0] > 1 ? "choose one row" : "the contracted view shows the sum of all paths";
    throw new RangeError(`paths through ∂${names.get(to)}/∂${names.get(from)} need ${m} × ${n} numbers: ${advice}`);
  }
  return localJacobian(of, to, from);
}

/** The paths of one element of the target: its column of the Jacobian is all that is needed. */
function startLayer(of: Explained, node: Expr, index: number, found: ReadonlyMap<Expr, Layer>, k: number): Layer {
  const result = { best: [new Best<Place>(k)], count: [0], total: [0] };
  for (const user of of.derivation.graph.users(node)) {
    const column = localColumn(of, user, node, index);
    for (let j = 0; j < column.length; j++) step({ node, index }, column[j], found.get(user) as Layer, j, result, 0);
  }
  return result;
}

function step(
  place: Place,
  factor: number,
  above: Layer,
  j: number,
  into: { best: Best<Place>[]; count: number[]; total: number[] },
  i: number,
): void {
  if (factor === 0 || above.count[j] === 0) return;
  into.count[i] += above.count[j];
  into.total[i] += factor * above.total[j];
  for (const next of above.best[j].paths) {
    const product = factor * next.product;
    if (!into.best[i].admits(Math.abs(product))) break;
    into.best[i].add({ place, factor, product, next });
  }
}

/** `shown` paths of one element; without a place that of the largest derivative. */
export function pathsView(of: Explained, target: Target, shown = 10): Block[] {
  const sum = pathSum(of, target, shown);
  const element: Target = { ...target, index: sum.index };
  const gradient = gradientSymbol(of, element);
  const listed = sum.paths.reduce((total, { product }) => total + product, 0);
  const rows = sum.paths.map((path) => [route(of, path), factors(path), path.product]);
  const rest = sum.count - sum.paths.length;
  return [
    heading("paths", { gradient }),
    paragraph(target.index === undefined ? "paths.largest" : "paths.why", {
      start: targetSymbol(of, element),
      count: sum.count,
    }),
    table(
      text("paths.caption", { gradient }),
      ["path", "factors", "product"],
      [
        ...rows,
        ...(rest > 0 ? [[text("paths.rest", { count: rest }), "", sum.total - listed]] : []),
        [text("sum"), "", sum.total],
        [text("paths.gradient"), "", sum.gradient],
      ],
    ),
  ];
}

/** W₂[1, 3] → z₂[1] → h₂[1] → … → L */
function route(of: Explained, path: Path<Place>): Notation {
  const places: Notation[] = [];
  for (let one: Path<Place> | undefined = path; one !== undefined; one = one.next) {
    const { node, index } = one.place;
    places.push(elementSymbol(of, node, symbol(of.derivation.names.get(node) as string), index));
  }
  return infix("→", ...places);
}

function factors(path: Path<Place>): Notation {
  const all: Notation[] = [];
  for (let one = path; one.next !== undefined; one = one.next) all.push(number(one.factor));
  return all.length === 1 ? all[0] : infix("·", ...all);
}
