/**
 * Training by a recipe that chooses for itself: networks of a few kinds for each fold, their mean; then once more with the test
 * rows.
 */
import {
  type Dataset,
  type EndEvent,
  type FitData,
  lossOf,
  type Model,
  pickRows,
  rowsOf,
  type SyncEngine,
} from "@chaingrad/core";
import { type FitPool, openFitPool } from "@chaingrad/core/pool";
import { HistoryRecorder, type TableEvent } from "../history.ts";
import type { Host } from "../host.ts";
import type { Prepared } from "../table/prepare.ts";
import { weighed } from "../table/weights.ts";
import { type Kind, meanOf, type OutOfFold, type Weighed, weigh } from "./ensemble.ts";
import { foldsFor, without } from "./folds.ts";
import { type MemberPlan, memberPlan } from "./member.ts";
import { type AutomaticRecipe, type MemberRecipe, membersOf } from "./recipe.ts";
import { type QueuedRound, queueRound, type Round } from "./round.ts";
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
  /** Of all networks together: epochs are their sum, seconds what passed until all were trained; the model is the judged one. */
  readonly end: EndEvent;
  readonly history: HistoryRecorder;
  readonly outOfFold: OutOfFold;
  /** How many networks the model is the mean of. */
  readonly networks: number;
  /** With what the first network was trained, and on which rows: picked where they are asked for. */
  readonly plan: MemberPlan;
  readonly data: () => FitData;
}

/** Networks that do not depend on each other are trained on as many threads as there are. Throws as `fit`. */
export async function* trainAutomatically(
  prepared: Prepared,
  recipe: AutomaticRecipe,
  host: Host,
): AsyncGenerator<TableEvent, AutomaticTraining, void> {
  const { engine, workers, pool: shared } = host;
  const pool = shared ?? openFitPool({ engine, ...(workers !== undefined && { workers }) });
  try {
    return yield* new Run(prepared, recipe, host, pool).train();
  } finally {
    if (pool !== shared) pool.close();
  }
}

const networksOf = (rounds: readonly Round[]): number => rounds.reduce((total, { ends }) => total + ends.length, 0);

/** Whether a table is trained on once more: not where somebody named the rows that are to judge. */
const refits = ({ rows: { train, test }, split }: Prepared): boolean => {
  const areNamed = split?.part !== undefined || split?.rows !== undefined;
  return test.length > 0 && !areNamed && train.length + test.length <= REFIT_ROWS;
};

/** The rounds of one training, and what they share: threads, time, numbers of networks, the first network's history. */
class Run {
  readonly #history = new HistoryRecorder();
  readonly #prepared: Prepared;
  readonly #recipe: AutomaticRecipe;
  readonly #host: Host;
  readonly #pool: FitPool<SyncEngine>;
  readonly #budget: Budget;
  readonly #members: readonly MemberRecipe[];
  /** Of the networks of the kinds that are judged. */
  readonly #ends: EndEvent[] = [];
  /** Whether a network was ended before its time, or never begun. */
  #isCut = false;
  readonly #started = performance.now();
  #queued = 0;
  /** Networks that were queued, by their numbers, and whether a round was gone through. */
  #number = 0;
  #isBegun = false;
  /** How many networks there will be, as far as is known. */
  #of: number;

  constructor(prepared: Prepared, recipe: AutomaticRecipe, host: Host, pool: FitPool<SyncEngine>) {
    this.#prepared = prepared;
    this.#recipe = recipe;
    this.#host = host;
    this.#pool = pool;
    this.#budget = new Budget(recipe.time, host.signal, host.checkpoint?.elapsed);
    this.#members = membersOf(recipe.recipe, prepared);
    this.#of = FOLDS * this.#members.length * this.#rounds * (refits(prepared) ? 2 : 1);
  }

  get #rounds(): number {
    return this.#recipe.recipe === "best" ? BEST_ROUNDS : 1;
  }

  async *train(): AsyncGenerator<TableEvent, AutomaticTraining, void> {
    const { train, test } = this.#prepared.data;
    const { kinds, shares, outOfFold } = yield* this.#judged(train);
    const seconds = (performance.now() - this.#started) / 1000 + (this.#host.checkpoint?.elapsed ?? 0);
    const again = refits(this.#prepared) ? yield* this.#again(joined(train, test), kinds, shares) : undefined;
    const plan = this.#plan(kinds[0].member, this.#prepared.rows.train.length);
    const judged = meanOf(kinds, shares) ?? kinds[0].rounds[0].ends[0].model;
    return {
      judged,
      refitted: again && meanOf(again, shares),
      end: this.#end(judged, seconds),
      ...{ history: this.#history, outOfFold },
      networks: kinds.reduce((total, { rounds }, k) => total + (shares[k] > 0 ? networksOf(rounds) : 0), 0),
      ...{ plan, data: () => this.#firstFold(train, plan) },
    };
  }

  /** For one network of so many rows with all folds. */
  #plan(member: MemberRecipe, rows: number): MemberPlan {
    return memberPlan(this.#prepared, member, Math.ceil((rows * (FOLDS - 1)) / FOLDS), this.#host.engine);
  }

  /** Every kind once; then those that count in more rounds, where the recipe has more. */
  async *#judged(data: Dataset): AsyncGenerator<TableEvent, Weighed, void> {
    const { loss } = this.#prepared;
    const weighed = (kinds: readonly Kind[]): Weighed => weigh(kinds, data, loss, this.#pool.engine);
    const share = this.#rounds > 1 ? COMPARED : JUDGED;
    const kinds = yield* this.#through(data, this.#members, { from: 0, to: 1, share });
    const first = weighed(kinds.filter(({ rounds }) => rounds.length > 0));
    const counting = first.kinds.filter((_, k) => first.shares[k] > 0);
    const rest = this.#rounds - 1 + (refits(this.#prepared) ? this.#rounds : 0);
    this.#of = this.#number + FOLDS * counting.length * rest;
    const judged = this.#rounds > 1 ? weighed(yield* this.#more(data, counting, JUDGED)) : first;
    this.#ends.push(...judged.kinds.flatMap(({ rounds }) => rounds.flatMap(({ ends }) => ends)));
    return judged;
  }

  /** The kinds that count, on all rows; undefined where there was no time for each of them. */
  async *#again(
    data: Dataset,
    kinds: readonly Kind[],
    shares: readonly number[],
  ): AsyncGenerator<TableEvent, Kind[] | undefined, void> {
    const counting = kinds.flatMap(({ member }, k) => (shares[k] > 0 ? [member] : []));
    const first = yield* this.#through(data, counting, { from: 0, to: 1, share: 1 });
    if (!first.every(({ rounds }) => rounds.length > 0 && rounds[0].isWhole)) return undefined;
    const all = this.#rounds > 1 ? yield* this.#more(data, first, 1) : first;
    return kinds.map(({ member }) => ({ member, rounds: all.find((own) => own.member === member)?.rounds ?? [] }));
  }

  /** Further rounds of each kind, as far as there is time. */
  async *#more(data: Dataset, kinds: readonly Kind[], share: number): AsyncGenerator<TableEvent, Kind[], void> {
    const members = kinds.map(({ member }) => member);
    const more = yield* this.#through(data, members, { from: 1, to: this.#rounds, share });
    return kinds.map(({ member, rounds }, k) => {
      const whole = more[k].rounds.filter(({ isWhole }) => isWhole);
      return { member, rounds: [...rounds, ...whole] };
    });
  }

  /** Rounds of each kind, one of each in turn, until the share of the time is over; the first one is always gone through. */
  async *#through(
    data: Dataset,
    members: readonly MemberRecipe[],
    { from, to, share }: { readonly from: number; readonly to: number; readonly share: number },
  ): AsyncGenerator<TableEvent, Kind[], void> {
    const over = this.#budget.until(share);
    const kinds = members.map((member) => ({ member, rounds: [] as Round[] }));
    // All at once, so that no thread waits for the last network of a round.
    const queued = Array.from({ length: to - from }, (_, i) =>
      kinds.map(({ member, rounds }) => ({ rounds, round: this.#queue(data, member, from + i, share) })),
    ).flat();
    for (const { rounds, round } of queued) {
      if (this.#isBegun && over?.aborted && !round.hasStarted) {
        this.#isCut = true;
        break;
      }
      this.#isBegun = true;
      const one = yield* this.#events(round);
      this.#isCut ||= !one.isWhole;
      rounds.push(one);
    }
    return kinds;
  }

  /** @param share of the time that may have passed when the networks end */
  #queue(data: Dataset, member: MemberRecipe, round: number, share: number): QueuedRound {
    const isFirst = this.#queued++ === 0;
    return queueRound(data, {
      host: { ...this.#host, signal: this.#budget.until(share) },
      pool: this.#pool,
      plan: this.#plan(member, rowsOf(data, this.#prepared.encoder.features.length)),
      ...{ folds: FOLDS, classWeights: this.#prepared.classWeights, together: this.#together(data) },
      ...{ seed: this.#recipe.seed, round, flow: isFirst ? this.#recipe.flow : undefined },
      place: () => {
        const number = ++this.#number;
        return () => ({ number, of: this.#of });
      },
    });
  }

  /** Of each row of the training rows, or of those and the test rows, what it stays together with. */
  #together(data: Dataset): Int32Array | undefined {
    const { together, data: own } = this.#prepared;
    if (together === undefined || data === own.train) return together?.train;
    const first = together.train.reduce((most, number) => Math.max(most, number), 0) + 1;
    return Int32Array.from([...together.train, ...together.test.map((number) => first + number)]);
  }

  async *#events(queued: QueuedRound): AsyncGenerator<TableEvent, Round, void> {
    const events = queued();
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (done) return value;
        this.#history.add(value);
        yield value;
      }
    } finally {
      await events.return(undefined as never);
    }
  }

  /** As if all networks had been one training. */
  #end(model: Model, seconds: number): EndEvent {
    const ends = this.#ends;
    const first = ends[0];
    const last = ends[ends.length - 1];
    const fault = ends.find(({ fault }) => fault !== undefined)?.fault;
    const isInterrupted = this.#host.signal?.aborted === true;
    // A share of the time may be over before all of it is.
    const isOver = this.#budget.isOver || this.#isCut;
    const stopped = isInterrupted ? "aborted" : isOver ? "time" : last.stopped;
    return {
      type: "end",
      ...{ stopped, epochs: ends.reduce((total, { epochs }) => total + epochs, 0), seconds },
      bestEpoch: first.bestEpoch || Math.max(...ends.map(({ bestEpoch }) => bestEpoch)),
      bestLoss: first.bestLoss,
      threads: Math.max(...ends.map(({ threads }) => threads)),
      model,
      ...(fault && { fault }),
    };
  }

  /** What the first network was trained on, for whoever must do it again. */
  #firstFold(data: Dataset, { network, options: { loss } }: MemberPlan): FitData {
    const rows = rowsOf(data, network.inputs);
    const [fold] = foldsFor(data, rows, lossOf(loss), {
      ...{ most: FOLDS, seed: this.#recipe.seed, together: this.#prepared.together?.train },
    });
    const part = (own: Int32Array): Dataset => weighed(pickRows(data, rows, own), this.#prepared.classWeights);
    return { train: part(without(rows, fold)), validation: part(fold) };
  }
}

function joined(a: Dataset, b: Dataset): Dataset {
  const join = (first: ArrayLike<number>, second: ArrayLike<number>): Float64Array => {
    const all = new Float64Array(first.length + second.length);
    all.set(first);
    all.set(second, first.length);
    return all;
  };
  const weight = a.weight && b.weight && join(a.weight, b.weight);
  return { x: join(a.x, b.x), y: join(a.y, b.y), ...(weight && { weight }) };
}
