/** What a training reached on each part of its table, and whether that is worth anything. */
import { type Dataset, type Judgement, pickRows, type SyncEngine } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { PARTS, type Part } from "../table/parts.ts";
import type { Prepared } from "../table/prepare.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { hasClasses } from "../table/targets/target.ts";
import type { TrainedTable } from "../training.ts";
import { type ConformalScores, conformalScores } from "../uncertainty/scores.ts";
import {
  type Evaluation,
  evaluateBaseline,
  evaluateModel,
  evaluationOf,
  predictRows,
  type Scores,
  saidOf,
} from "./evaluate.ts";

/** A trained model with its scores on each part of the table, beside those of guessing. */
export interface JudgedTraining {
  /** What is to be kept: with its scores on every part, or, trained once more on all rows, with those of the one before. */
  readonly model: TableModelData;
  /** What was judged: it never saw a test row. */
  readonly judged: TableModelData;
  /** Of every part that has rows; where networks left out rows in turn, "validation" is what each said of those. */
  readonly evaluations: Readonly<Partial<Record<Part, Evaluation>>>;
  /** The part that says most: the test rows, else the validation rows, else those it was trained on. */
  readonly part: Part;
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
  { model, refitted = model, outOfFold }: Pick<TrainedTable, "model" | "refitted" | "outOfFold">,
  { data, rows, classWeights }: Pick<Prepared, "data" | "rows" | "classWeights">,
  engine: SyncEngine,
): JudgedTraining {
  const { target } = model;
  const leftOut = outOfFold && pickRows(data.train, rows.train.length, outOfFold.rows);
  const judge = (part: Part): Evaluation | undefined => {
    if (part === "validation" && leftOut !== undefined) return evaluationOf(target, outOfFold as Judgement, leftOut);
    return rows[part].length === 0 ? undefined : evaluateModel(model, engine, data[part]);
  };
  const found = PARTS.flatMap((part) => {
    const evaluation = judge(part);
    return evaluation === undefined ? [] : [{ part, evaluation }];
  });
  const evaluations = Object.fromEntries(found.map(({ part, evaluation }) => [part, evaluation]));
  const metrics = Object.fromEntries(found.map(({ part, evaluation }) => [part, evaluation.scores]));
  const { part, evaluation } = found[found.length - 1];
  const { scores } = evaluation;
  const baseline = evaluateBaseline(target, data.train, part === "validation" && leftOut ? leftOut : data[part]);
  const isWeighed = classWeights !== undefined && hasClasses(target);
  const conformal = scoresOf(model, { data, rows, leftOut, outOfFold }, engine);
  const reached = { metrics, ...(conformal && { conformal }) };
  return {
    model: { ...refitted, ...reached },
    judged: { ...model, ...reached },
    ...{ evaluations, part, baseline },
    beatsBaseline: isWeighed ? Number(scores.f1) > Number(baseline.f1) : kindOf(target).beats(target, scores, baseline),
  };
}

/**
 * Rows that a recipe left out decided when networks stopped and how much kinds count, and are a little too well predicted: by about so
 * much (decision 48).
 */
const HAD_A_PART = 1.06;

interface Unseen extends Pick<Prepared, "data" | "rows"> {
  readonly outOfFold: TrainedTable["outOfFold"] | undefined;
  readonly leftOut: Dataset | undefined;
}

/** Of rows that the model, or each of its networks, did not learn from; undefined where there are none, or nothing can be said. */
function scoresOf(
  model: TrainedTable["model"],
  { data, rows, leftOut, outOfFold }: Unseen,
  engine: SyncEngine,
): (ConformalScores | null)[] | undefined {
  const { target } = model;
  if (leftOut !== undefined && outOfFold !== undefined && leftOut.y.length > 0)
    return conformalScores(target, saidOf(target, outOfFold, leftOut), leftOut, HAD_A_PART);
  if (rows.validation.length === 0) return undefined;
  return conformalScores(target, predictRows(model, engine, data.validation), data.validation);
}
