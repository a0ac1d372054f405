/** How far a derivation reaches: down to the columns of a model's table, and up to the loss or to a prediction. */
import { type Expr, nearest, referenceEngine } from "@chaingrad/core";
import { type Block, type ColumnDerivative, columnsView, type ExplainNetOptions } from "@chaingrad/core/explain";
import { mostProbable } from "@chaingrad/core/given";
import { computeGradients, takenNames } from "@chaingrad/core/net";
import { refusal, UserError } from "@chaingrad/core/user-error";
import { columnDerivatives } from "../chain/column-derivatives.ts";
import { columnNamed } from "../chain/column-named.ts";
import { numberColumns } from "../chain/number-cells.ts";
import { type PreparedRows, prepareRows } from "../chain/prepare-rows.ts";
import { predictionName, predictionOfRow } from "../chain/target-graph.ts";
import type { TableModelData } from "../model/model-file.ts";
import type { ChosenRows, OpenedNetwork } from "./opened.ts";

export interface Reach {
  readonly prepared: PreparedRows | undefined;
  readonly prediction: ExplainNetOptions["prediction"];
  /** What is to be known of the columns, a sentence each. */
  readonly notes: readonly string[];
}

export interface ReachChoice {
  readonly of: string | undefined;
  /** "loss", "prediction", or a class. */
  readonly from: string;
  /** Whether columns matter that are not named. */
  readonly isWhole: boolean;
}

/** More columns than this are followed one at a time. */
const MOST_FOLLOWED = 16;

/** Throws UserError on a name that is no column's, and where there is no prediction to start from. */
export function reachOf(opened: OpenedNetwork, batch: ChosenRows, { of, from, isWhole }: ReachChoice): Reach {
  const { model } = opened;
  if (model === undefined || batch.from === undefined) {
    if (from === "loss") return { prepared: undefined, prediction: undefined, notes: [] };
    throw refuse(`'${from}', but the network by itself does not say what it predicts`, "Give a model of a table.");
  }
  const taken = takenNames(opened);
  const only = of === undefined ? undefined : refusal(() => columnNamed(model, of, taken))?.name;
  const place = from === "loss" ? undefined : predicted(opened, model, batch, from);
  const all = numberColumns(model).length;
  const isFollowed = only !== undefined || (of === undefined && isWhole && all > 0 && all <= MOST_FOLLOWED);
  const prepared = isFollowed
    ? prepareRows(model, batch.from.table, batch.from.rows, { taken, only, withTarget: place === undefined })
    : undefined;
  const prediction =
    place === undefined
      ? undefined
      : (outputs: Expr) => predictionOfRow(model.target, opened.objective.loss, outputs, place);
  const tooMany = of === undefined && isWhole && all > MOST_FOLLOWED;
  return {
    prepared,
    prediction,
    notes: tooMany ? [`${all} columns: name one to follow it`] : notesOf(prepared),
  };
}

function notesOf(prepared: PreparedRows | undefined): string[] {
  if (prepared === undefined) return [];
  const renamed = [...prepared.followed].flatMap(([label, { name }]) =>
    label === name ? [] : [`column '${name}' is written ${label}: ${name} is the network's`],
  );
  const missing = prepared.missing.map(
    (name) => `column '${name}': where it is missing it counts as its centre, and the derivative by it is 0`,
  );
  return [...renamed, ...missing];
}

const refuse = (problem: string, hint: string): UserError =>
  new UserError(`from: ${problem}`, hint, { option: "from" });

/** Which output is meant: the amount, or a class. */
function predicted(opened: OpenedNetwork, { target }: TableModelData, batch: ChosenRows, from: string): number {
  if (batch.rows !== 1) throw refuse("a prediction is one row's", "Choose it by its number.");
  if (from === "prediction") {
    if (target.task === "regression") return 0;
    const { outputs } = computeGradients(opened, opened.tensors, batch, referenceEngine, "f64");
    return mostProbable(outputs.values, 0, target.classes.length);
  }
  const classes = target.task === "classification" ? target.classes : [];
  const place = classes.indexOf(from);
  if (place >= 0) return place;
  const known = ["loss", "prediction", ...classes];
  const near = nearest(from, known);
  throw refuse(
    `'${from}', but the chain starts from loss, prediction${classes.length > 0 ? " or a class" : ""}`,
    near === undefined ? `It can be ${known.join(", ")}.` : `Did you mean '${near}'?`,
  );
}

/** The derivatives of the prediction by all columns of one row; nothing for a network without a table, and for several rows. */
export function columnBlocks(opened: OpenedNetwork, batch: ChosenRows, from: string): Block[] {
  const { model } = opened;
  if (model === undefined || batch.from === undefined || batch.rows !== 1) return [];
  const place = predicted(opened, model, batch, from === "loss" ? "prediction" : from);
  const columns: ColumnDerivative[] = columnDerivatives(
    model,
    referenceEngine,
    batch.from.table,
    batch.from.rows[0],
    place,
  );
  return columns.length === 0 ? [] : columnsView(predictionName(model.target, place), columns);
}
