/** Training by a recipe that chooses for itself: networks of a few kinds for each fold, their mean; then once more with the test rows. */
import { type Dataset, type EndEvent, type FitData, lossOf, type Model, pickRows, rowsOf } from "@chaingrad/core";
import { HistoryRecorder } from "../history.ts";
import type { Host } from "../host.ts";
import type { Prepared } from "../table/prepare.ts";
import { weighed } from "../table/weights.ts";
import { type Kind, meanOf, type OutOfFold, type Weighed, weigh } from "./ensemble.ts";
import { foldsFor, without } from "./folds.ts";
import { type MemberPlan, memberPlan } from "./member.ts";
import { type AutomaticRecipe, type MemberRecipe, membersOf } from "./recipe.ts";
import { type Round, type TableEvent, trainRound } from "./round.ts";
import { Budget } from "./time.ts";

/** Folds, and so networks: each is trained without one row in five. */
const FOLDS = 5;
/** How many rounds of folds the recipe "best" gives to each kind that counts. */
const BEST_ROUNDS = 3;
/**
 * Tables of at most so many rows are trained on once more with their test rows: where rows are few those teach something, and
 * of many rows a seventh more is not worth as long again.
 */
const REFIT_ROWS = 2000;
/** Which share of a stated time may have passed when kinds are compared, and when the model is judged. */
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
  readonly outOfFold: OutOfFold;
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
  const { kinds, shares, outOfFold } = yield* run.judged(train);
  const again = refits(prepared) ? yield* run.again(together(train, test), kinds, shares) : undefined;
  const plan = run.plan(kinds[0].member, prepared.rows.train.length);
  return {
    judged: meanOf(kinds, shares) ?? kinds[0].rounds[0].ends[0].model,
    refitted: again && meanOf(again, shares),
    end: run.end(),
    history: run.history,
    outOfFold,
    networks: kinds.reduce((total, { rounds }, k) => total + (shares[k] > 0 ? networksOf(rounds) : 0), 0),
    ...{ plan, data: () => run.firstFold(train, plan) },
  };
}

const networksOf = (rounds: readonly Round[]): number => rounds.reduce((total, { ends }) => total + ends.length, 0);

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
  readonly #members: readonly MemberRecipe[];
  /** Of the networks of rows that are judged. */
  readonly #ends: EndEvent[] = [];
  #number = 0;
  /** How many networks there will be, as far as is known. */
  #of: number;

  constructor(prepared: Prepared, recipe: AutomaticRecipe, host: Host) {
    this.#prepared = prepared;
    this.#recipe = recipe;
    this.#host = host;
    this.#budget = new Budget(recipe.time, host.signal);
    this.#members = membersOf(recipe.recipe, prepared);
    this.#of = FOLDS * this.#members.length * this.#rounds * (refits(prepared) ? 2 : 1);
  }

  get #rounds(): number {
    return this.#recipe.recipe === "best" ? BEST_ROUNDS : 1;
  }

  /** For one network of so many rows with all folds. */
  plan(member: MemberRecipe, rows: number): MemberPlan {
    return memberPlan(this.#prepared, member, Math.ceil((rows * (FOLDS - 1)) / FOLDS), this.#host.engine);
  }

  /** Every kind once; then those that count in more rounds, where the recipe has more. */
  async *judged(data: Dataset): AsyncGenerator<TableEvent, Weighed, void> {
    const { loss } = this.#prepared;
    const weighed = (kinds: readonly Kind[]): Weighed => weigh(kinds, data, loss, this.#host.engine);
    const share = this.#rounds > 1 ? COMPARED : JUDGED;
    const over = this.#budget.until(share);
    const kinds: Kind[] = [];
    for (const member of this.#members) {
      if (kinds.length > 0 && over?.aborted) break;
      const round = yield* this.#round(data, member, { round: 0, share });
      kinds.push({ member, rounds: [round] });
      this.#ends.push(...round.ends);
    }
    const first = weighed(kinds);
    const counting = first.kinds.filter((_, k) => first.shares[k] > 0);
    this.#of =
      this.#number + FOLDS * counting.length * (this.#rounds - 1 + (refits(this.#prepared) ? this.#rounds : 0));
    return this.#rounds > 1 ? weighed(yield* this.#more(data, counting, JUDGED)) : first;
  }

  /** The kinds that count, on all rows; undefined where there was no time for each of them. */
  async *again(
    data: Dataset,
    kinds: readonly Kind[],
    shares: readonly number[],
  ): AsyncGenerator<TableEvent, Kind[] | undefined, void> {
    const anew: Kind[] = [];
    for (const [k, { member }] of kinds.entries()) {
      if (shares[k] === 0) {
        anew.push({ member, rounds: [] });
        continue;
      }
      const round = yield* this.#round(data, member, { round: 0, share: 1 });
      if (!round.isWhole) return undefined;
      anew.push({ member, rounds: [round] });
    }
    return this.#rounds > 1 ? yield* this.#more(data, anew, 1) : anew;
  }

  /** Further rounds of each kind that has one, until the share of the time is over. */
  async *#more(data: Dataset, kinds: readonly Kind[], share: number): AsyncGenerator<TableEvent, Kind[], void> {
    const over = this.#budget.until(share);
    const more = kinds.map(({ member, rounds }) => ({ member, rounds: [...rounds] }));
    for (let round = 1; round < this.#rounds; round++)
      for (const { member, rounds } of more) {
        if (rounds.length === 0 || over?.aborted) continue;
        const one = yield* this.#round(data, member, { round, share });
        if (one.isWhole) rounds.push(one);
      }
    return more;
  }

  async *#round(
    data: Dataset,
    member: MemberRecipe,
    { round, share }: { readonly round: number; readonly share: number },
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
  end(): EndEvent {
    const ends = this.#ends;
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
