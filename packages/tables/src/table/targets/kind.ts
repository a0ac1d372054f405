/** What each kind of target says of itself; all else goes by this. */
import type { Dataset, Expr, Loss, Metric } from "@chaingrad/core";
import type { Evaluation, Scores } from "../../judging/evaluation.ts";
import type { Column, Rows, Table } from "../table.ts";
import type { Said, TablePrediction } from "./prediction.ts";
import type { Target } from "./target.ts";

/** Targets of rows as numbers: labels, or [rows, width]. */
export type Encoded = Int32Array | Float64Array;

/** Predictions in the terms of the loss, [rows, outputs]; and the offsets of each row, [rows, targets that have one]. */
export interface Predicted {
  readonly predictions: Float64Array;
  readonly offsets?: Float64Array | undefined;
}

/** Rows that are judged: their targets as numbers, and their weights. */
export interface Truth extends Pick<Dataset, "y"> {
  readonly weight?: Dataset["weight"] | undefined;
}

export interface TargetKind<T extends Target> {
  /** Of the network. */
  outputs(target: T): number;
  /** Numbers of a row's target, an offset among them. */
  width(target: T): number;
  /**
   * The targets of the given rows as numbers to train on: labels from 0, standardised amounts with their offset, …, row-major.
   * Throws TargetError on a value that is missing or is none of the target's.
   */
  encode(target: T, table: Table, rows: Rows): Encoded;
  /** What a model says of the rows. Throws EncodingError where nothing can be said, for the weights overflow. */
  say(target: T, given: Predicted): TablePrediction;
  /** The same of row number `row` alone. */
  sayRow(target: T, given: Predicted, row: number): Said;
  /** Columns to be added to a table; `of` in their names where there are several targets. */
  columns(target: T, said: TablePrediction, of: string | undefined): Column[];
  /** Scores in the target's own unit, where `loss` is known and what it is. */
  evaluate(target: T, given: Predicted, truth: Truth, loss: number | null): Evaluation;
  /** What always giving the same answer scores, the best that the training rows know. */
  baseline(target: T, train: Truth, data: Truth): Scores;
  /** Whether a model's scores are better than the baseline's. */
  beats(target: T, own: Scores, guess: Scores): boolean;
  /** What the baseline is called: "mean". */
  guess(target: T): string;
  /** Predictions in the target's own terms, [rows, names], of those of the loss, with the arithmetic of `say`; offsets as there. */
  graph(target: T, predictions: Expr, offset: Expr | undefined): Expr;
  /** What each column of `graph` is called: "miles_per_gallon", "p(setosa)"; `of` where there are several targets. */
  names(target: T, of: string | undefined): readonly string[];
  /** What each output of the network is called. */
  outputNames(target: T): readonly string[];
  /** What is told of the validation rows while training goes on; undefined: what `fit` tells by itself. */
  metrics(target: T): Readonly<Record<string, Metric>> | undefined;
  /** What always giving the same answer costs: what a head's loss is divided by, so that no target drowns another. */
  guessLoss(target: T, loss: Loss, train: Truth): number;
}
