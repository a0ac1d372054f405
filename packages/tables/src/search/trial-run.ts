/**
 * Which trainings come next, in waves: first those that may go on, then new ones. A wave depends on nothing but the results of
 * those before it, so that a search that was interrupted goes on to what it would have done.
 */
import { UserError } from "@chaingrad/core/user-error";
import { promotions, type Standing } from "./halving.ts";
import type { SearchTrial } from "./log.ts";
import type { Observation } from "./parzen.ts";
import { type Proposals, Proposer } from "./propose.ts";
import type { Configuration, Space } from "./space.ts";
import type { TrialJob } from "./train-trials.ts";

/** Trainings of a wave: four blocks (propose.ts). */
const WAVE = 32;
/** What is learnt from is the highest rung that so many have reached. */
const LEAST_LEARNT = 12;

export interface TrialRunOptions {
  readonly space: Space;
  readonly seed: number;
  readonly proposals: Proposals;
  readonly rungs: readonly number[];
  /** Results that are there already. */
  readonly known: readonly SearchTrial[];
  /** Trials at most. */
  readonly most: number | undefined;
}

export class TrialRun {
  readonly #rungs: readonly number[];
  readonly #most: number;
  readonly #proposer: Proposer;
  /** Results by trial and rung. */
  readonly #results = new Map<string, SearchTrial>();
  readonly #options: Configuration[] = [];
  /** Of each trial its results by rung, of the waves that are over. */
  readonly #reached: SearchTrial[][] = [];
  /** The highest rung that each trial was let go on to. */
  readonly #begun: number[] = [];
  #wave: readonly TrialJob[] = [];
  readonly #all: SearchTrial[] = [];
  best: SearchTrial | undefined;

  constructor({ space, seed, proposals, rungs, known, most = Number.POSITIVE_INFINITY }: TrialRunOptions) {
    this.#rungs = rungs;
    this.#most = most;
    this.#proposer = new Proposer(space, seed, proposals);
    for (const trial of known) this.#results.set(keyOf(trial), trial);
  }

  /** All results that were asked for, in the order in which they became known. */
  get trials(): readonly SearchTrial[] {
    return this.#all;
  }

  get begun(): number {
    return this.#options.length;
  }

  /** Whether there are as many trials as there may be. */
  get isFull(): boolean {
    return this.begun >= this.#most;
  }

  /** The trainings of the next wave that are not known yet; undefined where there is nothing left to do. */
  next(): readonly TrialJob[] | undefined {
    for (;;) {
      this.#close();
      this.#wave = this.#plan();
      if (this.#wave.length === 0) return undefined;
      for (const job of this.#wave) this.#settle(job);
      const missing = this.#wave.filter((job) => !this.#results.has(keyOf(job)));
      if (missing.length > 0) return missing;
    }
  }

  add(trial: SearchTrial): void {
    this.#results.set(keyOf(trial), trial);
    this.#note(trial);
  }

  #note(trial: SearchTrial): void {
    this.#all.push(trial);
    if (trial.loss !== null && lossOf(trial) < lossOf(this.best)) this.best = trial;
  }

  /** A result that needs no training: it is known, or the training has ended for good on a lower rung. */
  #settle(job: TrialJob): void {
    const known = this.#results.get(keyOf(job));
    const before = this.#reached[job.trial]?.at(-1);
    if (known !== undefined) {
      if (JSON.stringify(known.options) !== JSON.stringify(job.options))
        throw new UserError(`log: trial ${job.trial} is not one of this search`, "Name another file for its trials.", {
          option: "log",
        });
      this.#note(known);
    } else if (before !== undefined && before.stopped !== "rung") this.add({ ...before, rung: job.rung, seconds: 0 });
  }

  /** The results of the wave count, in its order. */
  #close(): void {
    for (const job of this.#wave) {
      const result = this.#results.get(keyOf(job));
      if (result === undefined) continue;
      this.#reached[job.trial] ??= [];
      this.#reached[job.trial].push(result);
    }
  }

  #plan(): TrialJob[] {
    const standings = this.#reached.map((own, trial): Standing => ({ trial, losses: own.map(lossOf) }));
    const going = promotions(standings, this.#rungs.length, (trial) => this.#begun[trial]).slice(0, WAVE);
    for (const { trial, rung } of going) this.#begun[trial] = rung;
    const first = this.#proposer.count;
    const room = Math.min(WAVE - going.length, this.#most - this.begun);
    const fresh = room > 0 ? this.#proposer.propose(room, this.#observations()) : [];
    for (const options of fresh) {
      this.#options.push(options);
      this.#begun.push(0);
    }
    return [
      ...going.map((job) => ({ ...job, options: this.#options[job.trial] })),
      ...fresh.map((options, i) => ({ trial: first + i, rung: 0, options })),
    ];
  }

  #observations(): Observation[] {
    const at = (rung: number): SearchTrial[] => this.#reached.flatMap((own) => (own.length > rung ? [own[rung]] : []));
    for (let rung = this.#rungs.length - 1; rung > 0; rung--) {
      const there = at(rung);
      if (there.length >= LEAST_LEARNT) return there.map(observed);
    }
    return at(0).map(observed);
  }
}

const keyOf = ({ trial, rung }: Pick<SearchTrial, "trial" | "rung">): string => `${trial} ${rung}`;

/** Smaller is better; what had no finite loss is worse than all else. */
const lossOf = (trial: SearchTrial | undefined): number => trial?.loss ?? Number.POSITIVE_INFINITY;

const observed = (trial: SearchTrial): Observation => ({ options: trial.options, loss: lossOf(trial) });
