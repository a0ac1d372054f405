/** Trainings that have the same plans, but for their rows, have the same key: seed, rates and epochs are no part of a plan. */
import type { Described } from "./messages.ts";

export function planKey({ network, loss, optimizer, options }: Described): string {
  const { l1, l2, clip, dtype } = options;
  return JSON.stringify([network, loss, optimizer, l1, l2, clip, dtype]);
}
