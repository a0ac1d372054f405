/** A training in the queue of a pool, and its events until they are taken. */
import type { NetworkSpec } from "../nn/network.ts";
import type { FitEvent, FitState } from "../train/events.ts";
import { costOf } from "./cost.ts";
import { described, type QueuedOptions } from "./describe.ts";
import type { Described } from "./messages.ts";
import type { QueuedData } from "./rows.ts";

export class Job {
  readonly network: NetworkSpec;
  readonly data: QueuedData;
  readonly options: QueuedOptions;
  /** What a worker is sent; undefined where only the calling thread can do it. */
  readonly described: Described | undefined;
  /** Whether a worker could compute it, were there nothing to tell of its flow: it has the same bits then. */
  readonly isAlike: boolean;
  /** Seconds that it takes at most, about. */
  readonly cost: number;
  isWaiting = true;
  hasStarted = false;
  /** Whether no worker has failed at it. */
  #isFresh = true;
  readonly #events: FitEvent[] = [];
  /** Events so far, and how many of them are to come again. */
  #told = 0;
  #repeated = 0;
  #failure: { readonly error: unknown } | undefined;
  #keeping: Promise<void> = Promise.resolve();
  #arrived: (() => void) | undefined;

  readonly #onEvent: ((event: FitEvent) => void) | undefined;

  /** @param onEvent told of each event when it comes, whoever goes through them when */
  constructor(network: NetworkSpec, data: QueuedData, options: QueuedOptions, onEvent?: (event: FitEvent) => void) {
    [this.network, this.data, this.options, this.#onEvent] = [network, data, options, onEvent];
    this.described = described(network, options);
    this.isAlike = described(network, { ...options, flow: false }) !== undefined;
    this.cost = costOf(network, data, options);
    this.hasStarted = options.resume !== undefined;
  }

  get isAborted(): boolean {
    return this.options.signal?.aborted === true;
  }

  get mayBeSent(): boolean {
    return this.#isFresh && this.described !== undefined && !this.isAborted;
  }

  start(): void {
    this.isWaiting = false;
    this.hasStarted = true;
  }

  /** It is to be done by the calling thread, from the start; what was told already is not told again. */
  restart(): void {
    this.#repeated = this.#told;
    this.#isFresh = false;
    this.isWaiting = true;
    this.#arrived?.();
  }

  push(event: FitEvent): void {
    if (this.#repeated > 0 && event.type !== "end") {
      this.#repeated--;
      return;
    }
    this.#told++;
    this.#events.push(event);
    this.#onEvent?.(event);
    this.#arrived?.();
  }

  /** Where a worker stands with it. It goes on meanwhile; what keeping it throws ends the training for whoever goes through it. */
  keep(state: FitState): void {
    const { checkpoint } = this.options;
    this.#keeping = this.#keeping.then(() => checkpoint?.save(state)).catch((error) => this.fail(error));
  }

  /** Fulfilled when all that was to be kept is. Rejects with what keeping it threw. */
  async kept(): Promise<void> {
    await this.#keeping;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#arrived?.();
  }

  /** The next event, where it is there. Throws what the training threw. */
  take(): FitEvent | undefined {
    const event = this.#events.shift();
    if (event === undefined && this.#failure !== undefined) throw this.#failure.error;
    return event;
  }

  /** Fulfilled when there is something new: an event, the failure, another start. There is one at a time who waits. */
  arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = resolve;
    });
  }
}
