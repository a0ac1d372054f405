/** What all languages are given to write a program from. */
import type { Emission } from "./emission.ts";
import type { Names } from "./names.ts";

/** How much of a network can be written: forward alone, with gradients, with a training step. */
export const LEVELS = ["forward", "gradients", "training-step"] as const;
/** How much is written; each level includes those before it. */
export type Level = (typeof LEVELS)[number];

export interface Parts {
  readonly emission: Emission;
  readonly names: Names;
  readonly level: Level;
  /** What the network is, in paragraphs. */
  readonly description: readonly string[];
  /** Every tensor's numbers, row-major, and its shape. */
  readonly tensors: Readonly<Record<string, { readonly values: Float64Array; readonly shape: readonly number[] }>>;
  /** Whether the target is a class label for each row. */
  readonly labels: boolean;
}

export const includes = ({ level }: Parts, part: Level): boolean => LEVELS.indexOf(part) <= LEVELS.indexOf(level);
