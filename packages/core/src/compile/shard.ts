/**
 * Several threads, one plan. Steps are taken in phases: within a phase each thread runs its own pieces without looking at
 * the others, because no thread writes what another one touches; between phases stands a barrier. A step joins the first
 * phase in which what it needs is done and its pieces conflict with nobody's. So the rows of a batch go forward and
 * back to the first layer on one thread without a stop, and then the rows of each weight's gradient meet their update.
 *
 * What is small is computed by every thread for itself, in memory of its own, which is cheaper than to wait for it.
 */
import { type Access, accessesOf } from "./access.ts";
import { BARRIER, costOf } from "./cost.ts";
import { cutOf, onMemory } from "./cut.ts";
import { type Buffer, buffer, partOf } from "./memory.ts";
import { type Arrangement, inOrder, type Phase, type Step } from "./step.ts";

/** A step that costs less nanoseconds is done by every thread rather than waited for. */
const SMALL = 200;
/** Threads are used when they save at least this share of the time. */
const WORTHWHILE = 0.8;

/** Numbers of threads that are weighed against each other; on more, only plans beyond a fully connected network run faster. */
const NUMBERS = [2, 3, 4, 6, 8, 12, 16];

/** The steps on the number of threads that promises the shortest run, or on exactly `threads`. */
export function shard(steps: readonly Step[], threads: number | { readonly most: number }): Arrangement {
  if (typeof threads === "number") return threads === 1 ? inOrder(steps) : new Sharder(steps, threads).build();
  const alone = steps.reduce((sum, step) => sum + costOf(step), 0);
  let best: Arrangement = { ...inOrder(steps), cost: WORTHWHILE * alone };
  for (const count of NUMBERS.filter((number) => number <= threads.most)) {
    const candidate = new Sharder(steps, count).build();
    if (candidate.cost < best.cost) best = candidate;
  }
  return best;
}

/** Where thread t's share of `units` begins: on whole tiles, where there are enough. */
function boundary(units: number, t: number, threads: number): number {
  const tile = units >= 8 * threads ? 8 : units >= 4 * threads ? 4 : 1;
  return t === threads ? units : Math.round((t * units) / threads / tile) * tile;
}

/** A piece for each thread; with `copies`, each in memory of its own. */
interface Way {
  readonly pieces: readonly (Step | undefined)[];
  readonly copies?: ReadonlyMap<Buffer, readonly Buffer[]>;
}

class Sharder {
  readonly #threads: number;
  readonly #steps: readonly Step[];
  readonly #before: readonly ReadonlySet<Step>[];
  readonly #replicable: ReadonlySet<Step>;
  /** The memory of each thread that stands for a buffer. */
  readonly #own = new Map<Buffer, readonly Buffer[]>();
  /** What the threads of this phase touch. */
  #touched = new Map<Buffer, (Access & { readonly thread: number; readonly step: Step })[]>();

  constructor(steps: readonly Step[], threads: number) {
    this.#steps = steps;
    this.#threads = threads;
    const uses = new Uses(steps);
    this.#before = steps.map((step) => uses.before(step));
    this.#replicable = new Set(steps.filter((step) => isSmall(step) && uses.isOnlyWriter(step)));
  }

  build(): Arrangement {
    const phases: Phase[] = [];
    const done = new Set<Step>();
    let rest = this.#steps.map((step, i) => ({ step, before: this.#before[i] }));
    while (rest.length > 0) {
      const phase: Step[][] = Array.from({ length: this.#threads }, () => []);
      this.#touched = new Map();
      rest = rest.filter(({ step, before }) => {
        if (![...before].every((other) => done.has(other))) return true;
        const pieces = this.#place(step);
        if (pieces === undefined) return true;
        pieces.forEach((piece, t) => {
          if (piece !== undefined) phase[t].push(piece);
        });
        done.add(step);
        return false;
      });
      phases.push(phase);
    }
    const longest = (phase: Phase): number =>
      Math.max(...phase.map((pieces) => pieces.reduce((sum, piece) => sum + costOf(piece), 0)));
    const barrier = BARRIER + 100 * this.#threads;
    const cost = phases.reduce((sum, phase) => sum + longest(phase) + barrier, 0);
    return { phases, copies: [...this.#own.values()].flatMap(([, ...others]) => others), cost };
  }

  /** A piece for each thread, or undefined where every way to share the step out conflicts with what is in this phase. */
  #place(step: Step): readonly (Step | undefined)[] | undefined {
    for (const { pieces, copies } of this.#ways(step)) {
      const accesses = pieces.flatMap((piece, thread) =>
        piece === undefined ? [] : accessesOf(piece).map((access) => ({ ...access, thread, step })),
      );
      if (accesses.some((access) => this.#conflicts(access))) continue;
      for (const access of accesses) {
        const list = this.#touched.get(access.buffer);
        if (list === undefined) this.#touched.set(access.buffer, [access]);
        else list.push(access);
      }
      for (const [item, own] of copies ?? []) this.#own.set(item, own);
      return pieces;
    }
    return undefined;
  }

  #conflicts(access: Access & { readonly thread: number; readonly step: Step }): boolean {
    return (this.#touched.get(access.buffer) ?? []).some(
      (other) =>
        other.thread !== access.thread &&
        other.step !== access.step &&
        (other.write || access.write) &&
        other.from < access.to &&
        access.from < other.to,
    );
  }

  /** By every thread for itself, in pieces, by the first thread alone: what makes sense for the step, the best first. */
  *#ways(step: Step): Generator<Way> {
    const each = Array.from({ length: this.#threads }, (_, t) => t);
    if (this.#replicable.has(step)) yield this.#replicated(step);
    const cut = cutOf(step);
    if (cut !== undefined && cut.units >= this.#threads) {
      const pieces = each.map((t) => {
        const [from, to] = [boundary(cut.units, t, this.#threads), boundary(cut.units, t + 1, this.#threads)];
        return from === to ? undefined : onMemory(cut.slice(from, to), (item) => this.#ownOf(item, t));
      });
      yield { pieces };
      if (!isSmall(step)) return;
    }
    yield { pieces: each.map((t) => (t === 0 ? step : undefined)) };
  }

  /** Every thread writes memory of its own; the first thread's is the buffer that everybody else knows. */
  #replicated(step: Step): Way {
    const written = accessesOf(step).flatMap(({ buffer: item, write }) => (write ? [item] : []));
    const copies = new Map(
      written.map((item) => [
        item,
        Array.from({ length: this.#threads }, (_, t) =>
          t === 0 ? item : buffer(`${item.name} (thread ${t})`, item.type, { persistent: item.persistent }),
        ),
      ]),
    );
    const pieces = Array.from({ length: this.#threads }, (_, t) =>
      onMemory(step, (item) => copies.get(item)?.[t] ?? this.#ownOf(item, t)),
    );
    return { pieces, copies };
  }

  /** Thread t's own memory in place of what every thread has for itself; a part of it stays a part. */
  #ownOf(item: Buffer, t: number): Buffer {
    const own = this.#own.get(item.whole ?? item)?.[t];
    if (own === undefined || t === 0) return item;
    return item.whole === undefined ? own : partOf(own, item.start as number, item.bytes);
  }
}

function isSmall(step: Step): boolean {
  const kinds: readonly Step["kind"][] = ["chain", "reduce", "gather-rows", "one-hot", "cast", "take"];
  return kinds.includes(step.kind) && costOf(step) < SMALL;
}

/** Who reads and who writes each buffer, in the order of the steps. */
class Uses {
  readonly #accesses: ReadonlyMap<Step, readonly Access[]>;
  readonly #of = new Map<Buffer, { readonly step: Step; readonly write: boolean }[]>();
  readonly #position: ReadonlyMap<Step, number>;

  constructor(steps: readonly Step[]) {
    this.#accesses = new Map(steps.map((step) => [step, accessesOf(step)]));
    this.#position = new Map(steps.map((step, i) => [step, i]));
    for (const [step, accesses] of this.#accesses) {
      for (const { buffer: item, write } of accesses) {
        const list = this.#of.get(item) ?? [];
        this.#of.set(item, list);
        list.push({ step, write });
      }
    }
  }

  /** The steps that must be done before: they write what this one touches, or touch what it writes. */
  before(step: Step): Set<Step> {
    const at = this.#position.get(step) as number;
    const result = new Set<Step>();
    for (const { buffer: item, write } of this.#accesses.get(step) ?? []) {
      for (const other of this.#of.get(item) ?? []) {
        if ((this.#position.get(other.step) as number) >= at) break;
        if (write || other.write) result.add(other.step);
      }
    }
    return result;
  }

  /** Whether what the step writes is written by it alone, from nothing that it holds, and read by nobody earlier. */
  isOnlyWriter(step: Step): boolean {
    const at = this.#position.get(step) as number;
    return (this.#accesses.get(step) ?? [])
      .filter(({ write }) => write)
      .every(({ buffer: item }) => {
        if (item.persistent && step.kind !== "take") return false;
        return (this.#of.get(item) ?? []).every((other) =>
          other.step === step ? true : !other.write && (this.#position.get(other.step) as number) > at,
        );
      });
  }
}
