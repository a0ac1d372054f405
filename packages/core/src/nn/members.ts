/**
 * The loss of an ensemble that is trained as one network: k members give outputs side by side, [batch, k·c], each row costs
 * the mean of what it costs each of them, and they predict their mean.
 *   ℓ(z, y) = (1/k) Σ_g ℓ(z_g, y)          p = (1/k) Σ_g p(z_g)
 * Lakshminarayanan, Pritzel & Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles",
 * NeurIPS 2017. Of the mean each member has 1/k of its own gradient, which Adam and its family do not notice.
 */
import type { Expr } from "../graph/expr.ts";
import { ShapeError } from "../graph/type.ts";
import { mean } from "../ops/reduce.ts";
import { reshape } from "../ops/shape.ts";
import { broadcast } from "../ops/sum-broadcast.ts";
import type { Range } from "./options.ts";

/** What is asked of the loss of each member. */
interface MemberLoss {
  domain?(outputs: number, column: number): Range;
  targetWidth?(outputs: number): number;
  predictionWidth?(outputs: number): number;
  perRow(output: Expr, target: Expr): Expr;
  predict?(output: Expr): Expr;
}

/** What a loss of k members does, from that of one of them, which must say what its targets are. */
export function membersRules(
  k: number,
  inner: MemberLoss & Required<Pick<MemberLoss, "domain">>,
): Required<MemberLoss> {
  /** Outputs of one member. Throws ShapeError. */
  const own = (outputs: number): number => {
    if (Number.isInteger(outputs / k)) return outputs / k;
    throw new ShapeError(`the loss 'members' of ${k} needs ${k} times as many outputs as one has, got ${outputs}`);
  };
  /** Members below one another, those of a row next to each other: a row for each, and no number is moved. */
  const each = (z: Expr): Expr => reshape(z, [z.type.shape[0] * k, own(z.type.shape[1])]);
  const meanOfMembers = (x: Expr): Expr => {
    const [rows, ...rest] = x.type.shape;
    return mean(reshape(x, [rows / k, k, ...rest]), [1]);
  };
  return {
    domain: (outputs, column) => inner.domain(own(outputs), column),
    targetWidth: (outputs) => inner.targetWidth?.(own(outputs)) ?? own(outputs),
    predictionWidth: (outputs) => inner.predictionWidth?.(own(outputs)) ?? own(outputs),
    perRow: (z, target) => meanOfMembers(inner.perRow(each(z), repeated(target, k))),
    predict: (z) => meanOfMembers(inner.predict?.(each(z)) ?? each(z)),
  };
}

/** Each row's target k times: [batch, c] → [batch·k, c], and labels [batch] → [batch·k]. */
function repeated(target: Expr, k: number): Expr {
  const [rows, ...rest] = target.type.shape;
  const [width = 1] = rest;
  const many =
    width === 1 ? broadcast(reshape(target, [rows]), [rows, k], [0]) : broadcast(target, [rows, k, width], [0, 2]);
  return reshape(many, [rows * k, ...rest]);
}
