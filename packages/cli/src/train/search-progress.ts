/** How far a search is: one live line on a terminal, a line for each better trial when piped. Always on stderr. */
import { visible } from "@chaingrad/core/visible";
import type { SearchEvent } from "@chaingrad/tables/search";

type TrialEvent = Extract<SearchEvent, { readonly type: "trial" }>;

export interface SearchProgress {
  trial(event: TrialEvent): void;
  /** Leaves the terminal as it should be. */
  done(): void;
}

/** A terminal shows no more than this many updates a second. */
const UPDATES_PER_SECOND = 15;

function line({ trial, best, begun, seconds }: TrialEvent): string {
  const loss = (value: number | null): string => value?.toPrecision(4) ?? "not finite";
  const own = trial === best ? "the best so far" : `best ${loss(best.loss)} (trial ${best.trial})`;
  const parts = [
    `${begun} trials`,
    `trial ${trial.trial}, ${trial.epochs} epochs: loss ${loss(trial.loss)}`,
    own,
    `${seconds.toFixed(1)} s`,
  ];
  return visible(parts.join("  "));
}

export async function makeSearchProgress(stream: NodeJS.WriteStream): Promise<SearchProgress> {
  if (!stream.isTTY)
    return {
      trial: (event) => void (event.trial === event.best && stream.write(`${line(event)}\n`)),
      done: () => undefined,
    };
  const { createLogUpdate } = await import("log-update");
  const update = createLogUpdate(stream);
  let last = Number.NEGATIVE_INFINITY;
  return {
    trial(event) {
      const now = performance.now();
      if (now - last < 1000 / UPDATES_PER_SECOND) return;
      last = now;
      update(line(event).slice(0, (stream.columns ?? 80) - 1));
    },
    done: () => update.done(),
  };
}
