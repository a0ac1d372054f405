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
  readonly #written = new Set<Buffer>();
  #before: ReadonlyMap<Step, ReadonlySet<Step>> | undefined;

  constructor(steps: readonly Step[]) {
    this.#position = new Map(steps.map((step, i) => [step, i]));
    this.#by = new Map(steps.map((step) => [step, buffersOf(step)]));
    for (const [step, buffers] of this.#by) {
      for (const [item, write] of buffers) {
        const uses = this.#of.get(item) ?? [];
        this.#of.set(item, uses);
        uses.push({ step, write });
        if (write) this.#written.add(item);
      }
    }
  }

  /**
   * The steps that each must wait for, but for those that these wait for themselves: of every buffer that it touches the
   * last that wrote it, and if it writes it, those that have read it since.
   */
  before(): ReadonlyMap<Step, ReadonlySet<Step>> {
    this.#before ??= this.#findBefore();
    return this.#before;
  }

  #findBefore(): Map<Step, Set<Step>> {
    const writers = new Map<Buffer, Step>();
    const readers = new Map<Buffer, Step[]>();
    const result = new Map<Step, Set<Step>>();
    for (const [step, buffers] of this.#by) {
      const before = new Set<Step>();
      for (const [item, write] of buffers) {
        const writer = writers.get(item);
        if (writer !== undefined) before.add(writer);
        const since = readers.get(item) ?? [];
        if (write) {
          for (const reader of since) before.add(reader);
          writers.set(item, step);
          readers.delete(item);
        } else {
          since.push(step);
          readers.set(item, since);
        }
      }
      result.set(step, before);
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
    return this.#written.has(item);
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
