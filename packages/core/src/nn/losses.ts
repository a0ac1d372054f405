/**
 * Losses. Each says what one row costs, [batch, outputs] → [batch]; how rows are weighed and put together is one
 * function for all of them, `reduceRows`. Losses for probabilities take logits, so that they stay finite far out.
 */
import { checkName } from "../given/names.ts";
import type { Expr } from "../graph/expr.ts";
import { type FloatType, printType, ShapeError, sameType, type TensorType, tensorType } from "../graph/type.ts";
import { exp, log, sigmoid, softplus } from "../ops/elementary.ts";
import { logsumexp, mean } from "../ops/reduce.ts";
import { add, div, mul, neg, square, sub } from "../ops/ring.ts";
import { oneHot } from "../ops/rows.ts";
import { abs, equal, maximum, minimum } from "../ops/select.ts";
import { softmax } from "../ops/softmax.ts";
import { input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import type { ActivationName } from "./activations.ts";
import { membersRules } from "./members.ts";
import {
  count,
  finite,
  fraction,
  inRange,
  nonNegative,
  positive,
  probability,
  type Range,
  readOptions,
} from "./options.ts";

/** What a row costs. A loss of one's own is any object of this shape. */
export interface Loss {
  readonly name: string;
  /** What `target` holds: values shaped like the output, or one class label for each row (i32[batch]). */
  readonly target: "values" | "labels";
  /** What one of the library's own was made with. */
  readonly options?: LossOptions & StructuredOptions;
  /** What a target may be, for so many outputs: all else is refused before training. By default what `target` says. */
  domain?(outputs: number, column: number): Range;
  /** How many numbers a row's target has, for so many outputs (by default one label, or as many as outputs). */
  targetWidth?(outputs: number): number;
  /** How many numbers it predicts for a row of so many outputs (by default as many). */
  predictionWidth?(outputs: number): number;
  /** What it takes outputs for (by default values of any kind). */
  readonly takes?: OutputForm;
  /** output: [batch, outputs] → [batch]. Throws ShapeError when the target does not fit the output. */
  perRow(output: Expr, target: Expr): Expr;
  /** Outputs in the target's own terms: logits as probabilities, a log rate as a rate. The outputs themselves if absent. */
  predict?(output: Expr): Expr;
  /**
   * `perRow` in terms of the prediction, as textbooks write it: perRow(z, y) = ofPrediction(predict(z), y) but for rounding,
   * and for logits so far out that a probability is 0. Explanations take the loss apart with it; nothing trains on it.
   */
  ofPrediction?(prediction: Expr, target: Expr): Expr;
}

/** What a loss takes outputs for, and the activations that have already made of them what the loss makes itself. */
interface OutputForm {
  readonly text: string;
  readonly madeBy: readonly ActivationName[];
}

export const VALUES: OutputForm = { text: "values", madeBy: [] };
export const LOGITS: OutputForm = { text: "logits", madeBy: ["sigmoid", "softmax"] };
const LOG_RATES: OutputForm = { text: "logarithms of rates", madeBy: ["exp", "softplus"] };

const share: Range = { text: "a number from 0 to 1", holds: (y) => y >= 0 && y <= 1 };

/** The label of a class. */
export const labelBelow = (outputs: number): Range => ({
  text: `a label from 0 to ${outputs - 1}`,
  holds: (y) => Number.isInteger(y) && y >= 0 && y < outputs,
});

/** What a target of this loss may be; of several values in a row, what the one in this column may be. */
export function domainOf(loss: Loss, outputs: number, column = 0): Range {
  return loss.domain?.(outputs, column) ?? (loss.target === "labels" ? labelBelow(outputs) : finite);
}

/** How many numbers a row's target has. */
export const targetWidth = (loss: Loss, outputs: number): number =>
  loss.target === "labels" ? 1 : (loss.targetWidth?.(outputs) ?? outputs);

/** How many numbers a row's prediction has: for labels, as many as there are classes. */
export const predictionWidth = (loss: Loss, outputs: number): number => loss.predictionWidth?.(outputs) ?? outputs;

/** The input that a batch's targets are written to. */
export const targetInput = (loss: Loss, name: string, rows: number, outputs: number, dtype: FloatType): Expr =>
  loss.target === "labels" ? input(name, [rows], "i32") : input(name, [rows, targetWidth(loss, outputs)], dtype);

interface HuberOptions {
  /** Where the square turns into a line: a residual > 0 (default 1). */
  readonly delta?: number;
}
export interface CrossEntropyOptions {
  /** Share of the target spread evenly over all classes: in [0, 1) (default 0). */
  readonly labelSmoothing?: number;
}
interface QuantileOptions {
  /** Which quantile is predicted: in (0, 1) (default 0.5, the median). */
  readonly quantile?: number;
}
/** Beside these, the options of the members' own loss. */
interface MembersOptions {
  /** How many members give outputs side by side, ≥ 1 (default 1). */
  readonly members?: number;
  /** What each of them is judged by (default "mean-squared-error"). */
  readonly of?: Exclude<LossName, "members">;
}
/** Options of the losses in `structured-losses.ts`, as plain data. */
export interface StructuredOptions {
  /** Of "quantiles": ascending, each in (0, 1). */
  readonly quantiles?: readonly number[];
  /** Of "heads". */
  readonly heads?: readonly SavedHead[];
}
/** One head of several: what its outputs are for. */
export interface SavedHead {
  readonly loss: { readonly name: string; readonly options?: LossOptions & StructuredOptions };
  /** How many of the network's outputs, a whole number ≥ 1. */
  readonly outputs: number;
  /** How much its loss counts, > 0 (default 1). */
  readonly weight?: number;
  /** Whether one more value of the target, its last, is added to the outputs (default no). */
  readonly offset?: boolean;
}
/** Options of all losses; one that the chosen loss does not have is refused with a RangeError. */
export interface LossOptions extends HuberOptions, CrossEntropyOptions, QuantileOptions, MembersOptions {}

/** The losses that go by a name, and so can be saved. */
export type LossName =
  | "mean-squared-error"
  | "mean-absolute-error"
  | "huber"
  | "binary-cross-entropy"
  | "softmax-cross-entropy"
  | "poisson"
  | "quantile"
  | "members";

/** By identity: a loss of one's own may bear any name. */
const builtIn = new WeakSet<Loss>();

/** Whether a loss was made here, so that its name says all of it but its options. */
export function isBuiltIn(loss: Loss): boolean {
  return builtIn.has(loss);
}

/** What a loss does. Each of the library's own says what targets it is for, and what it takes outputs for. */
type Rules = Pick<Loss, "perRow" | "predict" | "ofPrediction" | "targetWidth" | "predictionWidth"> &
  Required<Pick<Loss, "domain" | "takes">>;

/** The rules stand behind the loss, which is plain data by itself: it can be cloned, sent and saved, and `lossOf` reads it. */
export function makeLoss(name: string, target: Loss["target"], options: Loss["options"], rules: Rules): Loss {
  const loss: Loss = Object.assign(Object.create(rules), { name, target, options: { ...options } });
  builtIn.add(loss);
  return loss;
}

interface Averaged extends Pick<Rules, "takes"> {
  readonly domain: Range;
  perOutput(z: Expr, y: Expr): Expr;
  /** With what a row costs in terms of it. */
  readonly predict?: { of(z: Expr): Expr; perOutput(p: Expr, y: Expr): Expr };
}

/** A loss that averages over the outputs of a row: (1/outputs) Σₖ ℓ(zₖ, yₖ). */
function averaged(name: LossName, options: LossOptions, { domain, takes, perOutput, predict }: Averaged): Loss {
  return makeLoss(name, "values", options, {
    ...(predict && {
      predict: predict.of,
      ofPrediction: (p, target) => mean(predict.perOutput(p, target), [1]),
    }),
    domain: () => domain,
    takes,
    perRow(output, target) {
      checkTarget(name, output, target, output.type);
      return mean(perOutput(output, target), [1]);
    },
  });
}

/** Without this check broadcasting would quietly turn [batch, 1] against [batch] into [batch, batch]. */
export function checkTarget(name: string, output: Expr, target: Expr, expected: TensorType): void {
  if (output.type.shape.length !== 2) {
    throw new ShapeError(`loss '${name}' expects an output [batch, outputs], got ${printType(output.type)}`);
  }
  if (!sameType(target.type, expected)) {
    throw new ShapeError(
      `loss '${name}' expects a target ${printType(expected)} for an output ${printType(output.type)}, ` +
        `got ${printType(target.type)}`,
    );
  }
}

/** (z − y)² */
export function meanSquaredError(options: object = {}): Loss {
  readOptions("mean-squared-error", options, {});
  const perOutput = (z: Expr, y: Expr): Expr => square(sub(z, y));
  return averaged("mean-squared-error", options, { domain: finite, takes: VALUES, perOutput });
}

/** |z − y|, with derivative 0 at z = y */
export function meanAbsoluteError(options: object = {}): Loss {
  readOptions("mean-absolute-error", options, {});
  const perOutput = (z: Expr, y: Expr): Expr => abs(sub(z, y));
  return averaged("mean-absolute-error", options, { domain: finite, takes: VALUES, perOutput });
}

/**
 * r²/2 for |r| ≤ δ, else δ (|r| − δ/2), with r = z − y          Huber, "Robust estimation of a location parameter", 1964
 * Both at once: c (|r| − c/2) with c = min(|r|, δ).
 */
export function huber(options: HuberOptions = {}): Loss {
  const { delta } = readOptions("huber", options, { delta: [1, positive] });
  const perOutput = (z: Expr, y: Expr): Expr => {
    const size = abs(sub(z, y));
    const limited = minimum(size, delta);
    return mul(limited, sub(size, mul(0.5, limited)));
  };
  return averaged("huber", options, { domain: finite, takes: VALUES, perOutput });
}

/** −y ln σ(z) − (1 − y) ln(1 − σ(z)) = softplus(z) − y z, of logits z and targets y in [0, 1] */
export function binaryCrossEntropy(options: object = {}): Loss {
  readOptions("binary-cross-entropy", options, {});
  return averaged("binary-cross-entropy", options, {
    domain: share,
    takes: LOGITS,
    perOutput: (z, y) => sub(softplus(z), mul(y, z)),
    predict: {
      of: sigmoid,
      perOutput: (p, y) => neg(add(mul(y, log(p)), mul(sub(1, y), log(sub(1, p))))),
    },
  });
}

/**
 * −Σₖ qₖ ln softmax(z)ₖ = logsumexp(z) − Σₖ qₖ zₖ, of logits z; q is the one-hot label, or with smoothing ε
 * (1 − ε) onehot + ε/K          Szegedy et al., "Rethinking the Inception architecture", CVPR 2016
 * So z̄ = softmax(z) − q is what the rule of logsumexp gives. A label outside 0 to K − 1 is no class at all (q = ε/K).
 */
export function softmaxCrossEntropy(options: CrossEntropyOptions = {}): Loss {
  const name = "softmax-cross-entropy";
  const { labelSmoothing } = readOptions(name, options, { labelSmoothing: [0, fraction] });
  const wanted = (labels: Expr, like: Expr): Expr => {
    const classes = like.type.shape[1];
    const hard = oneHot(labels, classes, like.type.dtype === "f32" ? "f32" : "f64");
    return labelSmoothing === 0 ? hard : add(mul(1 - labelSmoothing, hard), labelSmoothing / classes);
  };
  return makeLoss(name, "labels", options, {
    domain: labelBelow,
    takes: LOGITS,
    perRow(z, labels) {
      checkTarget(name, z, labels, tensorType([z.type.shape[0]], "i32"));
      return sub(logsumexp(z, [1]), sum(mul(wanted(labels, z), z), [1]));
    },
    predict: (z) => softmax(z),
    ofPrediction: (p, labels) => neg(sum(mul(wanted(labels, p), log(p)), [1])),
  });
}

/** eᶻ − y z, of counts or rates y ≥ 0: −ln P(y) of a Poisson distribution with rate eᶻ, but for ln y!, which no parameter changes */
export function poisson(options: object = {}): Loss {
  readOptions("poisson", options, {});
  return averaged("poisson", options, {
    domain: nonNegative,
    takes: LOG_RATES,
    perOutput: (z, y) => sub(exp(z), mul(y, z)),
    predict: { of: exp, perOutput: (rate, y) => sub(rate, mul(y, log(rate))) },
  });
}

/**
 * max(q r, (q − 1) r) with r = y − z; the derivative at r = 0 is the middle, ½ − q
 * Koenker & Bassett, "Regression quantiles", Econometrica 1978
 */
export function quantile(options: QuantileOptions = {}): Loss {
  const { quantile: q } = readOptions("quantile", options, { quantile: [0.5, probability] });
  const perOutput = (z: Expr, y: Expr): Expr => {
    const r = sub(y, z);
    return maximum(mul(q, r), mul(q - 1, r));
  };
  return averaged("quantile", options, { domain: finite, takes: VALUES, perOutput });
}

/** The mean over members whose outputs stand side by side, of another loss (members.ts). */
function members({ members: many = 1, of = "mean-squared-error", ...own }: LossOptions = {}): Loss {
  const k = inRange("members: members", many, count);
  checkName(
    "members: of",
    of,
    Object.keys(losses).filter((name) => name !== "members"),
  );
  const inner = losses[of](own);
  const rules = membersRules(k, inner as Rules);
  return makeLoss("members", inner.target, { members: k, of, ...own }, { ...rules, takes: inner.takes ?? VALUES });
}

/** What makes each loss, by name. */
export const losses: Readonly<Record<LossName, (options?: LossOptions) => Loss>> = {
  "mean-squared-error": meanSquaredError,
  "mean-absolute-error": meanAbsoluteError,
  huber,
  "binary-cross-entropy": binaryCrossEntropy,
  "softmax-cross-entropy": softmaxCrossEntropy,
  poisson,
  quantile,
  members,
};

/**
 * One number from the rows' losses ([batch]): Σᵣ wᵣ ℓᵣ, divided for the mean by Σᵣ wᵣ; without weights wᵣ = 1.
 * So a row of weight 0 does not count and a row of weight 2 counts as that row twice. Where Σᵣ wᵣ = 0 the mean is 0.
 * Throws ShapeError when the weight's type is not the rows'.
 */
export function reduceRows(perRow: Expr, weight: Expr | undefined, reduction: "mean" | "sum"): Expr {
  if (perRow.type.shape.length !== 1) {
    throw new ShapeError(`a loss must give one number for each row, [batch], got ${printType(perRow.type)}`);
  }
  if (weight === undefined) return reduction === "mean" ? mean(perRow) : sum(perRow);
  if (!sameType(weight.type, perRow.type)) {
    throw new ShapeError(`row weights must be ${printType(perRow.type)}, got ${printType(weight.type)}`);
  }
  const total = sum(mul(weight, perRow));
  return reduction === "mean" ? div(total, oneIfZero(sum(weight))) : total;
}

/** x, but 1 where x = 0: a divisor for sums that are 0 as well. */
export function oneIfZero(x: Expr): Expr {
  return add(x, equal(x, 0));
}
