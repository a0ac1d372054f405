/**
 * Trainings that do not depend on each other, on several threads: each computes what it would compute alone, bit for bit,
 * whichever thread does it, in whichever order they end.
 *
 *   const pool = openFitPool({ engine });
 *   const fits = seeds.map((seed) => pool.fit(network, data, { loss: "huber", seed }));
 *   for (const fit of fits) for await (const event of fit) …
 *
 * The calling thread is one of them: it trains while somebody waits for an event, and at other times not, as with `fit`.
 * Workers are started when what waits takes long enough (cost.ts) for that to be worth it. What a worker cannot do (functions of one's
 * own, a host without workers, a worker that fails) the calling thread does.
 */
import { checkEngine, type Engine, type SyncEngine } from "../engines/engine.ts";
import { type Replica, replicaOf } from "../engines/replica.ts";
import { checkKeys, type Names } from "../given/names.ts";
import type { NetworkSpec } from "../nn/network.ts";
import { inRange, wholeNumber } from "../nn/options.ts";
import type { FitEvent } from "../train/events.ts";
import { fitting } from "../train/fit.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { Model } from "../train/model.ts";
import { PlanShelf } from "../train/plan-shelf.ts";
import type { QueuedOptions } from "./describe.ts";
import { Job } from "./job.ts";
import { planKey } from "./plan-key.ts";
import { PoolWorker, type PoolWorkerOwner } from "./pool-worker.ts";
import { type Copies, mayShare, pickedData, type QueuedData, sharedData } from "./rows.ts";
import type { FitWorker } from "./start-worker.ts";

/** On what a pool trains. */
export interface FitPoolOptions<E extends Engine = Engine> {
  readonly engine: E;
  /**
   * Workers beside the calling thread; false is 0. By default at most one less than the threads that the engine was made for,
   * or else the host has cores, and only where they are worth their start. There are none where no other thread can have such
   * an engine.
   */
  readonly workers?: number | false;
}

/** A training of a pool: its events, to be gone through once. */
export interface QueuedFit extends AsyncIterable<FitEvent> {
  /** Whether a thread has begun with it. One that is aborted before begins only when it is gone through. */
  readonly hasStarted: boolean;
  [Symbol.asyncIterator](): AsyncGenerator<FitEvent, Model, void>;
}

/** Seconds of training, as reckoned, for which it is worth it to start workers. */
const WORTH = 0.2;
/** What a worker takes beside its rows and its plan is some 30 MB, so that nobody gets dozens without asking. */
const USUALLY = 7;

/** Ends the workers of pools that nobody has any more. */
const abandoned = new FinalizationRegistry<FitWorker[]>((hosts) => {
  for (const host of hosts) host.terminate();
});

/** Threads that train what is queued: the calling one, and workers beside it. */
export class FitPool<E extends Engine = Engine> {
  readonly #engine: E;
  readonly #replica: Replica | undefined;
  readonly #queue: Job[] = [];
  /** Those that nobody has gone through to their end. */
  readonly #outstanding = new Set<Job>();
  readonly #workers: PoolWorker[] = [];
  readonly #hosts: FitWorker[] = [];
  /** How many workers there may be, and whether somebody said so. */
  #most: number;
  readonly #areAsked: boolean;
  /** What the calling thread trains. */
  #own: Own | undefined;
  #step: Promise<void> | undefined;
  readonly #owner: PoolWorkerOwner = {
    free: (worker) => this.#free(worker),
    refused: (job) => this.#refused(job),
    lost: (worker) => this.#lost(worker),
    rowsFor: ({ data, network }) => (mayShare ? sharedData(data, this.#copies) : pickedData(data, network.inputs)),
  };
  #copies: Copies = new WeakMap();
  /** Plans of the calling thread, which may have two engines: with all threads, and with one. */
  readonly #shelves = new Map<Engine, PlanShelf>();

  constructor(engine: E, workers: FitPoolOptions["workers"]) {
    this.#engine = engine;
    this.#replica = replicaOf(engine);
    const { threads = 1 } = this.#replica ?? {};
    const asked = workers === false ? 0 : workers;
    this.#most = this.#replica === undefined ? 0 : (asked ?? Math.min(threads - 1, USUALLY));
    this.#areAsked = workers !== undefined;
    abandoned.register(this, this.#hosts);
  }

  /** The given engine, on one thread where other threads can have it so: what has to have the same bits with any of them. */
  get engine(): E | SyncEngine {
    return this.#replica?.engine ?? this.#engine;
  }

  /**
   * Queues a training, which begins as soon as a thread is free. Its events come as from `fit`, and what `fit` throws is thrown
   * to whoever goes through them. Several trainings may share a dataset, and have some of its rows each.
   * @param onEvent told of each event when it comes, which may be long before somebody goes through it; it must not throw
   */
  fit(network: NetworkSpec, data: QueuedData, options: QueuedOptions, onEvent?: (event: FitEvent) => void): QueuedFit {
    const job = new Job(network, data, options, onEvent);
    // Arrays may have changed since all that had them has ended.
    if (this.#outstanding.size === 0) this.#copies = new WeakMap();
    this.#outstanding.add(job);
    this.#queue.push(job);
    this.#start();
    for (const worker of this.#workers) this.#free(worker);
    const events = (): AsyncGenerator<FitEvent, Model, void> => this.#events(job);
    return {
      get hasStarted() {
        return job.hasStarted;
      },
      [Symbol.asyncIterator]: events,
    };
  }

  /** Ends the workers. What is still gone through is then the calling thread's. */
  close(): void {
    this.#most = 0;
    for (const worker of [...this.#workers]) worker.end();
  }

  async *#events(job: Job): AsyncGenerator<FitEvent, Model, void> {
    try {
      for (;;) {
        const event = job.take();
        if (event === undefined) {
          await this.#wait(job);
          continue;
        }
        if (event.type === "end") await job.kept();
        yield event;
        if (event.type === "end") return event.model;
      }
    } finally {
      this.#leave(job);
    }
  }

  /** Who waits for a worker trains meanwhile. */
  #wait(job: Job): Promise<void> {
    const arrival = job.arrival();
    const step = this.#work(job);
    return step === undefined ? arrival : Promise.race([arrival, step]);
  }

  /** An event of the calling thread's own training; undefined where there is nothing for it to do. */
  #work(wanted: Job): Promise<void> | undefined {
    this.#own ??= this.#begin(wanted.isWaiting ? wanted : this.#queue.find(({ isAborted }) => !isAborted));
    if (this.#own === undefined) return undefined;
    this.#step ??= this.#advance(this.#own).finally(() => {
      this.#step = undefined;
    });
    return this.#step;
  }

  #begin(job: Job | undefined): Own | undefined {
    if (job === undefined) return undefined;
    this.#takeOff(job);
    job.start();
    // What any thread might have done is done by the same engine in all of them.
    const isAlike = job.isAlike && (this.#most > 0 || this.#engine.dependsOnThreads);
    const engine = (isAlike && this.#replica?.engine) || this.#engine;
    const shelf = this.#shelves.get(engine) ?? new PlanShelf();
    this.#shelves.set(engine, shelf);
    return { job, events: trained(job, engine, shelf) };
  }

  async #advance({ job, events }: Own): Promise<void> {
    try {
      const { done, value } = await events.next();
      if (done) return;
      if (value.type === "end") this.#end(job);
      job.push(value);
    } catch (error) {
      this.#end(job);
      job.fail(error);
    }
  }

  #end(job: Job): void {
    if (this.#own?.job === job) this.#own = undefined;
  }

  /** As many workers as were asked for, or as are worth it: one for each training that this thread cannot begin at once. */
  #start(): void {
    if (this.#workers.length >= this.#most) return;
    const waiting = this.#queue.filter(({ mayBeSent }) => mayBeSent);
    const isWorth = waiting.reduce((total, { cost }) => total + cost, 0) > WORTH;
    const wanted = this.#areAsked ? waiting.length : isWorth ? waiting.length - 1 : 0;
    try {
      while (this.#workers.length < Math.min(this.#most, wanted)) {
        const worker = new PoolWorker((this.#replica as Replica).link, this.#owner);
        this.#workers.push(worker);
        this.#hosts.push(worker.host);
      }
    } catch {
      this.#most = this.#workers.length; // Here there are none, or no more.
    }
  }

  #free(worker: PoolWorker): void {
    if (!worker.isFree) return;
    const job = this.#queue.find(({ mayBeSent }) => mayBeSent);
    if (job === undefined) return;
    this.#takeOff(job);
    worker.give(job);
  }

  #refused(job: Job): void {
    this.#queue.unshift(job);
    job.restart();
  }

  #lost(worker: PoolWorker): void {
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    this.#most = this.#workers.length;
  }

  #takeOff(job: Job): void {
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  /** Nobody wants its events any more. */
  #leave(job: Job): void {
    this.#outstanding.delete(job);
    this.#takeOff(job);
    for (const worker of this.#workers) worker.drop(job);
    if (this.#own?.job !== job) return;
    this.#own.events.return(undefined as never).catch(() => undefined);
    this.#own = undefined;
  }
}

interface Own {
  readonly job: Job;
  readonly events: AsyncGenerator<FitEvent, Model | undefined, void>;
}

/** A training that can be described has plans that others like it can have. */
async function* trained({ network, data, options, described }: Job, engine: Engine, shelf: PlanShelf): Own["events"] {
  const rows = pickedData(data, network.inputs);
  const place = described && { shelf, key: planKey(described) };
  return yield* fitting(network, rows, { ...options, engine } as FitOptions, onDemand, place);
}

const onDemand = () => import("../second-order/on-demand.ts");

/** Throws RangeError on options that make no sense. */
export function openFitPool<E extends Engine>(options: FitPoolOptions<E>): FitPool<E> {
  checkKeys("openFitPool", options ?? null, OPTIONS);
  checkEngine(options.engine);
  const { engine, workers } = options;
  return new FitPool(engine, workers && inRange("workers", workers, wholeNumber));
}

const OPTIONS: Names<FitPoolOptions> = { engine: true, workers: true };
