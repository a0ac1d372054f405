/** What a training reached on each part of its table, and whether that is worth anything. */
import type { SyncEngine } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { PARTS, type Part } from "../table/parts.ts";
import type { Prepared } from "../table/prepare.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { hasClasses } from "../table/targets/target.ts";
import { type Evaluation, evaluateBaseline, evaluateModel, type Scores } from "./evaluate.ts";

/** A trained model with its scores on each part of the table, beside those of guessing. */
export interface JudgedTraining {
  /** With its scores on every part. */
  readonly model: TableModelData;
  /** Of every part that has rows. */
  readonly evaluations: Readonly<Partial<Record<Part, Evaluation>>>;
  /** The part that says most: the test rows, else the validation rows, else those it was trained on. */
  readonly judged: Part;
  /** What guessing scores on that part: always the training rows' majority class, or their mean. */
  readonly baseline: Scores;
  /**
   * Whether the model does better than guessing: by accuracy for classes (f1 where they were weighed), by rmse for amounts; of several
   * targets on one of them at least.
   */
  readonly beatsBaseline: boolean;
}

/** Throws as `evaluateModel`. */
export function judgeTraining(
  model: Omit<TableModelData, "metrics">,
  { data, rows, classWeights }: Pick<Prepared, "data" | "rows" | "classWeights">,
  engine: SyncEngine,
): JudgedTraining {
  const { target } = model;
  const parts = PARTS.filter((part) => rows[part].length > 0);
  const evaluations = Object.fromEntries(parts.map((part) => [part, evaluateModel(model, engine, data[part])]));
  const judged = [...parts].reverse().find((part) => part in evaluations) as Part;
  const baseline = evaluateBaseline(target, data.train, data[judged]);
  const { scores } = evaluations[judged];
  const metrics = Object.fromEntries(parts.map((part) => [part, evaluations[part].scores]));
  const isWeighed = classWeights !== undefined && hasClasses(target);
  return {
    ...{ model: { ...model, metrics }, evaluations, judged, baseline },
    beatsBaseline: isWeighed ? Number(scores.f1) > Number(baseline.f1) : kindOf(target).beats(target, scores, baseline),
  };
}
