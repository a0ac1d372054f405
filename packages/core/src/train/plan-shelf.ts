/**
 * What was compiled for trainings that have ended, for the next ones of the same shapes: of a small table it takes longer than many
 * epochs, and memory that is made anew each time piles up before it is collected.
 */
import type { Engine, Executable } from "../engines/engine.ts";
import type { Predictor } from "./predictor.ts";
import type { TrainStep } from "./step.ts";

/** Plans with their memory. Whoever takes them writes all that they carry. */
export interface MadePlans {
  readonly step: TrainStep;
  readonly executable: Executable;
  /** Of the validation rows. */
  readonly predictor: Predictor<Engine> | undefined;
}

/** Shapes that are kept, at most: of folds of a few kinds of networks. */
const MOST = 8;

export class PlanShelf {
  readonly #made = new Map<string, MadePlans>();

  /** Nobody else gets them until they are back. */
  take(key: string): MadePlans | undefined {
    const made = this.#made.get(key);
    this.#made.delete(key);
    return made;
  }

  /** Those that were not wanted for longest give way. */
  put(key: string, made: MadePlans): void {
    this.#made.delete(key);
    this.#made.set(key, made);
    const [oldest] = this.#made.keys();
    if (this.#made.size > MOST) this.#made.delete(oldest);
  }
}

/** A place on a shelf. The same key must stand for the same engine, network, loss and optimizer; `fit` adds numbers of rows. */
export interface ShelfPlace {
  readonly shelf: PlanShelf;
  readonly key: string;
}
