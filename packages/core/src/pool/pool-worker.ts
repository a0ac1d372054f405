/** A worker of a pool, as the pool sees it: it does one training at a time, whose events go to its job. */
import { startFitWorker } from "#start-fit-worker";
import type { EngineLink } from "../engines/replica.ts";
import { lossOf } from "../nn/loss-of.ts";
import type { EpochEvent } from "../train/events.ts";
import type { Model } from "../train/model.ts";
import type { Job } from "./job.ts";
import type { Judged, Told } from "./messages.ts";
import type { QueuedData } from "./rows.ts";
import type { FitWorker } from "./start-worker.ts";

/** Who has a worker. */
export interface PoolWorkerOwner {
  /** It can do something. */
  free(worker: PoolWorker): void;
  /** It cannot do this training. */
  refused(job: Job): void;
  /** It is gone. */
  lost(worker: PoolWorker): void;
  /** The rows of a training as they are sent. Throws DataError where x is no whole number of rows. */
  rowsFor(job: Job): QueuedData;
}

/** Those that work are held, though nobody but who waits for them should know them any more. */
const working = new Set<PoolWorker>();

export class PoolWorker {
  readonly #owner: PoolWorkerOwner;
  readonly host: FitWorker;
  #isFree = false;
  #isOver = false;
  #job: Job | undefined;
  #truth: Judged["truth"];

  /** May throw where there can be none. */
  constructor(link: EngineLink, owner: PoolWorkerOwner) {
    this.#owner = owner;
    // The host must not hold what it reports to, or a pool that nobody has any more would never be collected.
    const self = new WeakRef(this);
    this.host = startFitWorker({
      told: (messages) => {
        for (const message of messages) self.deref()?.hear(message);
      },
      ended: () => self.deref()?.end(),
    });
    this.host.post({ kind: "engine", link });
  }

  /** Whether it can be given a training. */
  get isFree(): boolean {
    return this.#isFree;
  }

  /** @param job one that is described */
  give(job: Job): void {
    const { described, options } = job;
    if (described === undefined) throw new Error("a training with functions in it cannot be sent");
    job.start();
    [this.#isFree, this.#job, this.#truth] = [false, job, undefined];
    working.add(this);
    this.host.hold(true);
    try {
      this.host.post({ kind: "fit", described, data: this.#owner.rowsFor(job) });
      options.signal?.addEventListener("abort", this.#abort);
    } catch {
      this.#refuse(); // Rows that make no sense: the calling thread will say so.
      this.#settle();
    }
  }

  /** Ends what it does for a job, whose events nobody wants any more. */
  drop(job: Job): void {
    if (this.#job !== job) return;
    this.#leave();
    this.#abort();
  }

  /** From now on it does nothing any more; what it did is the calling thread's. */
  end(): void {
    if (this.#isOver) return;
    [this.#isOver, this.#isFree] = [true, false];
    this.host.terminate();
    working.delete(this);
    this.#owner.lost(this);
    this.#refuse();
  }

  readonly #abort = (): void => this.host.post({ kind: "abort" });

  #leave(): Job | undefined {
    const job = this.#job;
    job?.options.signal?.removeEventListener("abort", this.#abort);
    this.#job = undefined;
    return job;
  }

  #refuse(): void {
    const job = this.#leave();
    if (job) this.#owner.refused(job);
  }

  #settle(): void {
    this.#leave();
    this.#isFree = true;
    working.delete(this);
    this.host.hold(false);
    this.#owner.free(this);
  }

  hear(message: Told): void {
    if (this.#isOver) return;
    const job = this.#job;
    if (message.kind === "start") job?.push({ ...message.event, describePlan: () => message.plan });
    else if (message.kind === "epoch") this.#epoch(message.event, message.judged);
    else if (message.kind === "state") job?.keep(message.state);
    else {
      if (message.kind === "end") job?.push({ ...message.event, model: modelOf(job, message.tensors) });
      if (message.kind === "failed") this.#refuse();
      this.#settle();
    }
  }

  #epoch(event: EpochEvent, judged: Judged | undefined): void {
    const job = this.#job;
    if (judged?.truth) this.#truth = judged.truth;
    try {
      job?.push(judged && this.#truth ? withMetrics(event, job, judged.predictions, this.#truth) : event);
    } catch {
      this.#refuse(); // A metric threw: it will do so in the calling thread.
      this.#abort();
    }
  }
}

function withMetrics(
  event: EpochEvent,
  { options: { metrics = {} } }: Job,
  predictions: Float64Array,
  { targets, weights }: NonNullable<Judged["truth"]>,
): EpochEvent {
  const { validation } = event;
  if (validation === undefined) return event;
  const values = Object.entries(metrics).map(([name, metric]) => [name, metric(predictions, targets, weights)]);
  return { ...event, validation: { ...validation, metrics: Object.fromEntries(values) } };
}

/** With the calling thread's own objects. */
function modelOf({ network, options: { loss, l1, l2 } }: Job, tensors: Model["tensors"]): Model {
  return { network, objective: { loss: lossOf(loss), l1, l2 }, tensors };
}
