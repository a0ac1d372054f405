/** What a training reached on each part of its table, and whether that is worth anything. */
import type { SyncEngine } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { PARTS, type Part, type Prepared } from "../table/prepare.ts";
import type { TrainedTable } from "../training.ts";
import { type Evaluation, evaluateBaseline, evaluateModel, evaluationOf, type Scores } from "./evaluate.ts";

/** A trained model with its scores on each part of the table, beside those of guessing. */
export interface JudgedTraining {
  /** What is to be kept: with its scores on every part, or, trained once more on all rows, with those of the one before. */
  readonly model: TableModelData;
  /** What was judged: it never saw a test row. */
  readonly judged: TableModelData;
  readonly evaluations: Readonly<Record<Part, Evaluation>>;
  /** What guessing scores on the test rows: always the training rows' majority class, or their mean. */
  readonly baseline: Scores;
  /** Whether the model does better than guessing: by accuracy for classes, by rmse for amounts. */
  readonly beatsBaseline: boolean;
}

/** Throws as `evaluateModel`. */
export function judgeTraining(
  { model, refitted = model, outOfFold }: Pick<TrainedTable, "model" | "refitted" | "outOfFold">,
  { data, target }: Prepared,
  engine: SyncEngine,
): JudgedTraining {
  const byPart = <T>(of: (part: Part) => T): Readonly<Record<Part, T>> =>
    Object.fromEntries(PARTS.map((part) => [part, of(part)])) as Record<Part, T>;
  const evaluations = byPart((part) =>
    part === "validation" && outOfFold !== undefined
      ? evaluationOf(target, outOfFold, data.train)
      : evaluateModel(model, engine, data[part]),
  );
  const metrics = byPart((part) => evaluations[part].scores);
  const baseline = evaluateBaseline(target, data.train, data.test);
  return {
    model: { ...refitted, metrics },
    judged: { ...model, metrics },
    evaluations,
    baseline,
    beatsBaseline: beats(evaluations.test.scores, baseline),
  };
}

function beats(own: Scores, guess: Scores): boolean {
  if ("accuracy" in own) return Number(own.accuracy) > Number(guess.accuracy);
  return Number(own.rmse) < Number(guess.rmse);
}
