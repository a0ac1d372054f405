/**
 * The workers of an engine. They are started once and attend to one executable at a time; a run is announced by a
 * number in shared memory, so that no message is sent while it is the same one.
 */
import { host } from "#host";
import { startWorker } from "#start-worker";
import type { GemmLink } from "./gemm.ts";
import { type HostWorker, WorkerError } from "./host/host.ts";
import {
  ABSENT,
  ARRIVED,
  BEGUN,
  FAILED,
  FAILURE,
  JOB,
  JOB_STEPS,
  LEAVE,
  PASSED,
  PRESENT,
  SLEEPERS,
  TRAPPED,
} from "./opcodes.ts";
import type { ProcessorLink } from "./processor.ts";
import type { Attachment } from "./worker.ts";

/** An executable's place in shared memory. */
export interface Site {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly gemm?: GemmLink | undefined;
  /** Kernels for the processor, where they run the plan. */
  readonly processor?: ProcessorLink | undefined;
  readonly control: number;
  /** Each thread's share of the plan; the first is the caller's own. */
  readonly streams: readonly { readonly at: number; readonly count: number }[];
}

/** How long workers that were sent away may take to go, in milliseconds. */
const PATIENCE = 2000;
/** How long they may take to begin: they load a library first, on a machine that may do much else. */
const BEGINNING = 60_000;
/** How long a look at who has begun sleeps. */
const NAP = 100;

/** Ends the workers of engines that nobody has any more. */
const abandoned = new FinalizationRegistry<readonly HostWorker[]>((workers) => {
  for (const worker of workers) worker.terminate();
});

export class Crew {
  readonly #workers: HostWorker[] = [];
  #site: Site | undefined;
  #broken: WorkerError | undefined;
  #running = false;

  constructor() {
    abandoned.register(this, this.#workers);
  }

  /** Starts what is missing of `count` workers; they are ready when the promise is fulfilled. */
  async start(count: number): Promise<void> {
    // The workers must not hold what they report to, or the crew would never be abandoned.
    const crew = new WeakRef(this);
    while (this.#workers.length < count) {
      const number = this.#workers.length + 1;
      const lose = (reason: string): void => crew.deref()?.lose(`worker ${number} is gone (${reason})`);
      this.#workers.push(startWorker(lose));
    }
    await Promise.all(this.#workers.map(({ ready }) => ready));
  }

  /** From now on nothing runs any more. */
  lose(what: string): void {
    this.#broken ??= new WorkerError(`${what}: the run cannot go on; make a new engine`);
    for (const worker of this.#workers) worker.terminate();
  }

  /** Throws WorkerError when a worker is known to be gone. */
  check(): void {
    if (this.#broken) throw this.#broken;
  }

  /**
   * Has the workers take part in steps first … first + steps − 1 while `own` does the caller's share.
   * Throws WorkerError when a worker is gone or does not come in time, and WebAssembly.RuntimeError when one met an
   * instruction that it could not execute.
   */
  run(site: Site, first: number, steps: number, own: () => boolean): void {
    if (this.#running) throw new Error("an op runs the engine that runs it: give it another engine");
    const state = new Int32Array(site.memory.buffer, site.control);
    if (this.#site !== site && !this.#broken) this.#move(site, state);
    if (this.#broken) throw this.#broken;
    Atomics.store(state, JOB_STEPS >> 2, first);
    Atomics.store(state, (JOB_STEPS >> 2) + 1, steps);
    Atomics.add(state, JOB >> 2, 1);
    if (Atomics.load(state, SLEEPERS >> 2) > 0) Atomics.notify(state, JOB >> 2);
    let healthy = false;
    let failure = 0;
    this.#running = true;
    try {
      healthy = own();
    } finally {
      this.#running = false;
      if (!healthy) failure = this.#recover(state);
    }
    if (healthy) return;
    if (failure === TRAPPED)
      throw new WebAssembly.RuntimeError("a worker met an instruction that it could not execute");
    this.lose("a worker did not answer in time");
    throw this.#broken;
  }

  #move(site: Site, state: Int32Array): void {
    if (this.#site) this.#dismiss(new Int32Array(this.#site.memory.buffer, this.#site.control));
    // Those that attended to this site before, and were not needed since, may be about to leave it.
    this.#awaitDeparture(state);
    const { module, memory, gemm, processor, control, streams } = site;
    const [, ...shares] = streams;
    this.start(shares.length);
    const seen = 0;
    Atomics.store(state, JOB >> 2, seen);
    Atomics.store(state, BEGUN >> 2, 0);
    Atomics.store(state, PRESENT >> 2, shares.length);
    shares.forEach(({ at, count }, i) => {
      const attachment: Attachment = { module, memory, gemm, processor, control, plan: at, words: count, seen };
      this.#workers[i].postMessage(attachment);
    });
    this.#site = site;
    this.#awaitBeginning(state, shares.length);
  }

  /** So that a barrier's patience is for work alone. Who cannot begin says so at the first barrier. */
  #awaitBeginning(state: Int32Array, count: number): void {
    const end = performance.now() + BEGINNING;
    const begun = (): number => Atomics.load(state, BEGUN >> 2);
    for (let some = begun(); some < count && Atomics.load(state, FAILURE >> 2) === 0; some = begun()) {
      if (performance.now() > end) {
        this.lose("a worker did not begin in time");
        return;
      }
      if (host.mayBlock) Atomics.wait(state, BEGUN >> 2, some, NAP);
    }
  }

  #dismiss(state: Int32Array): void {
    Atomics.store(state, JOB >> 2, LEAVE);
    Atomics.notify(state, JOB >> 2);
    this.#site = undefined;
  }

  /** After a failure, which it tells: everybody leaves, and the control block is as it was at first, for another try. */
  #recover(state: Int32Array): number {
    const failure = Atomics.load(state, FAILURE >> 2);
    Atomics.store(state, PASSED >> 2, FAILED);
    Atomics.notify(state, PASSED >> 2);
    this.#dismiss(state);
    this.#awaitDeparture(state);
    if (Atomics.load(state, FAILURE >> 2) === ABSENT) this.lose("a worker could not begin");
    for (const word of [ARRIVED, PASSED, SLEEPERS, FAILURE]) Atomics.store(state, word >> 2, 0);
    return failure;
  }

  /** Workers that were sent away go at once, unless they compute. */
  #awaitDeparture(state: Int32Array): void {
    const end = performance.now() + PATIENCE;
    while (Atomics.load(state, PRESENT >> 2) > 0) {
      if (performance.now() < end) continue;
      this.lose("a worker did not answer in time");
      return;
    }
  }
}
