/**
 * Asynchronous successive halving: a trial is trained for a few epochs, and for η times as many as soon as it is among the best
 * 1/η of those that came as far.
 *   Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020, algorithm 2
 */

/** η */
const REDUCTION = 3;
/** Fewer epochs, or steps, say too little of a training: high rates are ahead at first. */
const FEWEST_EPOCHS = 8;
const FEWEST_STEPS = 128;

/**
 * Epochs at which trials are compared, ascending; the last is the most that any is trained for.
 * @param steps of an epoch
 */
export function rungsOf(epochs: number, steps: number, reduction: number = REDUCTION): number[] {
  const fewest = Math.max(FEWEST_EPOCHS, FEWEST_STEPS / steps);
  const below = Math.max(0, Math.floor(Math.log(epochs / fewest) / Math.log(reduction) + 1e-9));
  return Array.from({ length: below + 1 }, (_, i) => Math.max(1, Math.round(epochs / reduction ** (below - i))));
}

/** What a trial came to by the rungs that it has reached, the lowest first: smaller is better. */
export interface Standing {
  readonly trial: number;
  readonly losses: readonly number[];
}

/** A trial that is to go on to a rung. */
export interface Promotion {
  readonly trial: number;
  readonly rung: number;
}

/**
 * Who may go on, those on the highest rung first, and of one rung the best first: each is among the best ⌊n/η⌋ of the n on its
 * rung, and was not let go on before.
 * @param begun the highest rung that each trial has been let go on to
 */
export function promotions(
  standings: readonly Standing[],
  rungs: number,
  begun: (trial: number) => number,
  reduction: number = REDUCTION,
): Promotion[] {
  const found: Promotion[] = [];
  for (let rung = rungs - 2; rung >= 0; rung--) {
    const there = standings.filter(({ losses }) => losses.length > rung);
    there.sort((a, b) => a.losses[rung] - b.losses[rung] || a.trial - b.trial);
    for (const { trial, losses } of there.slice(0, Math.floor(there.length / reduction)))
      if (losses[rung] < Number.POSITIVE_INFINITY && begun(trial) === rung) found.push({ trial, rung: rung + 1 });
  }
  return found;
}
