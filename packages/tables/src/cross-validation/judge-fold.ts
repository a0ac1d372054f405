/** One fold: a model trained on the rows that it leaves, judged by those that it left out, beside what is simpler. */
import { predictorOf } from "@chaingrad/core";
import type { AutomaticRecipe } from "../automatic/recipe.ts";
import type { Host } from "../host.ts";
import {
  type Evaluation,
  evaluateBaseline,
  evaluateModel,
  evaluationOf,
  type Scores,
  saidOf,
} from "../judging/evaluate.ts";
import { judgedRows } from "../judging/labelled-rows.ts";
import type { Recipe } from "../recipe.ts";
import { settleTarget } from "../settle.ts";
import { type PreparedHead, waysOfBoth } from "../table/heads.ts";
import { type Prepared, type PrepareOptions, prepareTable } from "../table/prepare.ts";
import type { Column, Table } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { type TrainedTable, trainPrepared } from "../training.ts";
import type { Fold } from "./folds.ts";
import { linearRecipe } from "./linear.ts";

/** What was reached on the rows of one fold. */
export interface JudgedFold {
  /** From 0. */
  readonly repeat: number;
  readonly fold: number;
  /** Rows trained on, and rows judged by. */
  readonly trained: number;
  readonly judged: number;
  readonly evaluation: Evaluation;
  readonly linear: Scores;
  readonly baseline: Scores;
}

/** A judged fold, and what is said of its rows. */
export interface Judged {
  readonly fold: JudgedFold;
  readonly rows: Int32Array;
  /** What is said of these rows. */
  readonly columns: readonly Column[];
}

/** What all folds have in common. */
export interface Judging {
  readonly table: Table;
  readonly preparation: PrepareOptions;
  /** The ways in which the targets of the whole table may be learnt. */
  readonly heads: readonly PreparedHead[];
  readonly recipe: Recipe | AutomaticRecipe;
  readonly host: Host;
}

/** Trains on a fold's rows, and judges by those that it left out. */
export function judging({ table, preparation, heads, recipe, host }: Judging): (fold: Fold) => Promise<Judged> {
  const { engine } = host;
  const prepare = (options: Pick<PrepareOptions, "rows" | "validation">): Promise<Prepared> => {
    const prepared = prepareTable(table, { ...preparation, ...options });
    return settleTarget({ ...prepared, heads: waysOfBoth(prepared.heads, heads) }, engine, recipe.seed);
  };
  return async ({ repeat, fold, train, test }) => {
    const prepared = await prepare({ rows: train });
    const where = `fold ${fold + 1}${repeat > 0 ? ` of repeat ${repeat + 1}` : ""}`;
    const own = await trained(trainPrepared(prepared, recipe, host), host, where);
    // Rows that decide when to stop are no rows to learn from for what does not stop by them.
    const all = prepared.rows.validation.length === 0 ? prepared : await prepare({ validation: 0, rows: train });
    const linear = await trained(trainPrepared(all, linearRecipe(all, recipe.seed), host), host, where);
    const { data: simple } = judgedRows(linear, table, test);
    const { data, rows } = judgedRows(own, table, test);
    const { target } = own;
    const judgement = predictorOf(own, engine, rows).judge(data);
    const evaluation = evaluationOf(target, judgement, data);
    return {
      rows: test,
      columns: kindOf(target).columns(target, saidOf(target, judgement, data), undefined),
      fold: {
        ...{ repeat, fold, evaluation, trained: train.length, judged: rows },
        linear: evaluateModel(linear, engine, simple).scores,
        baseline: evaluateBaseline(linear.target, all.data.train, simple),
      },
    };
  };
}

async function trained(
  events: ReturnType<typeof trainPrepared>,
  { signal }: Host,
  where: string,
): Promise<TrainedTable["model"]> {
  for (;;) {
    const { done, value } = await events.next();
    if (!done) continue;
    const { end, model } = value;
    if (signal?.aborted) throw signal.reason;
    if (end.bestEpoch === 0)
      throw new Error(
        `${where}: no epoch gave a finite loss${end.fault === undefined ? "" : `: ${end.fault.message}`}`,
      );
    return model;
  }
}
