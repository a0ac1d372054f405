/**
 * Which training rows made a prediction, or a loss, what it is. By the implicit function theorem the minimum of the objective
 *   f(θ) = Σᵣ wᵣ ℓᵣ / W + (λ/2) Σ‖W‖²,   W = Σ wᵣ
 * moves, where row r is left out, to first order by
 *   Δθ = wᵣ/(W − wᵣ) H⁻¹ (gᵣ − ḡ)       ḡ = Σ wᵣ gᵣ / W, which is −∇penalty at the minimum
 * so a quantity q(θ) moves by ∇q · Δθ, and what the row adds to q is
 *   q(with r) − q(without r) ≈ −wᵣ/(W − wᵣ) s · (gᵣ − ḡ)      s = H⁻¹ ∇q
 * One solve for all rows; s · gᵣ is the tangent of ℓᵣ along s.
 * Koh & Liang, "Understanding black-box predictions via influence functions", ICML 2017; Hampel, JASA 1974
 */

import { modelProblem } from "@chaingrad/core/curvature";
import { checkKeys, checkName, inRange, nonNegative } from "@chaingrad/core/given";
import type { OfModel } from "../explain/explain-model.ts";
import type { Rows } from "../rows.ts";
import type { OutputChoice } from "../understanding/output.ts";
import { type EngineChoice, subjectOf } from "../understanding/subject.ts";
import { dot, type Solution, solveHessian } from "./inverse-hessian.ts";
import { lossAt, predictionAt } from "./quantity.ts";
import { total } from "./row-gradients.ts";
import { RowLosses } from "./row-losses.ts";
import { trainingRows } from "./training-rows.ts";

/** What the influence is on, and how it is found. */
export interface InfluenceOptions extends EngineChoice, Pick<OutputChoice, "class"> {
  /** The row, counted from 1: of the training rows' table, or of `in`. */
  readonly row: number;
  /** Another table that the row stands in (default: that of the training rows). */
  readonly in?: Rows<object> | undefined;
  /** Its prediction (default), or its loss, for which its target must be known. */
  readonly of?: "prediction" | "loss" | undefined;
  /** γ ≥ 0 of H + γI (default: 0 where H is positive definite, else the least that makes it so, up to a factor). */
  readonly damping?: number | undefined;
}

/** What one training row adds. */
export interface RowInfluence {
  /** In the table, counted from 1. */
  readonly row: number;
  /** What the quantity is more with the row than without it: in the target's unit, of classes a probability. */
  readonly influence: number;
}

/** What each training row adds to a prediction, or to a loss. */
export interface Influence extends Omit<Solution, "solution"> {
  readonly of: "prediction" | "loss";
  /** "price", "p(setosa)", "loss". */
  readonly name: string;
  readonly row: number;
  /** What the model says, or the loss. */
  readonly value: number;
  /** All training rows, what adds most first, what takes away most last. */
  readonly influences: readonly RowInfluence[];
  /** How many numbers θ holds. */
  readonly parameters: number;
  /** By how much the quantity would move, to first order, if training went on to the minimum: what the formula takes for 0. */
  readonly unfinished: number;
  /** What should make one doubt the numbers, a sentence each. */
  readonly notes: readonly string[];
}

const OPTIONS = { engine: true, class: true, row: true, in: true, of: true, damping: true } as const satisfies Record<
  keyof InfluenceOptions,
  true
>;

/** A residual above this is worth a word. */
const DOUBTFUL = 1e-6;

/**
 * What each row that a model was trained on adds to one prediction, or to one row's loss: by one solve with the exact Hessian.
 * @param rows the rows that the model was trained on; others say what they would have added
 * Throws UserError on several targets, sets of labels and a class that there is not, RangeError on a row that there is not, on a damping
 * that does not make the Hessian positive definite and on a model whose objective has none, TargetError and EncodingError as
 * `TableModel.evaluate`.
 */
export async function influence(given: OfModel, rows: Rows<object>, options: InfluenceOptions): Promise<Influence> {
  checkKeys("influence", options ?? null, OPTIONS);
  const { row, of = "prediction", damping } = options;
  checkName("of", of, ["prediction", "loss"]);
  if (damping !== undefined) inRange("damping", damping, nonNegative);
  const subject = await subjectOf(given, rows, options);
  const { model, engine } = subject;
  const taken = trainingRows(subject);
  const own = options.in === undefined ? subject : await subjectOf(given, options.in, options);
  const quantity = of === "loss" ? lossAt(own, row, options.class) : predictionAt(own, row, options);
  const asked = await modelProblem(model, taken.data, engine);
  const { solution, ...solved } = solveHessian(asked, quantity.gradient, damping);
  const slopes = total(new RowLosses(model, engine, taken).along(solution));
  const mean = dot(slopes, taken.shares);
  const influences = Array.from(taken.places, (place, i): RowInfluence => {
    const share = taken.shares[i];
    // A row alone cannot be left out.
    return { row: place + 1, influence: share < 1 ? (-share / (1 - share)) * (slopes[i] - mean) + 0 : 0 };
  });
  influences.sort((a, b) => b.influence - a.influence || a.row - b.row);
  const unfinished = -dot(asked.problem.gradient(asked.at), solution);
  const { name, value } = quantity;
  const found = { of, name, row, value, influences, parameters: asked.at.length, unfinished, ...solved };
  return { ...found, notes: notesOf(found) };
}

function notesOf({
  unfinished,
  influences,
  damping,
  residual,
  method,
  name,
  isIndefinite,
}: Omit<Influence, "notes">): string[] {
  const largest = Math.max(...influences.map((one) => Math.abs(one.influence)));
  const shown = (value: number): string => value.toPrecision(3);
  return [
    ...(isIndefinite
      ? [
          `the objective curves downwards here in some direction, so this is no minimum: damped by ${shown(damping)}, the least that makes its Hessian positive definite, up to a factor`,
        ]
      : []),
    ...(Math.abs(unfinished) > largest
      ? [
          `training ended before the minimum that the formula presumes: going on to it would move ${name} by ${shown(unfinished)}, and no row adds more than ${shown(largest)}; train with the optimizer lbfgs and without validation rows`,
        ]
      : []),
    ...(residual > DOUBTFUL
      ? [`the solve by ${method} left a relative residual of ${shown(residual)}: give a damping, or a smaller network`]
      : []),
  ];
}
