/**
 * The Gauss-Newton matrix of a sum over independent rows, from the graph of a single one, without any row's Jacobian. A
 * parameter W that acts through its site (sites.ts) s = h Wᵀ has ∂y/∂W = ∂y/∂s ⊗ h, so
 *   Σᵣ JᵣᵀH_L Jᵣ  by W and V  =  Σᵣ (h ⊗ g) ⊗ M,   M = (∂y/∂s)ᵀ H_L (∂y/∂t)
 * where the sum over outputs is done within M, once for the few units, and of a site with itself only unordered pairs are.
 */
import type { Expr } from "../graph/expr.ts";
import { type FloatType, sizeOf } from "../graph/type.ts";
import { mul } from "../ops/ring.ts";
import { reshape } from "../ops/shape.ts";
import { fill } from "../ops/source.ts";
import { broadcast, sum } from "../ops/sum-broadcast.ts";
import { outputHessian, pullAll, type Rows, unitVectors } from "./curvature.ts";
import { chooseOf, stack, unorderedPairs } from "./row-factors.ts";
import { across, overRows, within } from "./row-terms.ts";
import { SecondDerivatives } from "./second-derivatives.ts";
import { sitesOf } from "./sites.ts";

const size = (node: Expr): number => sizeOf(node.type.shape);

/**
 * Σᵣ JᵣᵀH_L Jᵣ by all parameters, flattened row-major one after another: [n, n], symmetric.
 * @param loss the scalar loss of one row, through `output` only
 * @param output one row's outputs, [1, outputs]
 * @param wrt the parameters: no one depends on another
 * @param rows for what differs from row to row, x [1, inputs] say, all rows of it, [rows, inputs]
 * Throws ShapeError as `gradients`.
 */
export function gaussNewtonOfRows(loss: Expr, output: Expr, wrt: readonly Expr[], rows: Rows): SecondDerivatives {
  const outputs = size(output);
  const sites = sitesOf(output, wrt);
  const nodes = sites.map(({ node }) => node);
  const units = outputs === 1 ? fill(1, [1, ...output.type.shape], output.type.dtype) : unitVectors(output);
  const [slopes, curved] = [units, outputHessian(loss, output)].map((cotangents) => pullAll(output, nodes, cotangents));
  const carriers = sites.flatMap((site) => site.carriers.filter((carrier) => carrier !== undefined));
  const all = overRows([...slopes, ...curved, ...carriers], rows);
  const on = (node: Expr): Expr => all.get(node) as Expr;
  const many = on(slopes[0]).type.shape[1];
  const carried = sites.map((site) => ({
    ...site,
    carrier: stack(
      site.carriers.map((carrier) => carrier && on(carrier)),
      many,
    ),
  }));
  const result = new SecondDerivatives(wrt.map(size), loss.type.dtype as FloatType);
  carried.forEach((first, i) => {
    result.add(within(first, pairForms(on(slopes[i]), on(curved[i]), outputs)), first, first);
    for (let j = i + 1; j < carried.length; j++)
      result.add(across(first, carried[j], forms(on(slopes[j]), on(curved[i]), outputs)), first, carried[j]);
  });
  return result;
}

/** Σ over outputs o of x[o, u] y[o, k], for unordered pairs of units: [pairs, rows]. */
function pairForms(x: Expr, y: Expr, outputs: number): Expr {
  const units = x.type.shape[0] / outputs;
  const pairs = unorderedPairs(units);
  const side = (factor: Expr, which: 0 | 1): Expr =>
    chooseOf(factor, Array.from({ length: outputs }, (_, o) => pairs.map((pair) => o * units + pair[which])).flat());
  return overOutputs(mul(side(x, 0), side(y, 1)), outputs);
}

/** Σ over outputs o of x[o, k] y[o, u]: [k · u, rows]. */
function forms(x: Expr, y: Expr, outputs: number): Expr {
  const [m, n, rows] = [x.type.shape[0] / outputs, y.type.shape[0] / outputs, x.type.shape[1]];
  const shape = [outputs, m, n, rows];
  const [left, right] = [reshape(x, [outputs, m, rows]), reshape(y, [outputs, n, rows])];
  const all = mul(broadcast(left, shape, [0, 1, 3]), broadcast(right, shape, [0, 2, 3]));
  return overOutputs(reshape(all, [outputs * m * n, rows]), outputs);
}

function overOutputs(x: Expr, outputs: number): Expr {
  const [length, rows] = x.type.shape;
  return outputs === 1 ? x : sum(reshape(x, [outputs, length / outputs, rows]), [0]);
}
