/** What all folds say together. */
import type { Scores } from "../judging/evaluate.ts";
import type { Prepared } from "../table/prepare.ts";
import type { Column, NumberColumn, Table } from "../table/table.ts";
import { hasClasses, type Target, targetsOf } from "../table/targets/target.ts";
import { type Average, averageOf, type Difference, differenceOf } from "./compare.ts";
import type { Fold } from "./folds.ts";
import type { Judged, JudgedFold } from "./judge-fold.ts";

/** One score of all folds, by each method and beside the others. */
export interface ComparedScore {
  readonly own: Average;
  readonly linear: Average;
  readonly baseline: Average;
  readonly overLinear: Difference;
  readonly overBaseline: Difference;
}

/** What a recipe reaches on rows that it has not seen. */
export interface CrossValidation {
  readonly target: Target;
  /** In order. */
  readonly folds: readonly JudgedFold[];
  /** By the names that `Evaluation.scores` have. */
  readonly scores: Readonly<Record<string, ComparedScore>>;
  /** What is said of each row by a model that never saw it, for each repeat: columns as `predict` adds, and "fold". */
  readonly outOfFold: readonly (readonly Column[])[];
  /** What should make one doubt the scores, a sentence each. */
  readonly notes: readonly string[];
}

/** @param judged of each fold, in order */
export function summaryOf(
  table: Table,
  whole: Prepared,
  planned: readonly Fold[],
  judged: readonly Judged[],
): CrossValidation {
  const folds = judged.map(({ fold }) => fold);
  const ratio = folds.reduce((sum, { judged, trained }) => sum + judged / trained, 0) / folds.length;
  const names = Object.keys(folds[0].baseline);
  const of = (scores: (fold: JudgedFold) => Scores, name: string) => folds.map((fold) => scores(fold)[name] ?? null);
  const compared = (name: string): ComparedScore => {
    const own = of(({ evaluation }) => evaluation.scores, name);
    const [linear, baseline] = [of((fold) => fold.linear, name), of((fold) => fold.baseline, name)];
    return {
      own: averageOf(own, ratio),
      linear: averageOf(linear, ratio),
      baseline: averageOf(baseline, ratio),
      overLinear: differenceOf(own, linear, ratio),
      overBaseline: differenceOf(own, baseline, ratio),
    };
  };
  const repeats = new Set(folds.map(({ repeat }) => repeat)).size;
  return {
    target: whole.target,
    folds,
    scores: Object.fromEntries(names.map((name) => [name, compared(name)])),
    outOfFold: Array.from({ length: repeats }, (_, repeat) =>
      outOfFold(
        table.rows,
        judged.filter(({ fold }) => fold.repeat === repeat),
      ),
    ),
    notes: notesOf(whole, planned),
  };
}

/** What was said of each row, and in which fold, from 1; nothing of rows that no fold left out. */
function outOfFold(rows: number, judged: readonly Judged[]): Column[] {
  const number = (name: string): NumberColumn => ({
    name,
    type: "number",
    values: new Float64Array(rows).fill(Number.NaN),
  });
  const text = (name: string) => ({
    name,
    type: "text" as const,
    values: new Array<string | boolean | null>(rows).fill(null),
  });
  const all = judged[0].columns.map((column) => (column.type === "number" ? number(column.name) : text(column.name)));
  const fold = number("fold");
  for (const { rows: own, columns, fold: one } of judged) {
    own.forEach((row, i) => {
      fold.values[row] = one.fold + 1;
      all.forEach(({ values }, c) => {
        (values as (typeof columns)[number]["values"][number][])[row] = columns[c].values[i];
      });
    });
  }
  return [fold, ...all];
}

/** Classes that a model was judged by and never saw. */
function notesOf({ target, rows, data }: Prepared, folds: readonly Fold[]): string[] {
  const one = targetsOf(target)[0];
  if (!hasClasses(one) || target.task === "several") return [];
  const labels = new Map(Array.from(rows.train, (row, i) => [row, data.train.y[i]]));
  return one.classes.flatMap((name, label) => {
    const unseen = folds.filter(({ train }) => !train.some((row) => labels.get(row) === label));
    if (unseen.length === 0) return [];
    const places = unseen.map(({ fold, repeat }) => `${fold + 1}${repeat > 0 ? ` of repeat ${repeat + 1}` : ""}`);
    return [
      `class '${name}' has no row to learn from where fold ${places.join(" or ")} is left out: it cannot be found there`,
    ];
  });
}
