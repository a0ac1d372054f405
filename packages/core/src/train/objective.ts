/**
 * What training makes small, as graph: one definition for the step that trains, for gradients that are asked for, and for
 * the derivation that is shown.
 *   L = (Σᵣ wᵣ ℓᵣ) / (Σᵣ wᵣ) + (λ₂/2) Σ‖W‖² + λ₁ Σ|W|
 */
import { type Expr, label } from "../graph/expr.ts";
import type { FloatType } from "../graph/type.ts";
import { type Loss, reduceRows, targetInput } from "../nn/losses.ts";
import {
  buffersOf,
  type Forward,
  type ForwardContext,
  forward,
  type NetworkSpec,
  type NetworkTensor,
  outputsOf,
  parametersOf,
  weightsOf,
} from "../nn/network.ts";
import { type RegulariserName, regularisers } from "../nn/regularisers.ts";
import type { Operand } from "../ops/elementwise.ts";
import { add } from "../ops/ring.ts";
import { input } from "../ops/source.ts";

/** A network, its loss and its regularisers. */
export interface ObjectiveSpec {
  readonly network: NetworkSpec;
  readonly loss: Loss;
  /** How the rows' losses are put together (default mean). */
  readonly reduction?: "mean" | "sum" | undefined;
  /** λ of (λ/2) Σ‖W‖² over the weight matrices, ≥ 0. */
  readonly l2?: number | undefined;
  /** λ of λ Σ|W| over the weight matrices, ≥ 0. */
  readonly l1?: number | undefined;
}

/** The same where the strengths of regularisers may be inputs of the graph. */
export type ObjectiveGraph = Omit<ObjectiveSpec, "l1" | "l2"> & {
  readonly [Name in RegulariserName]?: Operand | undefined;
};

/** What training makes small, as graph, with the forward pass that it is made of. */
export interface Objective extends Forward {
  /** What each row costs, [batch]. */
  readonly rowLosses: Expr;
  /** The rows' losses put together, regularisers not included. */
  readonly dataLoss: Expr;
  /** dataLoss and the regularisers: what gradients are taken of. Labelled "L". */
  readonly loss: Expr;
}

/** Inputs for the tensors that a network carries: parameters, and running statistics. */
export interface CarriedInputs {
  readonly params: Readonly<Record<string, Expr>>;
  readonly buffers: Readonly<Record<string, Expr>>;
}

/** Named inputs for parameters and running statistics. */
export function parameterInputs(network: NetworkSpec, dtype: FloatType): CarriedInputs {
  const inputs = (tensors: readonly NetworkTensor[]): Record<string, Expr> =>
    Object.fromEntries(
      tensors.map(({ name, shape, layer, role, rate, decay }) => {
        const factors = { ...(rate !== undefined && { rate }), ...(decay !== undefined && { decay }) };
        return [name, input(name, shape, dtype, { layer, role, ...factors })];
      }),
    );
  return { params: inputs(parametersOf(network)), buffers: inputs(buffersOf(network)) };
}

/** Inputs for so many rows: what the network takes, what the loss compares with, what each row weighs. */
export function rowInputs(
  { network, loss }: Pick<ObjectiveSpec, "network" | "loss">,
  rows: number,
  dtype: FloatType,
  prefix = "",
): Readonly<Record<"x" | "y" | "weight", Expr>> {
  return {
    x: input(`${prefix}x`, [rows, network.inputs], dtype),
    y: targetInput(loss, `${prefix}y`, rows, outputsOf(network), dtype),
    weight: input(`${prefix}weight`, [rows], dtype),
  };
}

/** The graph on rows x [batch, inputs] with their targets; `context.weight` weighs rows in the loss and in batch norm. */
export function objective(
  spec: ObjectiveGraph,
  { params, buffers }: CarriedInputs,
  rows: { readonly x: Expr; readonly target: Expr },
  context: Omit<ForwardContext, "buffers">,
): Objective {
  const result = forward(spec.network, params, rows.x, { ...context, buffers });
  const rowLosses = spec.loss.perRow(result.output, rows.target);
  const dataLoss = reduceRows(rowLosses, context.weight, spec.reduction ?? "mean");
  const weights = weightsOf(spec.network, params);
  const terms = [dataLoss];
  if (spec.l2) terms.push(regularisers.l2(weights, spec.l2));
  if (spec.l1) terms.push(regularisers.l1(weights, spec.l1));
  return {
    ...result,
    rowLosses,
    dataLoss,
    loss: label(
      terms.reduce((a, b) => add(a, b)),
      "L",
    ),
  };
}
