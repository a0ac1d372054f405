/** Training by a recipe that chooses for itself: a network for each fold, their mean; then once more with the test rows. */
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
import { HistoryRecorder } from "../history.ts";
import type { Host } from "../host.ts";
import type { Prepared } from "../table/prepare.ts";
import { weighed } from "../table/weights.ts";
import { candidatesFor } from "./candidates.ts";
import { foldsFor, without } from "./folds.ts";
import { type AutomaticRecipe, type MemberPlan, type MemberRecipe, memberPlan, memberRecipe } from "./recipe.ts";
import { meanOf, type OutOfFold, queueRound, type Round, type TableEvent } from "./round.ts";
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
  /** Of all networks together: epochs are their sum, seconds what passed until all were trained; the model is the judged one. */
  readonly end: EndEvent;
  /** Of the first network. */
  readonly history: HistoryRecorder;
  readonly outOfFold: OutOfFold;
  /** How many networks the model is the mean of. */
  readonly networks: number;
  /** With what the first network was trained, and on which rows. */
  readonly plan: MemberPlan;
  readonly data: FitData;
}

/** Networks that do not depend on each other are trained on as many threads as there are. Throws as `fit`. */
export async function* trainAutomatically(
  prepared: Prepared,
  recipe: AutomaticRecipe,
  host: Host,
): AsyncGenerator<TableEvent, AutomaticTraining, void> {
  const { engine, workers } = host;
  const pool = openFitPool({ engine, ...(workers !== undefined && { workers }) });
  try {
    return yield* new Run(prepared, recipe, host, pool).train();
  } finally {
    pool.close();
  }
}

/** Whether a table is trained on once more. */
const refits = ({ rows: { train, test } }: Prepared): boolean =>
  test.length > 0 && train.length + test.length <= REFIT_ROWS;

/** A round whose networks wait, or are trained already, until it is gone through. */
type Queued = ReturnType<typeof queueRound>;

/** The rounds of one training, and what they share: threads, time, numbers of networks, the first network's history. */
class Run {
  readonly #history = new HistoryRecorder();
  readonly #prepared: Prepared;
  readonly #recipe: AutomaticRecipe;
  readonly #host: Host;
  readonly #pool: FitPool<SyncEngine>;
  readonly #budget: Budget;
  readonly #of: number;
  readonly #started = performance.now();
  #queued = 0;
  #number = 0;

  constructor(prepared: Prepared, recipe: AutomaticRecipe, host: Host, pool: FitPool<SyncEngine>) {
    this.#prepared = prepared;
    this.#recipe = recipe;
    this.#host = host;
    this.#pool = pool;
    this.#budget = new Budget(recipe.time, host.signal);
    const tried = recipe.recipe === "best" ? candidatesFor(prepared).length - 1 : 0;
    this.#of = FOLDS * (tried + this.#rounds * (refits(prepared) ? 2 : 1));
  }

  get #rounds(): number {
    return this.#recipe.recipe === "best" ? BEST_ROUNDS : 1;
  }

  async *train(): AsyncGenerator<TableEvent, AutomaticTraining, void> {
    const { train, test } = this.#prepared.data;
    const own = { member: memberRecipe(this.#prepared), done: [] };
    const { member, done } = this.#recipe.recipe === "best" ? yield* this.#compared(train) : own;
    // Both at once, so that no thread waits for the last network of the first.
    const judged = this.#queueRounds(train, member, done.length, JUDGED);
    const again = refits(this.#prepared) ? this.#queueRounds(together(train, test), member, 0, 1) : [];
    const rounds = yield* this.#through(judged, done, JUDGED);
    const seconds = (performance.now() - this.#started) / 1000;
    const refitted = yield* this.#through(again, [], 1);
    const plan = this.#plan(member, this.#prepared.rows.train.length);
    return {
      judged: meanOf(rounds) ?? (rounds[0].ends[0].model as Model),
      refitted: refitted.every(({ isWhole }) => isWhole) ? meanOf(refitted) : undefined,
      end: this.#end(rounds, seconds),
      ...{ history: this.#history, outOfFold: rounds[0].outOfFold() },
      networks: rounds.reduce((total, { ends }) => total + ends.length, 0),
      ...{ plan, data: this.#firstFold(train, plan) },
    };
  }

  /** For one network of so many rows with all folds. */
  #plan(member: MemberRecipe, rows: number): MemberPlan {
    return memberPlan(this.#prepared, member, Math.ceil((rows * (FOLDS - 1)) / FOLDS), this.#host.engine);
  }

  /** The recipe that does best on rows left out, and its first round. */
  async *#compared(data: Dataset): AsyncGenerator<TableEvent, { done: Round[]; member: MemberRecipe }, void> {
    const candidates = candidatesFor(this.#prepared).map((member) => ({
      member,
      queued: this.#queue(data, member, 0, COMPARED),
    }));
    const over = this.#budget.until(COMPARED);
    let best: { first: Round; member: MemberRecipe } | undefined;
    for (const { member, queued } of candidates) {
      if (best !== undefined && over?.aborted) break;
      const first = yield* this.#events(queued);
      // One that diverged has no loss (NaN): it is never the better one, and any other is better.
      const [own, least] = [first.outOfFold().loss, best?.first.outOfFold().loss ?? Number.NaN];
      if (best === undefined || (first.isWhole && (own < least || (Number.isNaN(least) && !Number.isNaN(own)))))
        best = { first, member };
    }
    const { first, member } = best as { first: Round; member: MemberRecipe };
    return { done: [first], member };
  }

  /** The rounds of a recipe from one on. */
  #queueRounds(data: Dataset, member: MemberRecipe, from: number, share: number): Queued[] {
    return Array.from({ length: this.#rounds - from }, (_, i) => this.#queue(data, member, from + i, share));
  }

  /** @param share of the time that may have passed when the networks end */
  #queue(data: Dataset, member: MemberRecipe, round: number, share: number): Queued {
    const isFirst = this.#queued++ === 0;
    return queueRound(data, {
      host: { ...this.#host, signal: this.#budget.until(share) },
      pool: this.#pool,
      plan: this.#plan(member, rowsOf(data, this.#prepared.encoder.features.length)),
      ...{ folds: FOLDS, classWeights: this.#prepared.classWeights },
      ...{ seed: this.#recipe.seed, round, flow: isFirst ? this.#recipe.flow : undefined },
      place: () => ({ number: ++this.#number, of: this.#of }),
    });
  }

  /** Those that are done and those queued, until the share of the time is over. */
  async *#through(
    queued: readonly Queued[],
    done: readonly Round[],
    share: number,
  ): AsyncGenerator<TableEvent, Round[], void> {
    const rounds = [...done];
    const over = this.#budget.until(share);
    for (const round of queued) {
      if (rounds.length > 0 && over?.aborted) break;
      rounds.push(yield* this.#events(round));
    }
    return rounds;
  }

  async *#events(queued: Queued): AsyncGenerator<TableEvent, Round, void> {
    const events = queued();
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (done) return value;
        if (this.#number === 1) this.#history.add(value);
        yield value;
      }
    } finally {
      await events.return(undefined as never);
    }
  }

  /** As if all networks had been one training. */
  #end(rounds: readonly Round[], seconds: number): EndEvent {
    const ends = rounds.flatMap(({ ends }) => ends);
    const first = ends[0];
    const last = ends[ends.length - 1];
    const fault = ends.find(({ fault }) => fault !== undefined)?.fault;
    const isInterrupted = this.#host.signal?.aborted === true;
    // A share of the time may be over before all of it is.
    const isCut = this.#budget.isOver || rounds.some(({ isWhole }) => !isWhole);
    const stopped = isInterrupted ? "aborted" : isCut ? "time" : last.stopped;
    return {
      type: "end",
      ...{ stopped, epochs: ends.reduce((total, { epochs }) => total + epochs, 0), seconds },
      bestEpoch: first.bestEpoch || Math.max(...ends.map(({ bestEpoch }) => bestEpoch)),
      bestLoss: first.bestLoss,
      threads: Math.max(...ends.map(({ threads }) => threads)),
      model: first.model,
      ...(fault && { fault }),
    };
  }

  /** What the first network was trained on, for whoever must do it again. */
  #firstFold(data: Dataset, { network, options: { loss } }: MemberPlan): FitData {
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
