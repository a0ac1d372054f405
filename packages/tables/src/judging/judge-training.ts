/** What a training reached on each part of its table, and whether that is worth anything. */
import type { SyncEngine } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { PARTS, type Part, type Prepared } from "../table/prepare.ts";
import { type Evaluation, evaluateBaseline, evaluateModel, type Scores } from "./evaluate.ts";

/** A trained model with its scores on each part of the table, beside those of guessing. */
export interface JudgedTraining {
  /** With its scores on every part. */
  readonly model: TableModelData;
  readonly evaluations: Readonly<Record<Part, Evaluation>>;
  /** What guessing scores on the test rows: always the training rows' majority class, or their mean. */
  readonly baseline: Scores;
  /** Whether the model does better than guessing: by accuracy for classes, by rmse for amounts. */
  readonly beatsBaseline: boolean;
}

/** Throws as `evaluateModel`. */
export function judgeTraining(
  model: Omit<TableModelData, "metrics">,
  { data, target }: Prepared,
  engine: SyncEngine,
): JudgedTraining {
  const byPart = <T>(of: (part: Part) => T): Readonly<Record<Part, T>> =>
    Object.fromEntries(PARTS.map((part) => [part, of(part)])) as Record<Part, T>;
  const evaluations = byPart((part) => evaluateModel(model, engine, data[part]));
  const baseline = evaluateBaseline(target, data.train, data.test);
  return {
    model: { ...model, metrics: byPart((part) => evaluations[part].scores) },
    evaluations,
    baseline,
    beatsBaseline: beats(evaluations.test.scores, baseline),
  };
}

function beats(own: Scores, guess: Scores): boolean {
  if ("accuracy" in own) return Number(own.accuracy) > Number(guess.accuracy);
  return Number(own.rmse) < Number(guess.rmse);
}
