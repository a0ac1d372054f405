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

/** Decides how much each kind counts. Kinds that were not trained with every fold count nothing, but for the first. */
export function weigh(kinds: readonly Kind[], data: Dataset, loss: Loss, engine: SyncEngine): Weighed {
  const whole = kinds.filter(({ rounds }, i) => i === 0 || rounds[0].isWhole);
  const inAll = whole[0].rounds[0].isWhole ? whole : whole.slice(0, 1);
  const leftOut = inAll.map(leftOutOf);
  const { rows } = leftOut[0];
  const outputs = leftOut.map((one) => one.outputs);
  if (rows.length === 0)
    return { kinds: inAll, shares: [1], outOfFold: { rows, predictions: outputs[0], loss: Number.NaN } };
  const { inputs } = inAll[0].rounds[0].ends[0].model.network;
  const own = pickRows(data, rowsOf(data, inputs), rows);
  const width = outputs[0].length / rows.length;
  const few = Math.min(rows.length, ROWS);
  const first = pickRows(
    own,
    rows.length,
    Int32Array.from({ length: few }, (_, i) => i),
  );
  const judgeFew = outputJudge(engine, loss, width, first);
  const shares = sharesOf(
    outputs.map((one) => one.subarray(0, few * width)),
    (one) => judgeFew(one).loss,
  );
  const judgement = outputJudge(engine, loss, width, own)(mixed(outputs, shares));
  return { kinds: inAll, shares, outOfFold: { rows, ...judgement } };
}

/** The mean of what the rounds of a kind say of each row. */
function leftOutOf({ rounds }: Kind): LeftOut {
  const whole = rounds.filter(({ isWhole }, i) => i === 0 || isWhole);
  const [{ leftOut }] = whole;
  if (whole.length === 1) return leftOut;
  const equal = whole.map(() => 1 / whole.length);
  return {
    ...leftOut,
    outputs: mixed(
      whole.map((round) => round.leftOut.outputs),
      equal,
    ),
  };
}

/** The weighted mean of the networks that had an epoch; undefined where there are none. */
export function meanOf(kinds: readonly Kind[], shares: readonly number[]): Model | undefined {
  const counted = kinds.flatMap(({ rounds }, k) => {
    const models = rounds.flatMap(({ ends }) =>
      ends.filter(({ bestEpoch }) => bestEpoch > 0).map(({ model }) => model),
    );
    return shares[k] > 0 ? models.map((model) => ({ model, weight: shares[k] / models.length })) : [];
  });
  if (counted.length === 0) return undefined;
  return { ...merged(counted), objective: counted[0].model.objective };
}
