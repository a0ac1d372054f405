/** Ctrl-C while there is a model to save: the first one ends training, the second one the process. */
import { complain } from "../output/conventions.ts";
import { STATUS } from "../output/failure.ts";

export interface Interruption {
  /** Aborted by the first SIGINT. */
  readonly signal: AbortSignal;
  /** To be called when the model is saved; from then on SIGINT ends the process as usual. */
  release(): void;
}

export function holdInterrupts(): Interruption {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(STATUS.interrupted);
    controller.abort();
    complain("", "stopping: the best model so far will be saved (again to quit without it)");
  };
  process.on("SIGINT", onInterrupt);
  return { signal: controller.signal, release: () => process.removeListener("SIGINT", onInterrupt) };
}
