/**
 * Which rows probably carry a wrong label. A model that has learnt a row by heart says what the row says; so each row is judged by
 * models that were trained without it, fold by fold, and over several partitions, as one that happens to be hard for one model is not
 * hard for all.
 *   classes   1 − p(the row's label), the mean over the partitions      self-confidence
 *             Northcutt, Jiang & Chuang, "Confident learning", JAIR 70 (2021)
 *   amounts   |y − ŷ| / σ with σ = 1.4826 median |y − ŷ|: of normal errors the standard deviation
 *             Iglewicz & Hoaglin, "How to detect and handle outliers" (1993)
 */
import { checkKeys } from "@chaingrad/core/given";
import { type CrossValidateOptions, crossValidate } from "../cross-validation/cross-validate.ts";
import type { AnyRow } from "../model/table-model.ts";
import { type Rows, tableOf } from "../rows.ts";
import { type Column, type Table, TargetError, textAt } from "../table/table.ts";
import { amountAt } from "../table/targets/amounts.ts";
import { columnIn } from "../table/targets/column-in.ts";
import { hasClasses, type SingleTarget, type Target } from "../table/targets/target.ts";
import { TRAIN_OPTIONS } from "../train-table.ts";
import { confidentlyOther } from "./confident-learning.ts";
import { checkPlainTarget, refuseSeveral } from "./plain-target.ts";

/** How rows are judged: by models trained as `crossValidate` trains them. */
export interface SuspectLabelsOptions extends Omit<CrossValidateOptions, "target" | "quantiles"> {
  /** The one column whose values are doubted: classes or amounts. */
  readonly target: string;
}

/** A row, and how doubtful its label is. */
export interface Suspect {
  /** From 1: the most doubtful. */
  readonly rank: number;
  /** In the table, counted from 1. */
  readonly row: number;
  /** Of classes 1 − `probabilityGiven`, in [0, 1]; of amounts how many standard deviations it is off. */
  readonly score: number;
  /** Whether it is more than hard: of classes by confident learning, of amounts from 3.5 standard deviations on. */
  readonly likely: boolean;
  /** As it stands in the table. */
  readonly given: string | number;
  /** What models say that never saw the row: the most probable class, or the mean of the amounts. */
  readonly said: string | number;
  /** Of classes, how probable models take each of the two for. */
  readonly probabilityGiven?: number;
  readonly probabilitySaid?: number;
}

/** The rows of a table by how doubtful their labels are. */
export interface SuspectLabels {
  readonly target: string;
  readonly task: SingleTarget["task"];
  /** How many parts the rows were left out in, and over how many partitions the mean is. */
  readonly folds: number;
  readonly repeat: number;
  /** σ of amounts, in the target's unit; null of classes. */
  readonly scale: number | null;
  /** All rows that a fold left out, the most doubtful first. */
  readonly suspects: readonly Suspect[];
  /** How many of them are `likely`. */
  readonly likely: number;
  readonly notes: readonly string[];
}

/** Partitions whose mean is taken: decision 49. */
const REPEATS = 3;
const FOLDS = 5;
/** Standard deviations, of normal errors, that are taken for more than chance. */
const FAR = 3.5;
/** 1 / Φ⁻¹(3/4) */
const NORMAL = 1.4826;

const { test: _, rows: __, flow: ___, onEpoch: ____, quantiles: _____, ...TRAINING } = TRAIN_OPTIONS;
const OPTIONS = { ...TRAINING, folds: true, repeat: true, onFold: true } as const satisfies Record<
  keyof SuspectLabelsOptions,
  true
>;

/**
 * Ranks all rows of a table whose target is known. By default five folds three times with the recipe "fast".
 * Throws before training UserError on several targets, sets of labels and quantiles, and as `crossValidate`.
 */
export async function suspectLabels(rows: Rows<object>, options: SuspectLabelsOptions): Promise<SuspectLabels> {
  checkKeys("suspectLabels", options ?? null, OPTIONS);
  const { target: name, folds = FOLDS, onPrepared } = options;
  if (Array.isArray(name) && name.length !== 1) refuseSeveral(name);
  // Folds in time are the same each time.
  const repeat = options.repeat ?? (options.split?.time === undefined ? REPEATS : 1);
  const table = tableOf(rows as Rows<AnyRow>);
  const { outOfFold, target, notes } = await crossValidate(table, {
    recipe: "fast",
    ...options,
    ...{ folds, repeat },
    onPrepared: (prepared) => {
      checkTarget(prepared.target);
      onPrepared?.(prepared);
    },
  });
  const one = target as SingleTarget;
  const judged = { table, column: columnIn(table, one.name), outOfFold };
  const { scale, found } = hasClasses(one) ? ofClasses(one.classes, judged) : ofAmounts(judged);
  found.sort((a, b) => b.score - a.score || a.row - b.row);
  const suspects = found.map((suspect, i): Suspect => ({ rank: i + 1, ...suspect }));
  const likely = suspects.filter((suspect) => suspect.likely).length;
  return { target: one.name, task: one.task, folds, repeat, scale, suspects, likely, notes };
}

function checkTarget(target: Target): void {
  checkPlainTarget(target);
  if (target.task === "regression" && target.quantiles !== undefined)
    throw new TargetError(
      `'${target.name}' is learnt by quantiles, and rows are doubted that are far from what is expected: choose another loss`,
      target.name,
    );
}

interface JudgedTable {
  readonly table: Table;
  readonly column: Column;
  /** Of each partition "fold", "prediction" and of classes a column for each, in their order. */
  readonly outOfFold: readonly (readonly Column[])[];
}

interface Found {
  readonly scale: number | null;
  readonly found: Omit<Suspect, "rank">[];
}

/** The mean over the partitions of column `place` beside "fold", of each row; NaN where no fold left the row out. */
function meanOf({ table, outOfFold }: JudgedTable, place: number): Float64Array {
  const all = outOfFold.map((columns) => columns[place].values as Float64Array);
  return Float64Array.from(
    { length: table.rows },
    (_, row) => all.reduce((sum, own) => sum + own[row], 0) / all.length,
  );
}

const judgedIn = (values: Float64Array): number[] =>
  Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));

function ofClasses(classes: readonly string[], judged: JudgedTable): Found {
  const probabilities = classes.map((_, label) => meanOf(judged, 2 + label));
  const rows = judgedIn(probabilities[0]);
  const labels = rows.map((row) => classes.indexOf(textAt(judged.column, row) as string));
  const told = rows.map((row) => probabilities.map((own) => own[row]));
  const other = confidentlyOther(told, labels);
  const found = rows.map((row, i) => {
    const said = told[i].indexOf(Math.max(...told[i]));
    const probabilityGiven = told[i][labels[i]];
    return {
      ...{ row: row + 1, score: 1 - probabilityGiven, likely: other[i] },
      ...{ given: classes[labels[i]], said: classes[said], probabilityGiven, probabilitySaid: told[i][said] },
    };
  });
  return { scale: null, found };
}

function ofAmounts(judged: JudgedTable): Found {
  const predictions = meanOf(judged, 1);
  const rows = judgedIn(predictions);
  const errors = rows.map((row) => Math.abs(amountAt(judged.column, row) - predictions[row]));
  const scale = NORMAL * medianOf(errors);
  const found = rows.map((row, i) => {
    // Where most rows are met exactly, the others are infinitely far off.
    const score = errors[i] === 0 ? 0 : errors[i] / scale;
    return {
      ...{ row: row + 1, score, likely: score > FAR },
      ...{ given: amountAt(judged.column, row), said: predictions[row] },
    };
  });
  return { scale, found };
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
