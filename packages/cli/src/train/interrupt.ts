/** Ctrl-C while there is a model to save: the first one ends training, the second one the process. */
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
    process.stderr.write("\nstopping: the best model so far will be saved (again to quit without it)\n");
  };
  process.on("SIGINT", onInterrupt);
  return { signal: controller.signal, release: () => process.removeListener("SIGINT", onInterrupt) };
}
