/**
 * The Hessian of a sum over independent rows, from the graph of a single one. Parameters W and V that act through their
 * sites (sites.ts) s = h Wᵀ and t = g Vᵀ, where t is not before s, have, with t̄ = ∂f/∂t,
 *   ∂²f/∂W∂V = Σᵣ (h ⊗ g) ⊗ ∂t̄/∂s + (h ⊗ t̄) ⊗ ∂g/∂s
 * So only the unit vectors of s are pushed forward, through t̄ and g; those of W are as many times more as h is wide. No
 * row's own Hessian is ever made (row-factors.ts). Where s acts through o = φ(s) alone, with φ element by element, it is
 * the unit vectors of o that are pushed, which first meet weights alone and not each row's φ′:
 *   ∂t̄/∂s = ∂t̄/∂o φ′      ∂g/∂s = ∂g/∂o φ′      ∂s̄/∂s = φ′ ∂ō/∂o φ′ + diag(φ″ ō)
 */
import type { Expr } from "../graph/expr.ts";
import { type FloatType, sizeOf } from "../graph/type.ts";
import { mul } from "../ops/ring.ts";
import { oneHot } from "../ops/rows.ts";
import { reshape } from "../ops/shape.ts";
import { constant, fill, filledWith, input } from "../ops/source.ts";
import { batchLast } from "./batch.ts";
import type { Rows } from "./curvature.ts";
import { jvp } from "./forward.ts";
import { gradients } from "./reverse.ts";
import { contract, type Factor, pairForm, scaleInner, stack } from "./row-factors.ts";
import { across, type CarriedSite, overRows, within } from "./row-terms.ts";
import { SecondDerivatives, type Term, table, withMore } from "./second-derivatives.ts";
import { type Share, type Site, sitesOf } from "./sites.ts";

/** A site on all rows; its derivatives are undefined where they are zero. */
interface RowSite extends CarriedSite {
  /** s̄ of a row, and of all rows. */
  readonly rowBar: Expr;
  readonly bar: Expr;
  /** φ′; absent where o is s. */
  readonly slope: Factor;
  /** ∂s̄/∂s, by unordered pairs of units. */
  readonly curvature: Expr | undefined;
  /** The derivative by s of what a row has at a later site: [elements · units, rows]. */
  derivativeOf(node: Expr): Expr | undefined;
}

const size = (node: Expr): number => sizeOf(node.type.shape);
const nonzero = (node: Expr): Expr | undefined => (filledWith(node) === 0 ? undefined : node);

/**
 * Σᵣ ∇²fᵣ by all parameters, flattened row-major one after another: [n, n], symmetric.
 * @param f the scalar loss of one row
 * @param wrt the parameters: no one depends on another
 * @param rows for what differs from row to row, x [1, inputs] say, all rows of it, [rows, inputs]
 * Throws ShapeError as `gradients`.
 */
export function rowHessian(f: Expr, wrt: readonly Expr[], rows: Rows): Expr {
  return hessianOfRows(f, wrt, rows).matrix();
}

/** The same, each different number once. */
export function hessianOfRows(f: Expr, wrt: readonly Expr[], rows: Rows): SecondDerivatives {
  const sites = onAllRows(f, sitesOf(f, wrt), rows);
  const result = new SecondDerivatives(wrt.map(size), f.type.dtype as FloatType);
  sites.forEach((first, i) => {
    if (first.curvature) result.add(within(first, first.curvature), first, first);
    for (const second of sites.slice(i + 1)) addPair(result, first, second);
  });
  return result;
}

function addPair(result: SecondDerivatives, first: RowSite, second: RowSite): void {
  const dot = first.derivativeOf(second.rowBar);
  let all = dot && across(first, second, dot);
  for (const carrier of second.carriers) {
    // Shares of one carrier are the same sums.
    const shares = second.shares.filter((share) => share.carrier === carrier);
    const more = throughCarrier(first, second, shares[0]);
    if (more && all) all = withMore(all, more, first, second, shares[0]);
    else if (more) result.add(more, first, second, shares);
  }
  if (all) result.add(all, first, second);
}

/** What is pushed and pulled is batched over the rows at once, so that it shares what it has in common. */
function onAllRows(f: Expr, sites: readonly Site[], rows: Rows): RowSite[] {
  const nodes = [...sites.map(({ node }) => node), ...sites.map(({ output }) => output)];
  const bars = gradients(f, nodes);
  const outputBars = bars.slice(sites.length);
  const carriers = sites.flatMap((site) => site.carriers.filter((carrier) => carrier !== undefined));
  const pushed = sites.map(({ output }, i) =>
    pushUnits(output, [outputBars[i], ...bars.slice(i + 1, sites.length), ...carriers]),
  );
  const local = sites.map((site, i) => slopes(site, outputBars[i]));
  const needed = [...bars, ...carriers, ...local.flat(), ...pushed.flatMap((dots) => [...dots.values()])];
  const all = overRows(
    needed.filter((node) => node !== undefined),
    rows,
  );
  const on = (node: Expr | undefined): Factor => node && all.get(node);
  return sites.map((site, i) => {
    const bar = on(bars[i]) as Expr;
    const [slope, bend] = local[i].map(on);
    const carrier = stack(site.carriers.map(on), bar.type.shape[1]);
    const curvature = pairForm(site.units, on(pushed[i].get(outputBars[i])), slope, bend);
    const derivativeOf = (node: Expr): Expr | undefined => {
      const dot = on(pushed[i].get(node));
      return dot && scaleInner(dot, slope);
    };
    return { ...site, carrier, rowBar: bars[i], bar, slope, curvature, derivativeOf };
  });
}

/** φ′ and φ″ ō of a row, the latter where it is not zero. */
function slopes({ node, output }: Site, outputBar: Expr): [] | [Expr, Expr | undefined] {
  if (output === node) return [];
  const ones = [fill(1, node.type.shape, node.type.dtype)];
  const [slope] = jvp([output], [node], ones);
  const [bend] = jvp([slope], [node], ones);
  return [slope, nonzero(bend) && mul(bend, outputBar)];
}

/** The derivatives of nodes by each element of an output, [...shape, units], where they are not zero. */
function pushUnits(output: Expr, nodes: readonly Expr[]): Map<Expr, Expr> {
  const { shape, dtype } = output.type;
  const n = size(output);
  const tangent = input("one of a batch", shape, dtype);
  const dots = jvp(nodes, [output], [tangent]);
  const moved = nodes.map((_, i) => i).filter((i) => nonzero(dots[i]));
  const count = Array.from({ length: n }, (_, i) => i);
  // A single 1 as a number is multiplied away.
  const units = n === 1 ? fill(1, [1, 1], dtype) : oneHot(constant(count, [n], "i32"), n, dtype as FloatType);
  const batched = batchLast(
    moved.map((i) => dots[i]),
    new Map([[tangent, { expr: reshape(units, [...shape, n]), axis: shape.length }]]),
    n,
  );
  return new Map(moved.map((i, at) => [nodes[i], batched[at]]));
}

/** Σᵣ (h ⊗ t̄) ⊗ ∂g/∂s for the carrier g of one share. Where g is o, that is diag(φ′). */
function throughCarrier(first: RowSite, second: RowSite, { carrier, at }: Share): Term | undefined {
  if (carrier === undefined) return undefined;
  const diagonal = carrier === first.output;
  const dot = diagonal ? first.slope : first.derivativeOf(carrier);
  if (dot === undefined && !diagonal) return undefined;
  const { values, steps } = contract([first.carrier, second.bar, dot]);
  const along = diagonal ? 0 : first.units * steps[2];
  return {
    values,
    units: table(first.units, second.units, (u, k) => u * steps[2] + k * steps[1]),
    carriers: table(first.width, second.width, (a, b) => a * steps[0] + (b - at) * along),
    diagonal,
  };
}
