/**
 * A signal to end while there is a model to save: from the keyboard (SIGINT), of a scheduler or a container (SIGTERM), or of
 * a terminal that closes (SIGHUP). The first one ends training, the second one the process.
 */
import { complain } from "../output/conventions.ts";
import { statusOf } from "../output/failure.ts";

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** To be called when the model is saved; from then on signals end the process as usual. */
  release(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param kept what is saved or told of the work so far, as in "the best model so far will be saved" */
export function holdInterrupts(kept: string): Interruption {
  const controller = new AbortController();
  const { signal } = controller;
  const onSignal = (name: NodeJS.Signals): void => {
    if (signal.aborted) process.exit(statusOf(signal));
    controller.abort(name);
    complain("", `stopping: ${kept} (again to quit without it)`);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  const release = (): void => {
    for (const name of SIGNALS) process.removeListener(name, onSignal);
  };
  return { signal, release };
}
