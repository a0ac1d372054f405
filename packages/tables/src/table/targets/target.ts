/** What is to be predicted, as plain JSON that is saved with the model. */
import { type Column, TargetError } from "../table.ts";

/** What a target is: classes, amounts, classes in an order, or a set of labels in each row. */
export type Task = "classification" | "regression" | "ordinal" | "multi-label";
/** Every task by its name. */
export const TASKS: readonly Task[] = ["classification", "regression", "ordinal", "multi-label"];

interface AnyTarget {
  /** The column that holds it. */
  readonly name: string;
  /** Why it is taken for what it is, in one line. */
  readonly why: string;
}

interface Classes extends AnyTarget {
  /** Label i stands for classes[i]: numbers in ascending order, text by character code; of an ordinal target in its order. */
  readonly classes: readonly string[];
  /** Rows of each class. */
  readonly counts: readonly number[];
  /** What the classes are in the program that trained, where they are no text. */
  readonly values?: "number" | "boolean";
  /** Classes of one row, which could not be learnt and judged both; absent where there are none. */
  readonly aside?: readonly string[];
}

/** A target of classes: its column, and the classes in the order of the network's outputs. */
export interface ClassificationTarget extends Classes {
  readonly task: "classification";
}

/** Classes in an order: output k says how probable a class above classes[k] is. */
export interface OrdinalTarget extends Classes {
  readonly task: "ordinal";
}

/** What is known of each row beforehand, and added to what the network makes of it. */
export interface Offset {
  readonly column: string;
  /** Whether the column holds an exposure, whose logarithm is the offset. */
  readonly log: boolean;
}

/**
 * A target of amounts: its column, and how it is standardised. Of what a network predicts (an output, or e to it where `link`
 * says so) the amount is scale · prediction + mean.
 */
export interface RegressionTarget extends AnyTarget {
  readonly task: "regression";
  readonly mean: number;
  readonly scale: number;
  /** Where the loss takes outputs for logarithms of rates: of counts. */
  readonly link?: "log";
  /**
   * Where ln y is standardised in place of y: an amount is then this factor times e to what comes back. It leads from the median,
   * which e to a mean of logarithms is nearer to, to the mean, so that predictions are right on the whole (a ratio estimate in the
   * place of Duan's "Smearing estimate", JASA 1983); it is 1 where a median or another quantile is predicted.
   */
  readonly factor?: number;
  /** One output for each; absent where one number is predicted. */
  readonly quantiles?: readonly number[];
  readonly offset?: Offset;
}

/** A set of labels in each row: one output for each label. */
export interface MultiLabelTarget extends AnyTarget {
  readonly task: "multi-label";
  readonly labels: readonly string[];
  /** Rows that have each label. */
  readonly counts: readonly number[];
}

/** A target in one column. */
export type SingleTarget = ClassificationTarget | OrdinalTarget | RegressionTarget | MultiLabelTarget;

/** Several targets at once: the outputs of each beside each other. */
export interface SeveralTarget extends AnyTarget {
  readonly task: "several";
  readonly targets: readonly SingleTarget[];
}

/** Plain JSON, saved with the model. */
export type Target = SingleTarget | SeveralTarget;

/** The single targets that a target consists of. */
export const targetsOf = (target: Target): readonly SingleTarget[] =>
  target.task === "several" ? target.targets : [target];

/** Those of a target's single targets that have an offset: "offsets" of rows are [rows, these], in this order. */
export const movedTargets = (target: Target): readonly (RegressionTarget & { readonly offset: Offset })[] =>
  targetsOf(target).filter(
    (one): one is RegressionTarget & { offset: Offset } => one.task === "regression" && one.offset !== undefined,
  );

/** The columns that offsets stand in, each once. */
export const offsetColumns = (target: Target): string[] => [
  ...new Set(movedTargets(target).map(({ offset }) => offset.column)),
];

/** Whether these are classes, of which one is said of each row. */
export const hasClasses = (target: Target): target is ClassificationTarget | OrdinalTarget =>
  target.task === "classification" || target.task === "ordinal";

export function refusal(
  { name }: Pick<Column, "name">,
  message: string,
  row?: number,
  hint?: string,
  remedy?: string,
): TargetError {
  return new TargetError(`the target '${name}' ${message}`, name, row, hint, remedy === undefined ? {} : { remedy });
}
