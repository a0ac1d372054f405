/**
 * What the engine asks of the program it lives in: kernels, and threads where there may be several. `#host` and
 * `#start-worker` are the implementations of the platform.
 */

/** Files of dist/, each with a build for relaxed SIMD beside it. */
export type ModuleName = "kernels" | "kernels.shared" | "linalg";

export interface Host {
  /** Threads that can run at once on one shared memory; 1 where there is no such memory. */
  readonly threads: number;
  /** Threads that can run at once, with whatever memory. */
  readonly cores: number;
  /** Why it is one thread where there could be more, and what to do. */
  readonly alone?: string;
  /** Whether this thread may sleep until another one wakes it, and workers start while it does not return. */
  readonly mayBlock: boolean;
  /** The build of a module that suits this host; compiled once, for every engine. */
  load(module: ModuleName): Promise<WebAssembly.Module>;
}

/** Starts a worker (worker.ts) that does not keep the process alive. */
export type StartWorker = (onEnd: (reason: string) => void) => HostWorker;

export interface HostWorker {
  /** Fulfilled when it can be relied on to start work while this thread does not return. */
  readonly ready: Promise<void>;
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** A worker that does not answer: the engine cannot be used any more. */
export class WorkerError extends Error {
  override readonly name: string = "WorkerError";
}

/** The page's Content Security Policy refuses what the engine needs. */
export class PolicyError extends Error {
  override readonly name: string = "PolicyError";
}
