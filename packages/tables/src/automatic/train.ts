/** Training by a recipe that chooses for itself: a network for each fold, their mean; then once more with the test rows. */
import { type Dataset, type EndEvent, type FitData, lossOf, type Model, pickRows, rowsOf } from "@chaingrad/core";
import { HistoryRecorder } from "../history.ts";
import type { Host } from "../host.ts";
import type { Prepared } from "../table/prepare.ts";
import { weighed } from "../table/weights.ts";
import { candidatesFor } from "./candidates.ts";
import { foldsFor, without } from "./folds.ts";
import { type AutomaticRecipe, type MemberPlan, type MemberRecipe, memberPlan, memberRecipe } from "./recipe.ts";
import { meanOf, type Round, type TableEvent, trainRound } from "./round.ts";
import { Budget } from "./time.ts";

/** Folds, and so networks: each is trained without one row in five. */
const FOLDS = 5;
/** How many rounds of folds the best candidate gets in all. */
const BEST_ROUNDS = 3;
/**
 * Tables of at most so many rows are trained on once more with their test rows: where rows are few those teach something, and
 * of many rows a seventh more is not worth as long again.
 */
const REFIT_ROWS = 2000;
/** Which share of a stated time may have passed when candidates are compared, and when the model is judged. */
const COMPARED = 0.45;
const JUDGED = 0.6;

/** What an automatic recipe gives. */
export interface AutomaticTraining {
  /** Never saw a test row: what is judged. */
  readonly judged: Model;
  /** Trained on the test rows, too; undefined where there are none, too many rows for it to matter, or no time. */
  readonly refitted: Model | undefined;
  /** Of all networks together: epochs and seconds are their sums; the model is the judged one. */
  readonly end: EndEvent;
  /** Of the first network. */
  readonly history: HistoryRecorder;
  readonly outOfFold: Round["outOfFold"];
  /** How many networks the model is the mean of. */
  readonly networks: number;
  /** With what the first network was trained, and on which rows: picked where they are asked for. */
  readonly plan: MemberPlan;
  readonly data: () => FitData;
}

/** Throws as `fit`. */
export async function* trainAutomatically(
  prepared: Prepared,
  recipe: AutomaticRecipe,
  host: Host,
): AsyncGenerator<TableEvent, AutomaticTraining, void> {
  const { train, test } = prepared.data;
  const run = new Run(prepared, recipe, host);
  const { rounds, member } = yield* run.judged(train);
  const again = refits(prepared) ? yield* run.rounds(together(train, test), member, [], 1) : [];
  const plan = run.plan(member, prepared.rows.train.length);
  return {
    judged: meanOf(rounds) ?? (rounds[0].ends[0].model as Model),
    refitted: again.every(({ isWhole }) => isWhole) ? meanOf(again) : undefined,
    end: run.end(rounds),
    history: run.history,
    outOfFold: rounds[0].outOfFold,
    networks: rounds.reduce((total, { ends }) => total + ends.length, 0),
    ...{ plan, data: () => run.firstFold(train, plan) },
  };
}

/** Whether a table is trained on once more. */
const refits = ({ rows: { train, test } }: Prepared): boolean =>
  test.length > 0 && train.length + test.length <= REFIT_ROWS;

/** The rounds of one training, and what they share: time, numbers of networks, the first network's history. */
class Run {
  readonly history: HistoryRecorder = new HistoryRecorder();
  readonly #prepared: Prepared;
  readonly #recipe: AutomaticRecipe;
  readonly #host: Host;
  readonly #budget: Budget;
  readonly #of: number;
  #number = 0;

  constructor(prepared: Prepared, recipe: AutomaticRecipe, host: Host) {
    this.#prepared = prepared;
    this.#recipe = recipe;
    this.#host = host;
    this.#budget = new Budget(recipe.time, host.signal);
    const tried = recipe.recipe === "best" ? candidatesFor(prepared).length - 1 : 0;
    this.#of = FOLDS * (tried + this.#rounds * (refits(prepared) ? 2 : 1));
  }

  get #rounds(): number {
    return this.#recipe.recipe === "best" ? BEST_ROUNDS : 1;
  }

  /** For one network of so many rows with all folds. */
  plan(member: MemberRecipe, rows: number): MemberPlan {
    return memberPlan(this.#prepared, member, Math.ceil((rows * (FOLDS - 1)) / FOLDS), this.#host.engine);
  }

  /** The rounds of the recipe that does best on rows left out. */
  async *judged(data: Dataset): AsyncGenerator<TableEvent, { rounds: Round[]; member: MemberRecipe }, void> {
    if (this.#recipe.recipe === "default") {
      const member = memberRecipe(this.#prepared);
      return { rounds: yield* this.rounds(data, member, [], JUDGED), member };
    }
    let best: { first: Round; member: MemberRecipe } | undefined;
    for (const member of candidatesFor(this.#prepared)) {
      const over = this.#budget.until(COMPARED);
      if (best !== undefined && over?.aborted) break;
      const first = yield* this.#round(data, member, 0, COMPARED);
      // One that diverged has no loss (NaN): it is never the better one, and any other is better.
      const [own, least] = [first.outOfFold.loss, best?.first.outOfFold.loss ?? Number.NaN];
      if (best === undefined || (first.isWhole && (own < least || (Number.isNaN(least) && !Number.isNaN(own)))))
        best = { first, member };
    }
    const { first, member } = best as { first: Round; member: MemberRecipe };
    return { rounds: yield* this.rounds(data, member, [first], JUDGED), member };
  }

  /** So many rounds as the recipe has, those that are done among them, until the share of the time is over. */
  async *rounds(
    data: Dataset,
    member: MemberRecipe,
    done: readonly Round[],
    share: number,
  ): AsyncGenerator<TableEvent, Round[], void> {
    const rounds = [...done];
    const over = this.#budget.until(share);
    while (rounds.length < this.#rounds && !(rounds.length > 0 && over?.aborted))
      rounds.push(yield* this.#round(data, member, rounds.length, share));
    return rounds;
  }

  async *#round(
    data: Dataset,
    member: MemberRecipe,
    round: number,
    share: number,
  ): AsyncGenerator<TableEvent, Round, void> {
    const isFirst = this.#number === 0;
    const events = trainRound(data, {
      host: { ...this.#host, signal: this.#budget.until(share) },
      plan: this.plan(member, rowsOf(data, this.#prepared.encoder.features.length)),
      ...{ folds: FOLDS, classWeights: this.#prepared.classWeights },
      ...{ seed: this.#recipe.seed, round, flow: isFirst ? this.#recipe.flow : undefined },
      place: () => ({ number: ++this.#number, of: this.#of }),
    });
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      if (isFirst && this.#number === 1) this.history.add(value);
      yield value;
    }
  }

  /** As if all networks had been one training. */
  end(rounds: readonly Round[]): EndEvent {
    const ends = rounds.flatMap(({ ends }) => ends);
    const first = ends[0];
    const last = ends[ends.length - 1];
    const fault = ends.find(({ fault }) => fault !== undefined)?.fault;
    const isInterrupted = this.#host.signal?.aborted === true;
    const stopped = isInterrupted ? "aborted" : this.#budget.isOver ? "time" : last.stopped;
    const sum = (of: (end: EndEvent) => number): number => ends.reduce((total, end) => total + of(end), 0);
    return {
      type: "end",
      ...{ stopped, epochs: sum(({ epochs }) => epochs), seconds: sum(({ seconds }) => seconds) },
      bestEpoch: first.bestEpoch || Math.max(...ends.map(({ bestEpoch }) => bestEpoch)),
      bestLoss: first.bestLoss,
      threads: Math.max(...ends.map(({ threads }) => threads)),
      model: first.model,
      ...(fault && { fault }),
    };
  }

  /** What the first network was trained on, for whoever must do it again. */
  firstFold(data: Dataset, { network, options: { loss } }: MemberPlan): FitData {
    const rows = rowsOf(data, network.inputs);
    const [fold] = foldsFor(data, rows, lossOf(loss), { most: FOLDS, seed: this.#recipe.seed });
    const part = (own: Int32Array): Dataset => weighed(pickRows(data, rows, own), this.#prepared.classWeights);
    return { train: part(without(rows, fold)), validation: part(fold) };
  }
}

function together(a: Dataset, b: Dataset): Dataset {
  const join = (first: ArrayLike<number>, second: ArrayLike<number>): Float64Array => {
    const all = new Float64Array(first.length + second.length);
    all.set(first);
    all.set(second, first.length);
    return all;
  };
  const weight = a.weight && b.weight && join(a.weight, b.weight);
  return { x: join(a.x, b.x), y: join(a.y, b.y), ...(weight && { weight }) };
}
