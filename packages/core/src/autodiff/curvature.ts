/**
 * Second derivatives and what stands in for them, composed from both modes. Everything here is ordinary graph.
 *
 *   H v = ∂/∂ε ∇f(θ + ε v)            forward over reverse          Pearlmutter, "Fast exact multiplication by the
 *                                                                    Hessian", Neural Computation 6 (1994)
 *   G v = Jᵀ H_L J v                  Gauss-Newton, J = ∂y/∂θ       Schraudolph, "Fast curvature matrix-vector products
 *                                                                    for second-order gradient descent", 2002
 *   H = [H e₁ … H eₙ], J = [J e₁ … J eₙ]   all columns at once, by batching (batch.ts)
 *
 * Matrices are over all parameters, flattened row-major one after another: n = Σ sizes.
 */
import type { Expr } from "../graph/expr.ts";
import type { Batched } from "../graph/op.ts";
import { type FloatType, sizeOf } from "../graph/type.ts";
import { matmul } from "../ops/matmul.ts";
import { add, factorsOf, mul, square } from "../ops/ring.ts";
import { oneHot } from "../ops/rows.ts";
import { concat, reshape, transpose } from "../ops/shape.ts";
import { constant, fill, input } from "../ops/source.ts";
import { broadcast, repeatedBy, sum } from "../ops/sum-broadcast.ts";
import { batch } from "./batch.ts";
import { jvp } from "./forward.ts";
import { gradients, vjp } from "./reverse.ts";

const size = (node: Expr): number => sizeOf(node.type.shape);

/**
 * H v for a float scalar f: the derivative of ∇f along v, one tensor for each of `wrt`. About 2 gradients' work more than
 * the gradient. Throws ShapeError as `gradients` and `jvp`.
 */
export function hvp(f: Expr, wrt: readonly Expr[], vectors: readonly Expr[]): Expr[] {
  return jvp(gradients(f, wrt), wrt, vectors);
}

/**
 * Dᵏf[v₁, …, vₖ] = ∂ᵏ/∂ε₁…∂εₖ f(θ + Σ εᵢ vᵢ): with three directions a third derivative, by composing forward mode again.
 * @param directions each with a tensor for every one of `wrt`
 */
export function directionalDerivative(f: Expr, wrt: readonly Expr[], directions: readonly (readonly Expr[])[]): Expr {
  return directions.reduce((derivative, vectors) => jvp([derivative], wrt, vectors)[0], f);
}

/** 0, 1, …, n − 1 */
const count = (n: number): Expr =>
  constant(
    Int32Array.from({ length: n }, (_, i) => i),
    [n],
    "i32",
  );

/** All unit vectors of a tensor's space: [n, …shape], a batch along axis 0. */
export function unitVectors(node: Expr): Expr {
  const n = size(node);
  return reshape(oneHot(count(n), n, node.type.dtype as FloatType), [n, ...node.type.shape]);
}

/** A node that stands for one value of a batch until `batch` puts all of them there. */
function placeholder(like: Expr): Expr {
  return input("one of a batch", like.type.shape, like.type.dtype);
}

/** The derivative of each output by every element of `node`: [n, …shape of the output]. */
function pushAll(outputs: readonly Expr[], node: Expr): Expr[] {
  const tangent = placeholder(node);
  const dots = jvp(outputs, [node], [tangent]);
  return batch(dots, new Map([[tangent, { expr: unitVectors(node), axis: 0 }]]), size(node));
}

/**
 * The Hessian of a float scalar f by all parameters: [n, n], symmetric. Each pair of parameters is differentiated along
 * the smaller one; the other half is its transpose. Throws ShapeError as `gradients`.
 */
export function hessian(f: Expr, wrt: readonly Expr[]): Expr {
  const gradient = gradients(f, wrt);
  const order = wrt.map((_, i) => i).sort((i, j) => size(wrt[i]) - size(wrt[j]) || i - j);
  const blocks = wrt.map(() => new Array<Expr>(wrt.length));
  order.forEach((i, position) => {
    const others = order.slice(position);
    const columns = pushAll(
      others.map((j) => gradient[j]),
      wrt[i],
    );
    others.forEach((j, at) => {
      blocks[i][j] = reshape(columns[at], [size(wrt[i]), size(wrt[j])]);
      if (i !== j) blocks[j][i] = transpose(blocks[i][j]);
    });
  });
  return concat(
    blocks.map((row) => concat(row, 1)),
    0,
  );
}

/**
 * The Jacobian of y (any shape, m elements): [m, n]. Forward mode, a tangent for each parameter, where there are at most
 * as many parameters as elements of y; else reverse mode, a cotangent for each element. `mode` overrides that.
 */
export function jacobian(y: Expr, wrt: readonly Expr[], mode?: "forward" | "reverse"): Expr {
  const n = wrt.reduce((total, node) => total + size(node), 0);
  const m = size(y);
  if ((mode ?? (n <= m ? "forward" : "reverse")) === "forward") {
    const blocks = wrt.map((node) => reshape(pushAll([y], node)[0], [size(node), m]));
    return transpose(concat(blocks, 0));
  }
  return concat(
    pullAll(y, wrt, unitVectors(y)).map((rows) => reshape(rows, [m, sizeOf(rows.type.shape) / m])),
    1,
  );
}

/** Pullbacks of a whole batch of cotangents ([k, …shape of y]), each [k, …shape of the node]. */
export function pullAll(y: Expr, wrt: readonly Expr[], cotangents: Expr): Expr[] {
  const bar = placeholder(y);
  return batch(vjp([y], wrt, [bar]), new Map([[bar, { expr: cotangents, axis: 0 }]]), cotangents.type.shape[0]);
}

/** H_L t: the Hessian of the loss by the outputs alone, times a tangent of the outputs. */
export function outputHvp(loss: Expr, output: Expr, tangent: Expr): Expr {
  return jvp(gradients(loss, [output]), [output], [tangent])[0];
}

/** H_L of one row's outputs [1, m], row by row: [m, 1, m]. */
export function outputHessian(loss: Expr, output: Expr): Expr {
  const { shape, dtype } = output.type;
  // A single 1 as a number is multiplied away.
  if (size(output) === 1) return reshape(outputHvp(loss, output, fill(1, shape, dtype)), [1, ...shape]);
  return pushAll(gradients(loss, [output]), output)[0];
}

/**
 * G v = Jᵀ H_L J v, with J = ∂output/∂θ and H_L the loss's Hessian by the output. Positive semi-definite where the loss is
 * convex in the output; for mean squares, cross-entropies of logits and Poisson losses it is the Fisher matrix of the
 * model's own distribution.          Martens, "New insights and perspectives on the natural gradient method", 2014
 */
export function gaussNewtonProduct(loss: Expr, output: Expr, wrt: readonly Expr[], vectors: readonly Expr[]): Expr[] {
  const [outputDot] = jvp([output], wrt, vectors);
  return vjp([output], wrt, [outputHvp(loss, output, outputDot)]);
}

/** F v = Σᵣ gᵣ gᵣᵀ v with gᵣ the gradient of row r's loss: the empirical Fisher matrix. perRow: [rows] */
export function empiricalFisherProduct(perRow: Expr, wrt: readonly Expr[], vectors: readonly Expr[]): Expr[] {
  return vjp([perRow], wrt, jvp([perRow], wrt, vectors));
}

/** What differs from row to row of a graph that is built for one row: x [1, inputs], say, and all rows of it [rows, inputs]. */
export type Rows = ReadonlyMap<Expr, Expr>;

const rowsBatch = (rows: Rows): [Map<Expr, Batched>, number] => {
  const [[first, all]] = rows;
  const rowCount = size(all) / size(first);
  const stacked = ([one, many]: [Expr, Expr]): [Expr, Batched] => [
    one,
    { expr: reshape(many, [rowCount, ...one.type.shape]), axis: 0 },
  ];
  return [new Map([...rows].map(stacked)), rowCount];
};

/** The gradient of each row's own loss: [rows, …shape] for each of `wrt`. f: the scalar loss of one row. */
export function perExampleGradients(f: Expr, wrt: readonly Expr[], rows: Rows): Expr[] {
  return batch(gradients(f, wrt), ...rowsBatch(rows));
}

/**
 * ‖gᵣ‖² of each row over all of `wrt`: [rows]. A dense layer's gradient has rank one, gᵣ = δᵣ hᵣᵀ, so its norm is
 * ‖δᵣ‖² ‖hᵣ‖² and the gradient itself is never made.          Goodfellow, "Efficient per-example gradient computations", 2015
 */
export function perExampleSquaredNorms(f: Expr, wrt: readonly Expr[], rows: Rows): Expr {
  return perExampleGradients(f, wrt, rows)
    .map(squaredNorms)
    .reduce((a, b) => add(a, b));
}

/** Σ over all axes but the first of x². */
function squaredNorms(x: Expr): Expr {
  const axes = x.type.shape.map((_, axis) => axis).slice(1);
  const [a, b] = factorsOf(x)?.map(repeatedBy) ?? [];
  // Σᵢⱼ (aᵢ bⱼ)² = Σᵢ aᵢ² Σⱼ bⱼ² where x repeats a along j and b along i.
  const separate = a && b && axes.every((axis) => a.axes.includes(axis) !== b.axes.includes(axis));
  if (!separate || a.axes[0] !== 0 || b.axes[0] !== 0) return sum(square(x), axes);
  return mul(squaredNorms(a.operand), squaredNorms(b.operand));
}

/** Every row's Jacobian ∂output/∂θ and, if asked, H_L times it. */
export interface RowJacobians {
  /** [rows · outputs, n] */
  readonly jacobian: Expr;
  /** H_L J, [rows · outputs, n]: with it Jᵀ (H_L J) is the Gauss-Newton matrix. */
  readonly curved: Expr;
}

/** Of a graph of one row the pullbacks of a whole batch of cotangents by each row: [rows · cotangents, n]. */
function pullRows(output: Expr, wrt: readonly Expr[], rows: Rows, cotangents: Expr): Expr {
  const [values, many] = rowsBatch(rows);
  const total = many * cotangents.type.shape[0];
  const perRow = batch(pullAll(output, wrt, cotangents), values, many); // [rows, cotangents, …shape]
  return concat(
    perRow.map((tensor) => reshape(tensor, [total, sizeOf(tensor.type.shape) / total])),
    1,
  );
}

/**
 * ∂output/∂θ of each row, for a graph of one row: [rows · outputs, n]. Reverse mode, a cotangent for each output.
 * @param output one row's outputs, [1, outputs]
 */
export function rowJacobian(output: Expr, wrt: readonly Expr[], rows: Rows): Expr {
  return pullRows(output, wrt, rows, unitVectors(output));
}

/**
 * The same with H_L J, the pullback of H_L's own rows (it is symmetric): it costs as much again and no product of Jacobians.
 * @param loss the scalar loss of that row, through `output` only
 */
export function rowJacobians(output: Expr, loss: Expr, wrt: readonly Expr[], rows: Rows): RowJacobians {
  return {
    jacobian: rowJacobian(output, wrt, rows),
    curved: pullRows(output, wrt, rows, outputHessian(loss, output)),
  };
}

/**
 * Σᵣ JᵣᵀH_L Jᵣ for each node, Jᵣ = ∂output[r]/∂node[r] its Jacobian on row r: [width, width]. Exact, from a cotangent for
 * each output in place of sampled ones.          Botev, Ritter & Barber, "Practical Gauss-Newton optimization", ICML 2017
 * @param output [rows, outputs], row r of it dependent on row r of the nodes alone
 * @param nodes [rows, width] each: pre-activations
 */
export function rowGaussNewton(loss: Expr, output: Expr, nodes: readonly Expr[]): Expr[] {
  const [rows, outputs] = output.type.shape;
  const units = oneHot(count(outputs), outputs, output.type.dtype as FloatType);
  const cotangents = broadcast(units, [outputs, rows, outputs], [0, 2]);
  const tangent = placeholder(output);
  const [curved] = batch(
    [outputHvp(loss, output, tangent)],
    new Map([[tangent, { expr: cotangents, axis: 0 }]]),
    outputs,
  );
  const flat = (pulled: Expr): Expr => reshape(pulled, [outputs * rows, size(pulled) / (outputs * rows)]);
  const right = pullAll(output, nodes, curved);
  return pullAll(output, nodes, cotangents).map((left, i) => matmul(flat(left), flat(right[i]), { transposeA: true }));
}
