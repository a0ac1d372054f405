/** Trains trials up to a rung: those of one shape together, each from where it paused. */
import type { Engine, SyncEngine } from "@chaingrad/core";
import { openFitPool } from "@chaingrad/core/pool";
import { type MemberEnd, type MemberState, openTogether, type Together } from "@chaingrad/core/together";
import { DEFAULTS, planFor, type Recipe } from "../recipe.ts";
import type { Prepared } from "../table/prepare.ts";
import { trainingData } from "../training.ts";
import type { SearchTrial, TrialStop } from "./log.ts";
import { BLOCK } from "./propose.ts";
import { type Configuration, type SearchedOption, SHAPING } from "./space.ts";

/** A training that is to be done. */
export interface TrialJob {
  readonly trial: number;
  readonly rung: number;
  readonly options: Configuration;
}

/** How all trials of a search are trained. */
export interface TrialTraining {
  readonly prepared: Prepared;
  readonly engine: SyncEngine;
  readonly rungs: readonly number[];
  readonly seed: number;
  readonly patience: number;
  readonly slice?: number | undefined;
  /** Ends all trainings. */
  readonly signal: AbortSignal;
}

/** Bytes of paused trainings that are kept; of those forgotten the epochs are done again. */
const MOST_PAUSED = 2 ** 28;
/** Of fewer training rows to share a step among threads gains less than it takes to plan. */
const SHARED_FROM = 2000;
/** Compiled plans that are kept, by shape. */
const MOST_PLANS = 12;

/** The recipe of a configuration. */
export function recipeOf(
  { clip, ...options }: Configuration,
  own: Pick<Recipe, "seed" | "epochs" | "patience">,
): Recipe {
  return { ...DEFAULTS, ...options, ...(typeof clip === "number" && { clip: { norm: clip } }), ...own };
}

/** What trials have in common that are trained together. */
const shapeOf = (options: Configuration): string =>
  JSON.stringify(SHAPING.map((name: SearchedOption) => options[name] ?? null));

export class TrialTrainer {
  readonly #training: TrialTraining;
  readonly #plans = new Map<string, Together>();
  readonly #paused = new Map<number, MemberState>();
  readonly #engine: Engine;
  #pausedBytes = 0;

  constructor(training: TrialTraining) {
    const { engine, prepared } = training;
    this.#training = training;
    this.#engine = prepared.rows.train.length < SHARED_FROM ? openFitPool({ engine, workers: false }).engine : engine;
  }

  /** Tells of each as it ends: shape after shape. Those that the signal ends are not told of. */
  async *train(jobs: readonly TrialJob[]): AsyncGenerator<SearchTrial, void, void> {
    const shapes = new Map<string, TrialJob[]>();
    for (const job of jobs) {
      const shape = shapeOf(job.options);
      shapes.set(shape, [...(shapes.get(shape) ?? []), job]);
    }
    for (const [shape, own] of shapes) if (!this.#training.signal.aborted) yield* this.#together(shape, own);
  }

  async *#together(shape: string, jobs: readonly TrialJob[]): AsyncGenerator<SearchTrial, void, void> {
    const { rungs, seed } = this.#training;
    const together = await this.#plan(shape, jobs[0].options);
    const members = await Promise.all(
      jobs.map(async ({ trial, rung, options }) => {
        const from = this.#paused.get(trial);
        const { l2, rate } = (await this.#planOf(options)).options;
        return { seed, l2, until: rungs[rung], from, ...(rate !== undefined && { rate }) };
      }),
    );
    let since = performance.now();
    let shared = 0;
    let running = jobs.length;
    for await (const event of together.fit(members)) {
      if (event.type !== "end") {
        const now = performance.now();
        shared += (now - since) / 1000 / running;
        since = now;
        continue;
      }
      running--;
      if (event.stopped === "aborted") continue;
      const { trial, rung, options } = jobs[event.member];
      this.#keep(trial, event.stopped === "epochs" ? event.state : undefined);
      const seconds = Number(shared.toFixed(4));
      yield { trial, rung, ...toldOf(event, rung === rungs.length - 1), seconds, options };
    }
  }

  #planOf(options: Configuration): ReturnType<typeof planFor> {
    const { prepared, engine, rungs, seed, patience } = this.#training;
    return planFor(prepared, recipeOf(options, { seed, patience, epochs: rungs[rungs.length - 1] }), engine);
  }

  async #plan(shape: string, options: Configuration): Promise<Together> {
    const known = this.#plans.get(shape);
    this.#plans.delete(shape);
    const together = known ?? (await this.#open(options));
    this.#plans.set(shape, together);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MOST_PLANS) this.#plans.delete(oldest);
    return together;
  }

  async #open(own: Configuration): Promise<Together> {
    const { prepared, slice, signal } = this.#training;
    const { network, options } = await this.#planOf(own);
    const { loss, optimizer, epochs, patience, batch, clip } = options;
    return openTogether(network, trainingData(prepared), {
      places: BLOCK,
      ...{
        engine: this.#engine,
        signal,
        loss,
        optimizer: optimizer as "adam",
        epochs: epochs as number,
        patience: patience as number,
      },
      ...(batch !== undefined && { batch }),
      ...(clip !== undefined && { clip }),
      ...(slice !== undefined && { slice }),
    });
  }

  #keep(trial: number, state: MemberState | undefined): void {
    this.#forget(trial);
    if (state === undefined) return;
    this.#paused.set(trial, state);
    this.#pausedBytes += bytesOf(state);
    for (const [other] of this.#paused) {
      if (this.#pausedBytes <= MOST_PAUSED) return;
      this.#forget(other);
    }
  }

  #forget(trial: number): void {
    const state = this.#paused.get(trial);
    if (state === undefined) return;
    this.#paused.delete(trial);
    this.#pausedBytes -= bytesOf(state);
  }
}

const bytesOf = ({ carried, kept }: MemberState): number =>
  [...Object.values(carried), ...Object.values(kept)].reduce((sum, { byteLength }) => sum + byteLength, 0);

function toldOf({ stopped, epochs, bestEpoch, bestLoss }: MemberEnd, isLast: boolean) {
  const why: TrialStop = stopped === "epochs" && !isLast ? "rung" : (stopped as TrialStop);
  return { epochs, loss: Number.isFinite(bestLoss) ? bestLoss : null, bestEpoch, stopped: why };
}
