/** How far a derivation reaches: down to the columns of a model's table, and up to the loss or to a prediction. */
import { constant, type Expr, referenceEngine } from "@chaingrad/core";
import { type Block, type ColumnDerivative, columnsView, type ExplainNetOptions } from "@chaingrad/core/explain";
import { takenNames } from "@chaingrad/core/net";
import { refusal } from "@chaingrad/core/user-error";
import { columnDerivatives } from "../chain/column-derivatives.ts";
import { columnNamed } from "../chain/column-named.ts";
import { numberColumns } from "../chain/number-cells.ts";
import { type PreparedRows, prepareRows } from "../chain/prepare-rows.ts";
import { predictionName, predictionOfRow } from "../chain/target-graph.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import type { ChosenRows, OpenedNetwork } from "./opened.ts";
import { placeOfStart, refuse, startsOf } from "./starts.ts";

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
  const place = from === "loss" ? undefined : placeOfStart(opened, model, batch, from);
  const all = numberColumns(model).length;
  const isFollowed = only !== undefined || (of === undefined && isWhole && all > 0 && all <= MOST_FOLLOWED);
  const prepared = isFollowed
    ? prepareRows(model, batch.from.table, batch.from.rows, { taken, only, withTarget: place === undefined })
    : undefined;
  const offsets = place === undefined ? undefined : offsetsFor(model.target, batch.from.table, batch.from.rows);
  const offset = prepared?.offset ?? (offsets && constant(offsets, [1, offsets.length], "f64"));
  const prediction =
    place === undefined
      ? undefined
      : (outputs: Expr) => predictionOfRow(model.target, opened.objective.loss, outputs, place, offset);
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

/** The derivatives of the prediction by all columns of one row; nothing for a network without a table, and for several rows. */
export function columnBlocks(opened: OpenedNetwork, batch: ChosenRows, from: string): Block[] {
  const { model } = opened;
  if (model === undefined || batch.from === undefined || batch.rows !== 1) return [];
  const place = placeOfStart(opened, model, batch, from === "loss" ? startsOf(model.target)[0].name : from);
  const columns: ColumnDerivative[] = columnDerivatives(
    model,
    referenceEngine,
    batch.from.table,
    batch.from.rows[0],
    place,
  );
  return columns.length === 0 ? [] : columnsView(predictionName(model.target, place), columns);
}
