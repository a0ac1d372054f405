/** Who reads and who writes each buffer, in the order of the steps. */
import { accessesOf } from "./access.ts";
import type { Buffer } from "./memory.ts";
import type { Step } from "./step.ts";

interface Use {
  readonly step: Step;
  readonly write: boolean;
}

export class Uses {
  readonly #by: ReadonlyMap<Step, ReadonlyMap<Buffer, boolean>>;
  readonly #of = new Map<Buffer, Use[]>();
  readonly #position: ReadonlyMap<Step, number>;

  constructor(steps: readonly Step[]) {
    this.#position = new Map(steps.map((step, i) => [step, i]));
    this.#by = new Map(steps.map((step) => [step, buffersOf(step)]));
    for (const [step, buffers] of this.#by) {
      for (const [item, write] of buffers) {
        const uses = this.#of.get(item) ?? [];
        this.#of.set(item, uses);
        uses.push({ step, write });
      }
    }
  }

  /** The steps that must be done before: they write what this one touches, or touch what it writes. */
  before(step: Step): Set<Step> {
    const at = this.#at(step);
    const result = new Set<Step>();
    for (const [item, write] of this.#by.get(step) ?? []) {
      for (const other of this.#usesOf(item)) {
        if (this.#at(other.step) >= at) break;
        if (write || other.write) result.add(other.step);
      }
    }
    return result;
  }

  /** Whether what the step writes is written by it alone, from nothing that it holds, and read by nobody earlier. */
  isOnlyWriter(step: Step): boolean {
    const at = this.#at(step);
    return [...(this.#by.get(step) ?? [])].every(([item, write]) => {
      if (!write) return true;
      if (item.persistent && step.kind !== "take") return false;
      return this.#usesOf(item).every((other) =>
        other.step === step ? !readsItself(step, item) : !other.write && this.#at(other.step) > at,
      );
    });
  }

  isWritten(item: Buffer): boolean {
    return this.#usesOf(item).some(({ write }) => write);
  }

  /** What is kept from one run of the steps to the next, and changed by it. */
  updated(): Buffer[] {
    return [...this.#of.keys()].filter((item) => item.persistent && this.isWritten(item));
  }

  #at(step: Step): number {
    return this.#position.get(step) as number;
  }

  #usesOf(item: Buffer): readonly Use[] {
    return this.#of.get(item) ?? [];
  }
}

/** What a step touches, and whether it writes it. */
function buffersOf(step: Step): Map<Buffer, boolean> {
  const result = new Map<Buffer, boolean>();
  for (const { buffer, write } of accessesOf(step)) result.set(buffer, write || (result.get(buffer) ?? false));
  return result;
}

function readsItself(step: Step, item: Buffer): boolean {
  return accessesOf(step).some(({ buffer, write }) => buffer === item && !write);
}
