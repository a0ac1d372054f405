/**
 * The Hessian of a sum over independent rows, from the graph of a single one. Parameters W and V that act through their
 * sites (sites.ts) s = h Wᵀ and t = g Vᵀ, where t is not before s, have, with t̄ = ∂f/∂t,
 *   ∂²f/∂W∂V = Σᵣ (h ⊗ g) ⊗ ∂t̄/∂s + (h ⊗ t̄) ⊗ ∂g/∂s
 * So only the unit vectors of s are pushed forward, through t̄ and g; those of W are as many times more as h is wide. Each
 * sum is one product of matrices over the rows, a factor of it the products of two vectors' elements (Khatri & Rao, 1968);
 * no row's own Hessian is ever made. Where s is t, both h ⊗ h and ∂s̄/∂s are symmetric: a triangle of each is enough.
 *
 * Tensors have the rows for their last axis, so that whatever repeats or is chosen is a run of memory.
 */
import type { Expr } from "../graph/expr.ts";
import { type FloatType, sizeOf } from "../graph/type.ts";
import { matmul } from "../ops/matmul.ts";
import { mul } from "../ops/ring.ts";
import { gatherRows, oneHot } from "../ops/rows.ts";
import { concat, reshape, transpose } from "../ops/shape.ts";
import { constant, fill, filledWith, input } from "../ops/source.ts";
import { broadcast, sum } from "../ops/sum-broadcast.ts";
import { type Batched, batchLast } from "./batch.ts";
import type { Rows } from "./curvature.ts";
import { jvp } from "./forward.ts";
import { gradients } from "./reverse.ts";
import { SecondDerivatives, type Term, table } from "./second-derivatives.ts";
import { type Share, type Site, sitesOf } from "./sites.ts";

/** Numbers for each row, [elements, rows]; absent: a single 1. */
type Factor = Expr | undefined;

/** A site on all rows. */
interface RowSite extends Site {
  /** All its carriers, one below another. */
  readonly carrier: Factor;
  /** s̄ of a row, and of all rows. */
  readonly rowBar: Expr;
  readonly bar: Expr;
  /** The derivative of a row's s̄ or carrier by the units: [elements · units, rows]; undefined where it is zero. */
  derivativeOf(node: Expr): Expr | undefined;
}

/** What making one of a factor's numbers costs, in floating-point operations of a product of matrices. */
const PRODUCT = 16;

const size = (node: Expr): number => sizeOf(node.type.shape);
const length = (factor: Factor): number => factor?.type.shape[0] ?? 1;
const integers = (values: ArrayLike<number>): Expr => constant(values, [values.length], "i32");

/**
 * Σᵣ ∇²fᵣ by all parameters, flattened row-major one after another: [n, n], symmetric.
 * @param f the scalar loss of one row
 * @param wrt the parameters: no one depends on another
 * @param rows for what differs from row to row, x [1, inputs] say, all rows of it, [rows, inputs]
 * Throws ShapeError as `gradients`.
 */
export function rowHessian(f: Expr, wrt: readonly Expr[], rows: Rows): Expr {
  const sites = onAllRows(f, sitesOf(f, wrt), rows);
  const result = new SecondDerivatives(wrt.map(size), f.type.dtype as FloatType);
  sites.forEach((first, i) => {
    for (const second of sites.slice(i)) {
      const barDot = first.derivativeOf(second.rowBar);
      if (barDot)
        result.add(0, first === second ? within(first, barDot) : throughBar(first, second, barDot), first, second);
      for (const share of second.shares) {
        const dot = share.carrier && first.derivativeOf(share.carrier);
        if (dot) result.add(1, throughCarrier(first, second, share, dot), first, second, [share]);
      }
    }
  });
  return result.matrix();
}

/** What is pushed and pulled is batched over the rows at once, so that it shares what it has in common. */
function onAllRows(f: Expr, sites: readonly Site[], rows: Rows): RowSite[] {
  const bars = gradients(
    f,
    sites.map(({ node }) => node),
  );
  const carriers = sites.flatMap((site) => site.carriers.filter((carrier) => carrier !== undefined));
  const pushed = sites.map(({ node }, i) => pushUnits(node, [...bars.slice(i), ...carriers]));
  const all = overRows([...bars, ...carriers, ...pushed.flatMap((dots) => [...dots.values()])], rows);
  const on = (node: Expr): Expr => all.get(node) as Expr;
  return sites.map((site, i) => ({
    ...site,
    carrier: stack(
      site.carriers.map((carrier) => carrier && on(carrier)),
      on(bars[i]),
    ),
    rowBar: bars[i],
    bar: on(bars[i]),
    derivativeOf: (node) => all.get(pushed[i].get(node) as Expr),
  }));
}

/** The derivatives of nodes by each element of a site, [...shape, units], where they are not zero. */
function pushUnits(site: Expr, nodes: readonly Expr[]): Map<Expr, Expr> {
  const { shape, dtype } = site.type;
  const n = size(site);
  const tangent = input("one of a batch", shape, dtype);
  const dots = jvp(nodes, [site], [tangent]);
  const moved = nodes.map((_, i) => i).filter((i) => filledWith(dots[i]) !== 0);
  // A single 1 as a number is multiplied away.
  const units =
    n === 1 ? fill(1, [1, 1], dtype) : oneHot(integers(Array.from({ length: n }, (_, i) => i)), n, dtype as FloatType);
  const batched = batchLast(
    moved.map((i) => dots[i]),
    new Map([[tangent, { expr: reshape(units, [...shape, n]), axis: shape.length }]]),
    n,
  );
  return new Map(moved.map((i, at) => [nodes[i], batched[at]]));
}

/** Each node on all rows: [elements, rows]. */
function overRows(nodes: readonly Expr[], rows: Rows): Map<Expr, Expr> {
  const [[first, many]] = rows;
  const count = size(many) / size(first);
  const last = ([one, all]: [Expr, Expr]): [Expr, Batched] => {
    const matrix = size(one) === 1 ? all : transpose(reshape(all, [count, size(one)]));
    return [one, { expr: reshape(matrix, [...one.type.shape, count]), axis: one.type.shape.length }];
  };
  const batched = batchLast(nodes, new Map([...rows].map(last)), count);
  return new Map(nodes.map((node, i) => [node, reshape(batched[i], [size(node), count])]));
}

/** Carriers one below another, with a row of ones for the one that is absent. */
function stack(carriers: readonly Factor[], like: Expr): Factor {
  if (carriers.every((carrier) => carrier === undefined)) return undefined;
  const ones = fill(1, [1, like.type.shape[1]], like.type.dtype);
  return concat(
    carriers.map((carrier) => carrier ?? ones),
    0,
  );
}

/** Σᵣ (h ⊗ h) ⊗ ∂s̄/∂s: of the units, and where that is cheaper of the carriers, only unordered pairs. */
function within({ units, width, carrier }: RowSite, barDot: Expr): Term {
  const [dots, pairs] = [unordered(units), unordered(width)];
  const chosen = choose(
    barDot,
    dots.map(([u, k]) => k * units + u),
  );
  const byPairs = pairs.length * (PRODUCT + 2 * dots.length);
  const byAll = width * (Math.min(width, dots.length) * PRODUCT + 2 * width * dots.length);
  const unitsAt = (step: number): Int32Array => table(units, units, (u, k) => pairPlace(u, k) * step);
  if (carrier === undefined || byPairs < byAll) {
    const [first, second] = [0, 1].map((side) => pairs.map((pair) => pair[side]));
    const squares = carrier && mul(choose(carrier, first), choose(carrier, second));
    const { values, steps } = contract([squares, chosen]);
    return { values, units: unitsAt(steps[1]), carriers: table(width, width, (a, b) => pairPlace(a, b) * steps[0]) };
  }
  const { values, steps } = contract([carrier, carrier, chosen]);
  return { values, units: unitsAt(steps[2]), carriers: table(width, width, (a, b) => a * steps[0] + b * steps[1]) };
}

/** Σᵣ (h ⊗ g) ⊗ ∂t̄/∂s */
function throughBar(first: RowSite, second: RowSite, barDot: Expr): Term {
  const { values, steps } = contract([first.carrier, second.carrier, barDot]);
  return {
    values,
    units: table(first.units, second.units, (u, k) => (k * first.units + u) * steps[2]),
    carriers: table(first.width, second.width, (a, b) => a * steps[0] + b * steps[1]),
  };
}

/** Σᵣ (h ⊗ t̄) ⊗ ∂g/∂s for the carrier g of one share */
function throughCarrier(first: RowSite, second: RowSite, share: Share, dot: Expr): Term {
  const { values, steps } = contract([first.carrier, second.bar, dot]);
  return {
    values,
    units: table(first.units, second.units, (u, k) => u * steps[2] + k * steps[1]),
    carriers: table(first.width, second.width, (a, b) => a * steps[0] + (b - share.at) * first.units * steps[2]),
  };
}

/**
 * Σᵣ x[i, r] y[j, r] z[k, r]: the smaller two become one factor. Element (i, j, k) is i · steps[0] + j · steps[1] + …
 */
function contract(factors: readonly Factor[]): { values: Expr; steps: number[] } {
  const order = factors
    .map((_, i) => i)
    .filter((i) => factors[i] !== undefined)
    .sort((i, j) => length(factors[i]) - length(factors[j]));
  const sorted = order.map((i) => factors[i] as Expr);
  const steps = factors.map(() => 0);
  order.forEach((i, at) => {
    steps[i] = sorted.slice(at + 1).reduce((product, factor) => product * length(factor), 1);
  });
  const last = sorted[sorted.length - 1];
  const others = sorted.slice(0, -1);
  if (others.length === 0) return { values: sum(last, [1]), steps };
  return { values: matmul(others.reduce(products), last, { transposeB: true }), steps };
}

/** All products of two factors' elements: [m · n, rows]. */
function products(x: Expr, y: Expr): Expr {
  const [m, rows] = x.type.shape;
  const n = length(y);
  if (m === 1 || n === 1) return mul(x, y);
  const [left, right] = [broadcast(x, [m, n, rows], [0, 2]), broadcast(y, [m, n, rows], [1, 2])];
  return reshape(mul(left, right), [m * n, rows]);
}

/** Rows of a factor, all of them if there is but one. */
function choose(factor: Expr, which: readonly number[]): Expr {
  return length(factor) === 1 ? factor : gatherRows(factor, integers(which));
}

/** All (i, j) with i ≤ j < n, and the place of a pair among them in whichever order. */
const unordered = (n: number): [number, number][] =>
  Array.from({ length: n }, (_, j) => Array.from({ length: j + 1 }, (_, i): [number, number] => [i, j])).flat();
const pairPlace = (i: number, j: number): number => (Math.max(i, j) * (Math.max(i, j) + 1)) / 2 + Math.min(i, j);
