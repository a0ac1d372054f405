/** Decisions of models of two classes: what is said of rows where another threshold than one half decides. */
import type { Dataset, SyncEngine } from "@chaingrad/core";
import { checkName } from "@chaingrad/core/given";
import type { TableModelData } from "../../model/model-file.ts";
import type { PredictedColumns } from "../../model/predicted-columns.ts";
import type { Column } from "../../table/table.ts";
import type { ClassPrediction } from "../../table/targets/prediction.ts";
import { hasClasses, type Target } from "../../table/targets/target.ts";
import { predictRows } from "../evaluate.ts";
import type { Numbers } from "../metrics/given.ts";
import { checkThreshold } from "./threshold.ts";

/** The class that a threshold decides about, and the other one. */
export interface TwoClasses {
  readonly positive: string;
  readonly negative: string;
}

/**
 * The class that is meant, by default the second one, and the other.
 * Throws RangeError, saying what to do, unless the target is of two classes and this is one of them.
 */
export function twoClassesOf(target: Target, positive?: string): TwoClasses {
  if (target.task === "several")
    throw new RangeError(
      "a threshold is for a model of one target, and this one has several: train the one of two classes by itself",
    );
  if (!hasClasses(target))
    throw new RangeError(
      `a threshold is for a model of two classes, and '${target.name}' is a ${target.task}: what it predicts are ` +
        (target.task === "regression" ? "amounts, which you can compare with a limit" : "probabilities of each label"),
    );
  const { classes, name } = target;
  if (classes.length !== 2)
    throw new RangeError(
      `a threshold is for a model of two classes, and '${name}' has ${classes.length} (${classes.join(", ")}): merge them into two, or use the probability of each`,
    );
  if (positive !== undefined) checkName("the class", positive, classes);
  const [first, second] = classes;
  return positive === first ? { positive: first, negative: second } : { positive: second, negative: first };
}

/** What thresholds are chosen by and judged on. */
export interface DecidedRows {
  /** How probable the class is in each row. */
  readonly probabilities: Float64Array;
  /** 1 where the row is of the class, else 0. */
  readonly labels: Int32Array;
  readonly weights: Numbers | undefined;
}

/** What a model says of the rows, by the class that is meant. Throws as `twoClassesOf` and `predictRows`. */
export function decidedRows(
  model: TableModelData,
  engine: SyncEngine,
  data: Dataset,
  positive?: string,
): DecidedRows & TwoClasses {
  const two = twoClassesOf(model.target, positive);
  const label = classesOf(model.target).indexOf(two.positive);
  const { probabilities } = predictRows(model, engine, data) as ClassPrediction;
  return {
    ...two,
    probabilities: Float64Array.from({ length: data.y.length }, (_, row) => probabilities[2 * row + label]),
    labels: Int32Array.from(data.y, (own) => Number(own === label)),
    weights: data.weight,
  };
}

const classesOf = (target: Target): readonly string[] => (hasClasses(target) ? target.classes : []);

/**
 * Predicted columns whose predictions are decided by a threshold: the class where its probability is above it. Probabilities stay.
 * Throws as `twoClassesOf`, and RangeError on a threshold outside 0 to 1.
 */
export function withThreshold(
  predicted: PredictedColumns,
  target: Target,
  { threshold, positive: given }: { readonly threshold: number; readonly positive?: string | undefined },
): PredictedColumns {
  checkThreshold(threshold);
  const { positive, negative } = twoClassesOf(target, given);
  const [prediction, ...probabilities] = predicted.columns;
  const own = probabilities[classesOf(target).indexOf(positive)];
  const values = Array.from(own.values as ArrayLike<number>, (p) => (p > threshold ? positive : negative));
  const decided: Column = { name: prediction.name, type: "text", values };
  return { ...predicted, columns: [decided, ...probabilities] };
}
