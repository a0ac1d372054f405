/**
 * Who runs a plan of several threads: all of them, or one alone that does every thread's pieces, phase by phase, and waits for nobody.
 * Where another process has the second core, threads that wait for each other are slower than one, by two or three times; so the plan
 * looks at its own time as it runs, now and then tries the other way, and takes what is faster. Both ways give the same bits.
 */

import { BARRIER } from "./opcodes.ts";

/** What one thread runs alone of the words of several: the pieces of every thread, phase by phase, without the barriers. */
export function forOne(streams: readonly Int32Array[]): Int32Array<ArrayBuffer> {
  const phases = streams.map(phasesOf);
  return Int32Array.from(phases[0].flatMap((_, phase) => phases.flatMap((own) => Array.from(own[phase]))));
}

function phasesOf(words: Int32Array): Int32Array[] {
  const phases: Int32Array[] = [];
  let [from, at] = [0, 0];
  for (; at < words.length; at += words[at + 1]) {
    if (words[at] !== BARRIER) continue;
    phases.push(words.subarray(from, at));
    from = at + words[at + 1];
  }
  return [...phases, words.subarray(from)];
}

/** A part of a run. */
export interface Part {
  readonly steps: number;
  readonly isAlone: boolean;
}

/** Milliseconds of running between two trials of the other way; they grow while trials tell nothing new. */
const [SOONEST, LATEST] = [4, 400];
/** A trial is to take so many milliseconds, that the clock can tell. */
const TRIAL = 0.3;
/** The other way is taken when a trial took less than this share. */
const BETTER = 0.93;

export class Pace {
  #isAlone = false;
  /** Milliseconds of a step, by the way that is taken, as lately as possible; undefined before the first. */
  #step: number | undefined;
  #pause = SOONEST;
  #sinceTrial = 0;

  /** What is to run next of so many steps. */
  next(steps: number): Part {
    const step = this.#step;
    if (step === undefined) return { steps: 1, isAlone: this.#isAlone };
    const enough = Math.max(1, Math.ceil(TRIAL / Math.max(step, 1e-6)));
    if (this.#sinceTrial >= this.#pause) return { steps: Math.min(steps, enough), isAlone: !this.#isAlone };
    const left = Math.ceil((this.#pause - this.#sinceTrial) / Math.max(step, 1e-6));
    return { steps: Math.min(steps, Math.max(left, enough)), isAlone: this.#isAlone };
  }

  took({ steps, isAlone }: Part, milliseconds: number): void {
    const step = milliseconds / steps;
    if (isAlone === this.#isAlone) {
      // What was long ago is soon forgotten, but a single delay does not decide.
      this.#step = this.#step === undefined || step < this.#step ? step : 0.5 * (this.#step + step);
      this.#sinceTrial += milliseconds;
      return;
    }
    this.#sinceTrial = 0;
    if (step < BETTER * (this.#step ?? Number.POSITIVE_INFINITY)) {
      [this.#isAlone, this.#step, this.#pause] = [isAlone, step, SOONEST];
    } else this.#pause = Math.min(2 * this.#pause, LATEST);
  }
}
