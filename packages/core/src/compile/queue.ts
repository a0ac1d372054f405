/** Steps that wait for others, taken in their order as soon as those are done: each is looked at when its turn has come. */
import type { Step } from "./step.ts";

export class Queue {
  readonly #steps: readonly Step[];
  readonly #position: ReadonlyMap<Step, number>;
  /** How many steps each still waits for, and which wait for it. */
  readonly #missing: number[];
  readonly #after = new Map<Step, number[]>();
  /** Places of the steps that wait for nobody, the first last; and of those put off, the first first. */
  #ready: number[];
  #deferred: number[] = [];

  constructor(steps: readonly Step[], before: ReadonlyMap<Step, ReadonlySet<Step>>) {
    this.#steps = steps;
    this.#position = new Map(steps.map((step, i) => [step, i]));
    this.#missing = steps.map((step) => before.get(step)?.size ?? 0);
    steps.forEach((step, i) => {
      for (const other of before.get(step) ?? []) {
        const after = this.#after.get(other);
        if (after === undefined) this.#after.set(other, [i]);
        else after.push(i);
      }
    });
    this.#ready = [...steps.keys()].filter((i) => this.#missing[i] === 0).reverse();
  }

  get isEmpty(): boolean {
    return this.#ready.length === 0;
  }

  /** The first step that may run now; undefined when all that are left wait or were put off, which then may run again. */
  next(): Step | undefined {
    const at = this.#ready.pop();
    if (at !== undefined) return this.#steps[at];
    this.#ready = this.#deferred.reverse();
    this.#deferred = [];
    return undefined;
  }

  defer(step: Step): void {
    this.#deferred.push(this.#position.get(step) as number);
  }

  done(step: Step): void {
    for (const later of this.#after.get(step) ?? []) if (--this.#missing[later] === 0) this.#insert(later);
  }

  #insert(place: number): void {
    let [low, high] = [0, this.#ready.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ready[middle] > place) low = middle + 1;
      else high = middle;
    }
    this.#ready.splice(low, 0, place);
  }
}
