/**
 * Losses whose outputs belong together: quantiles that do not cross, classes in an order, and several targets at once.
 * Their outputs are not one for each number of the target, so that they take more than a name.
 */
import { checkKeys } from "../given/names.ts";
import type { Expr } from "../graph/expr.ts";
import { type FloatType, ShapeError, tensorType } from "../graph/type.ts";
import { cast } from "../ops/convert.ts";
import { log, sigmoid, softplus } from "../ops/elementary.ts";
import { matmul } from "../ops/matmul.ts";
import { mean } from "../ops/reduce.ts";
import { add, mul, neg, sub } from "../ops/ring.ts";
import { oneHot } from "../ops/rows.ts";
import { maximum } from "../ops/select.ts";
import { concat, reshape, slice } from "../ops/shape.ts";
import { constant, fill } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import {
  checkTarget,
  domainOf,
  isBuiltIn,
  LOGITS,
  type Loss,
  labelBelow,
  makeLoss,
  type SavedHead,
  type StructuredOptions,
  targetWidth,
  VALUES,
} from "./losses.ts";
import { checkType, count, finite, inRange, positive, probability } from "./options.ts";

/** The losses of this file, which `lossOf` makes of `{ name, options }`. */
export type StructuredLossName = "quantiles" | "cumulative-logits" | "heads";

/** A head with its loss, or what is saved of it. */
export interface Head extends Omit<SavedHead, "loss"> {
  readonly loss: Loss;
}

const floatOf = ({ type }: Expr): FloatType => (type.dtype === "f32" ? "f32" : "f64");

/**
 * Numbers in order, of outputs [rows, n] of any size: the one at `at` is itself, and each further one lies softplus(oⱼ) > 0
 * beyond its neighbour. All of it is one product, of (oₐₜ, softplus(o) elsewhere) with a matrix of 1, 0 and −1.
 */
function ordered(o: Expr, at: number, direction: 1 | -1): Expr {
  const n = o.type.shape[1];
  const dtype = floatOf(o);
  const own = constant(
    Array.from({ length: n }, (_, j) => Number(j === at)),
    [1, n],
    dtype,
  );
  const counts = (j: number, k: number): number => {
    if (j === at) return 1;
    return j > at ? direction * Number(k >= j) : -direction * Number(k <= j);
  };
  const matrix = Array.from({ length: n * n }, (_, i) => counts(Math.floor(i / n), i % n) + 0);
  const steps = add(mul(own, o), mul(sub(1, own), softplus(o)));
  return matmul(steps, constant(matrix, [n, n], dtype));
}

/**
 * The mean over quantiles τₖ of max(τₖ rₖ, (τₖ − 1) rₖ), rₖ = y − qₖ, with q₁ < q₂ < … by construction: the middle one is an
 * output, and each further one lies softplus of an output away. The target is one number a row.
 * Koenker & Bassett, "Regression quantiles", Econometrica 1978
 */
export function quantiles(options: Pick<StructuredOptions, "quantiles">): Loss {
  checkKeys("quantiles", options, { quantiles: true });
  const taus = options.quantiles ?? [];
  if (!Array.isArray(taus) || taus.length === 0) throw new RangeError("quantiles: expected a list of quantiles");
  taus.forEach((tau, i) => {
    inRange("quantiles: each", tau, probability);
    if (i > 0 && !(tau > taus[i - 1])) throw new RangeError(`quantiles must ascend, got ${taus.join(", ")}`);
  });
  const middle = Math.floor((taus.length - 1) / 2);
  const predict = (o: Expr): Expr => ordered(o, middle, 1);
  const ofPrediction = (q: Expr, y: Expr): Expr => {
    const dtype = floatOf(q);
    const tau = constant(taus, [1, taus.length], dtype);
    const r = sub(y, q);
    return mean(maximum(mul(tau, r), mul(sub(tau, 1), r)), [1]);
  };
  return makeLoss("quantiles", "values", options, {
    ...{ predict, ofPrediction, takes: VALUES },
    domain: () => finite,
    targetWidth: () => 1,
    perRow(output, y) {
      checkTarget("quantiles", output, y, tensorType([output.type.shape[0], 1], output.type.dtype));
      if (output.type.shape[1] !== taus.length)
        throw new ShapeError(`loss 'quantiles' expects ${taus.length} outputs, got ${output.type.shape[1]}`);
      return ofPrediction(predict(output), y);
    },
  });
}

/**
 * −ln P(y = k) of K classes in an order, of K − 1 outputs: P(y > k) = σ(zₖ) with z₁ = o₁ and zₖ = zₖ₋₁ − softplus(oₖ), so that
 * each is less probable than the one before it. As σ(a) − σ(b) = σ(a) σ(−b) (1 − e^(b − a)),
 *   −ln P(y = k) = softplus(−zₖ₋₁) + softplus(zₖ) + softplus(−oₖ), the first without zₖ₋₁ for the lowest class, the last two
 *   without zₖ and oₖ for the highest.
 * Predictions are the P(y > k). McCullagh, "Regression models for ordinal data", J. R. Statist. Soc. B 1980 (there oₖ is free
 * of the inputs)
 */
export function cumulativeLogits(options: object = {}): Loss {
  const name = "cumulative-logits";
  checkKeys(name, options, {});
  const predict = (o: Expr): Expr => sigmoid(ordered(o, 0, -1));
  const one = (like: Expr, value: number): Expr => fill(value, [like.type.shape[0], 1], floatOf(like));
  const chosen = (labels: Expr, byClass: Expr): Expr =>
    sum(mul(oneHot(labels, byClass.type.shape[1], floatOf(byClass)), byClass), [1]);
  return makeLoss(name, "labels", options, {
    predict,
    ofPrediction: (above, labels) =>
      neg(log(chosen(labels, sub(concat([one(above, 1), above], 1), concat([above, one(above, 0)], 1))))),
    domain: (outputs) => labelBelow(outputs + 1),
    takes: LOGITS,
    perRow(o, labels) {
      const [rows, n] = o.type.shape;
      checkTarget(name, o, labels, tensorType([rows], "i32"));
      const z = ordered(o, 0, -1);
      const costs = [concat([one(o, 0), softplus(neg(z))], 1), concat([softplus(z), one(o, 0)], 1)];
      const gaps = n < 2 ? [] : [concat([one(o, 0), softplus(neg(slice(o, [0, 1], [rows, n - 1]))), one(o, 0)], 1)];
      return chosen(
        labels,
        [...costs, ...gaps].reduce((a, b) => add(a, b)),
      );
    },
  });
}

/**
 * Σₕ wₕ ℓₕ(outputs of head h, its targets): several targets at once, each with outputs and a loss of its own. A row's target
 * has the values of all heads beside each other, the label of a class as a number. Predictions are those of all heads, beside each other as well.
 *
 * A head with an offset takes one more value, which is added to its outputs: what is known of a row beforehand, as the logarithm of an
 * exposure. Predictions are without it.
 */
export function heads(given: readonly Head[]): Loss {
  const parts = placed(given);
  const total = (of: (part: Placed) => Expr): Expr => parts.map(of).reduce((a, b) => add(a, b));
  const each = (predictions: Expr, of: (part: Placed, own: Expr) => Expr): Expr =>
    concat(
      parts.map((part) => of(part, outputsOf(part, predictions))),
      1,
    );
  const isApart = parts.every(({ loss, offset }) => !offset && (!loss.predict || loss.ofPrediction));
  const options = { heads: given.map(({ loss, ...rest }) => ({ ...rest, loss: savedLoss(loss) })) };
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const rules: Parameters<typeof makeLoss>[3] = {
    predict: (outputs) => each(outputs, ({ loss }, own) => loss.predict?.(own) ?? own),
    ...(isApart && {
      ofPrediction: (predictions, y) =>
        total((part) => {
          const { loss, weight } = part;
          const own = outputsOf(part, predictions);
          return mul(weight, (loss.ofPrediction ?? loss.perRow.bind(loss))(own, targetOf(part, y)));
        }),
    }),
    domain(_, column) {
      const part = parts.find(({ start, width }) => column < start + width) as Placed;
      const isOffset = part.offset && column === part.start + part.width - 1;
      return isOffset ? finite : domainOf(part.loss, part.outputs, column - part.start);
    },
    targetWidth: () => width,
    takes: VALUES,
    perRow(output, y) {
      checkTarget("heads", output, y, tensorType([output.type.shape[0], width], output.type.dtype));
      const outputs = parts.reduce((sum, part) => sum + part.outputs, 0);
      if (output.type.shape[1] !== outputs)
        throw new ShapeError(`loss 'heads' expects ${outputs} outputs, got ${output.type.shape[1]}`);
      return total((part) => {
        const own = outputsOf(part, output);
        const moved = part.offset ? add(own, columnsOf(y, part.start + part.width - 1, 1)) : own;
        return mul(part.weight, part.loss.perRow(moved, targetOf(part, y)));
      });
    },
  };
  const known = parts.every(({ loss }) => isBuiltIn(loss));
  return known
    ? makeLoss("heads", "values", options, rules)
    : Object.assign(Object.create(rules), { name: "heads", target: "values" });
}

const savedLoss = ({ name, options }: Loss): SavedHead["loss"] => ({ name, ...(options && { options }) });

interface Placed extends Required<Head> {
  /** Of its outputs, and of its values in a row's target. */
  readonly first: number;
  readonly start: number;
  /** Of its values, the offset included. */
  readonly width: number;
}

function placed(given: readonly Head[]): Placed[] {
  if (!Array.isArray(given) || given.length === 0) throw new RangeError("heads: expected a list of heads");
  let [first, start] = [0, 0];
  return given.map((head, i) => {
    checkKeys(`heads: ${i + 1}`, head, { loss: true, outputs: true, weight: true, offset: true });
    const { loss, outputs, weight = 1, offset = false } = head;
    inRange(`heads: outputs of ${i + 1}`, outputs, count);
    inRange(`heads: weight of ${i + 1}`, weight, positive);
    checkType(`heads: offset of ${i + 1}`, offset, "boolean");
    const width = targetWidth(loss, outputs) + Number(offset);
    const part = { loss, outputs, weight, offset, first, start, width };
    first += outputs;
    start += width;
    return part;
  });
}

const columnsOf = (x: Expr, first: number, width: number): Expr => slice(x, [0, first], [x.type.shape[0], width]);

const outputsOf = ({ first, outputs }: Placed, x: Expr): Expr => columnsOf(x, first, outputs);

/** As the head's loss takes it. */
function targetOf({ loss, start, width, offset }: Placed, y: Expr): Expr {
  const own = columnsOf(y, start, width - Number(offset));
  return loss.target === "labels" ? cast(reshape(own, [own.type.shape[0]]), "i32") : own;
}

/** What makes each of them of its options; `lossOf` makes the losses of heads. */
export const structuredLosses: Readonly<
  Record<StructuredLossName, (options: StructuredOptions, lossOf: (head: SavedHead["loss"]) => Loss) => Loss>
> = {
  quantiles,
  "cumulative-logits": (options) => cumulativeLogits(options),
  heads: ({ heads: saved = [], ...rest }, lossOf) => {
    checkKeys("heads", rest, {});
    return heads(saved.map((head) => ({ ...head, loss: lossOf(head.loss) })));
  },
};
