/** What a model says of rows, in the target's own terms. */
import { beside } from "./beside.ts";

/** Of classes: of each row the most probable one, by its label and its name. */
export interface ClassPrediction {
  readonly task: "classification" | "ordinal";
  readonly labels: Int32Array;
  readonly names: readonly string[];
  /** [rows, classes] */
  readonly probabilities: Float64Array;
}

/** Of amounts: one for each row; of quantiles the middle one, and all of them. */
export interface AmountPrediction {
  readonly task: "regression";
  readonly values: Float64Array;
  /** Of each quantile, in order; absent where none were asked for. */
  readonly quantiles?: readonly Float64Array[];
}

/** Of sets of labels: those of each row whose probability is above one half. */
export interface LabelSetPrediction {
  readonly task: "multi-label";
  readonly names: readonly (readonly string[])[];
  /** [rows, labels] */
  readonly probabilities: Float64Array;
}

/** Of several targets: of each its own, in order. */
export interface SeveralPrediction {
  readonly task: "several";
  readonly targets: readonly (ClassPrediction | AmountPrediction | LabelSetPrediction)[];
}

/** What a model says of rows, in the target's own terms. */
export type TablePrediction = ClassPrediction | AmountPrediction | LabelSetPrediction | SeveralPrediction;

/** What is said of one row. */
export interface Said {
  readonly value: unknown;
  readonly label?: string;
  readonly labels?: readonly string[];
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly quantiles?: Readonly<Record<string, number>>;
}

/** The numbers of predictions, [rows, all that is said of one] row-major: what `TargetKind.graph` gives. */
export function numbersOf(said: TablePrediction): Float64Array {
  if (said.task === "several") {
    const parts = said.targets.map(numbersOf);
    return beside(parts, rowsOf(said.targets[0]));
  }
  if (said.task !== "regression") return said.probabilities;
  return said.quantiles === undefined ? said.values : beside(said.quantiles, said.values.length);
}

const rowsOf = (said: SeveralPrediction["targets"][number]): number =>
  said.task === "regression" ? said.values.length : said.names.length;
