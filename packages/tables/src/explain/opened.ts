/** What is explained and checked: a network that may have been trained on a table, and rows that may be a table's. */
import type { Batch, WeightedNet } from "@chaingrad/core/net";
import type { TableBatch } from "../judging/labelled-rows.ts";
import type { TableModelData } from "../model/model-file.ts";

/** A network with its numbers; where it was trained on a table with its model. */
export interface OpenedNetwork extends WeightedNet {
  /** What makes the network's rows from those of a table, where it was trained on one. */
  readonly model?: TableModelData;
}

/** Rows as the network takes them, and where they are in the table that they come from. */
export interface ChosenRows extends Batch {
  readonly from?: TableBatch["from"];
}
