/** How a model does on rows whose targets are known. */

/** Numbers that people look for, by name; null where one is not defined on these rows. */
export type Scores = Readonly<Record<string, number | null>>;

/** How one class, or label, is found. */
export interface ClassScores {
  readonly name: string;
  /** Weight of the rows that are of the class. */
  readonly rows: number;
  /** Of the rows said to be of the class, the share that is; null where none is said to be. */
  readonly precision: number | null;
  /** Of the rows of the class, the share that is found; null where there are none. */
  readonly recall: number | null;
  /** 2TP / (2TP + FP + FN); null where the class occurs neither in truth nor in prediction. */
  readonly f1: number | null;
}

/** How a model does on rows whose targets are known. */
export interface Evaluation {
  /**
   * accuracy, f1, auc (null where weights overflow on these rows), loss for classes; r2, rmse, mae, loss for amounts. Of several
   * targets "r2 of y1" and so on.
   */
  readonly scores: Scores;
  /** confusion[truth][prediction], for classes. */
  readonly confusion?: readonly (readonly number[])[];
  /** Of each class or label by itself. */
  readonly classes?: readonly ClassScores[];
  /** Of target − prediction, for amounts. */
  readonly residuals?: ResidualSummary;
  /** Of several targets each by itself, in order. */
  readonly targets?: readonly Evaluation[];
}

/** Least, greatest and quartiles of what a prediction is off by. */
export interface ResidualSummary {
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
}
