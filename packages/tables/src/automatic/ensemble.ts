/** The kinds of networks of one training, each with its rounds, and the model that is their weighted mean. */
import {
  type Dataset,
  type Judgement,
  type Loss,
  type Model,
  pickRows,
  rowsOf,
  type SyncEngine,
} from "@chaingrad/core";
import type { WithMembers } from "../model/ensemble.ts";
import { merged } from "./merge.ts";
import { mixed, outputJudge, sharesOf } from "./mixture.ts";
import type { MemberRecipe } from "./recipe.ts";
import type { LeftOut, Round } from "./round.ts";

/** What was said of rows by networks that were not trained on them. */
export interface OutOfFold extends Judgement {
  /** Which rows of the data, ascending: fewer than all where training ended early. */
  readonly rows: Int32Array;
}

/** Networks of one kind. */
export interface Kind {
  readonly member: MemberRecipe;
  readonly rounds: readonly Round[];
}

/** Kinds, how much each counts (shares that sum to 1), and what their mean says of rows left out. */
export interface Weighed {
  readonly kinds: readonly Kind[];
  readonly shares: readonly number[];
  readonly outOfFold: OutOfFold;
}

/** Shares are chosen on so many rows at most: more make no difference. */
const ROWS = 20_000;

/**
 * Decides how much each kind counts. One that does not tell all rows that another tells, because time was over or a network diverged,
 * counts nothing.
 */
export function weigh(kinds: readonly Kind[], data: Dataset, loss: Loss, engine: SyncEngine): Weighed {
  const told = kinds.map((kind) => ({ kind, leftOut: leftOutOf(kind) }));
  const { rows } = told.reduce((a, b) => (b.leftOut.rows.length > a.leftOut.rows.length ? b : a)).leftOut;
  const inAll = told.filter(({ leftOut }) => isSame(leftOut.rows, rows));
  const outputs = inAll.map(({ leftOut }) => leftOut.outputs);
  const own = inAll.map(({ kind }) => kind);
  if (rows.length === 0)
    return { kinds: own.slice(0, 1), shares: [1], outOfFold: { rows, predictions: outputs[0], loss: Number.NaN } };
  const { inputs } = own[0].rounds[0].ends[0].model.network;
  const judged = pickRows(data, rowsOf(data, inputs), rows);
  const width = outputs[0].length / rows.length;
  const few = Math.min(rows.length, ROWS);
  const first = pickRows(
    judged,
    rows.length,
    Int32Array.from({ length: few }, (_, i) => i),
  );
  const judgeFew = outputJudge(engine, loss, width, first);
  const shares = sharesOf(
    outputs.map((one) => one.subarray(0, few * width)),
    (one) => judgeFew(one).loss,
  );
  const judgement = outputJudge(engine, loss, width, judged)(mixed(outputs, shares));
  return { kinds: own, shares, outOfFold: { rows, ...judgement } };
}

/** The mean of what the rounds of a kind say of each row. */
function leftOutOf({ rounds }: Kind): LeftOut {
  const said = rounds.map((round) => round.leftOut());
  const [first] = said;
  const whole = said.filter(({ rows }) => isSame(rows, first.rows));
  const equal = whole.map(() => 1 / whole.length);
  return {
    ...first,
    outputs: mixed(
      whole.map(({ outputs }) => outputs),
      equal,
    ),
  };
}

const isSame = (rows: Int32Array, others: Int32Array): boolean =>
  rows.length === others.length && rows.every((row, i) => row === others[i]);

/** The weighted mean of the networks that had an epoch; undefined where there are none. */
export function meanOf(kinds: readonly Kind[], shares: readonly number[]): (Model & WithMembers) | undefined {
  const counted = kinds.flatMap(({ rounds }, k) => {
    const models = rounds.flatMap(({ ends }) =>
      ends.filter(({ bestEpoch }) => bestEpoch > 0).map(({ model }) => model),
    );
    return shares[k] > 0 ? models.map((model) => ({ model, weight: shares[k] / models.length })) : [];
  });
  if (counted.length === 0) return undefined;
  return { ...merged(counted), objective: counted[0].model.objective };
}
