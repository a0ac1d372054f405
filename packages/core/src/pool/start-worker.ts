/** What a pool asks of the host it is in: workers (fit-worker.ts). `#start-fit-worker` is the platform's implementation. */
import type { Asked, Told } from "./messages.ts";

/** Starts a worker that keeps no process alive. May throw where there can be none. */
export type StartFitWorker = (listener: WorkerListener) => FitWorker;

interface WorkerListener {
  told(messages: readonly Told[]): void;
  /** It could not be started, or is gone. */
  ended(reason: string): void;
}

export interface FitWorker {
  post(message: Asked, transfer?: readonly ArrayBuffer[]): void;
  /** Whether it is waited for: the process then lives as long as it works. */
  hold(isWaitedFor: boolean): void;
  terminate(): void;
}
