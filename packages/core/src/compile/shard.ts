/**
 * Several threads, one plan. Steps are taken in phases: within a phase each thread runs its own pieces without looking at
 * the others, because no thread writes what another one touches; between phases stands a barrier. A step joins the first
 * phase in which what it needs is done and its pieces conflict with nobody's, unless another way to cut it, with less to
 * bring over from the other cores, is worth a barrier: so a large layer is cut by its units, whose weights then stay with
 * the thread that updates them, and a small one by the rows of the batch.
 *
 * What is small is computed by every thread for itself, in memory of its own, which is cheaper than to wait for it.
 */
import { PART, type Work } from "../graph/work.ts";
import { accessesOf, overlap } from "./access.ts";
import { BARRIER, costOf, REMOTE } from "./cost.ts";
import { type Cut, cutsOf, onMemory } from "./cut.ts";
import { Locality, type Owned } from "./locality.ts";
import { type Buffer, buffer, partOf } from "./memory.ts";
import { Queue } from "./queue.ts";
import { type Arrangement, inOrder, type Phase, type Step } from "./step.ts";
import { Uses } from "./uses.ts";

/** A step that costs less nanoseconds is done by every thread rather than waited for. */
const SMALL = 200;
/** Rows of a batch of at most so many bytes are fetched by every thread for itself: it needs most of them. */
const LARGEST_BATCH = 2 ** 21;
/** Threads are used when they save at least this share of the time. */
const WORTHWHILE = 0.85;
/** No training step does with fewer barriers. */
const FEWEST_BARRIERS = 3;
/** What takes fewer nanoseconds is not weighed: a few microseconds to be saved are not worth some milliseconds of planning. */
const SHORTEST = 20_000;
/** Numbers of threads that are weighed against each other; more have too little to do in a fully connected network. */
const NUMBERS = [2, 3, 4, 6, 8, 12, 16];

export interface ShardOptions {
  /** Exactly so many, or the number that promises the shortest run. */
  readonly threads: number | { readonly most: number };
  /** Operations that a matrix product makes in a nanosecond on one thread. */
  readonly flops: number;
}

export function* shard(steps: readonly Step[], { threads, flops }: ShardOptions): Work<Arrangement> {
  if (threads === 1) return inOrder(steps);
  const alone = steps.reduce((sum, step) => sum + costOf(step, flops), 0);
  if (typeof threads !== "number" && alone < SHORTEST) return inOrder(steps);
  const uses = new Uses(steps);
  yield;
  if (typeof threads === "number")
    return (yield* new Sharder(steps, uses, threads, flops).build(Number.POSITIVE_INFINITY)) as Arrangement;
  let best: Arrangement = { ...inOrder(steps), cost: WORTHWHILE * alone };
  for (const count of NUMBERS.filter((number) => number <= threads.most)) {
    if (alone / count + FEWEST_BARRIERS * BARRIER >= best.cost) continue;
    best = (yield* new Sharder(steps, uses, count, flops).build(best.cost)) ?? best;
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

/** A way, what it touches, and how long each thread takes for it. */
interface Choice extends Way {
  readonly accesses: readonly (Owned & { readonly step: Step })[];
  readonly costs: readonly number[];
  readonly conflicts: boolean;
}

class Sharder {
  readonly #threads: readonly number[];
  readonly #flops: number;
  readonly #steps: readonly Step[];
  readonly #uses: Uses;
  readonly #locality: Locality;
  /** The memory of each thread that stands for a buffer. */
  readonly #own = new Map<Buffer, readonly Buffer[]>();
  /** What the threads of this phase touch. */
  #touched = new Map<Buffer, Record<"reads" | "writes", (Owned & { readonly step: Step })[]>>();

  constructor(steps: readonly Step[], uses: Uses, threads: number, flops: number) {
    this.#steps = steps;
    this.#threads = Array.from({ length: threads }, (_, t) => t);
    this.#flops = flops;
    this.#uses = uses;
    this.#locality = new Locality(this.#uses.updated().flatMap((item) => this.#byRows(item)));
  }

  /** A step updates parameters by their rows, so each thread has its own at the start of the next. */
  #byRows(item: Buffer): Owned[] {
    const rows = item.type.shape[0] || 1;
    const width = item.bytes / rows;
    return this.#threads.map((thread) => {
      const [from, to] = this.#share(rows, thread);
      const bytes = (to - from) * width;
      return { buffer: item, start: from * width, rows: 1, width: bytes, stride: bytes || 1, write: true, thread };
    });
  }

  #share(units: number, thread: number): [number, number] {
    const threads = this.#threads.length;
    return [boundary(units, thread, threads), boundary(units, thread + 1, threads)];
  }

  /** Undefined as soon as it is sure to cost as much as `limit`. */
  *build(limit: number): Work<Arrangement | undefined> {
    const phases: Phase[] = [];
    const before = this.#uses.before();
    yield;
    const queue = new Queue(this.#steps, before);
    yield;
    let cost = 0;
    let looked = 0;
    while (!queue.isEmpty) {
      const phase: Step[][] = this.#threads.map(() => []);
      const costs = this.#threads.map(() => 0);
      this.#touched = new Map();
      for (let step = queue.next(); step !== undefined; step = queue.next()) {
        if (++looked % PART === 0) yield;
        const choice = this.#choose(step);
        if (choice.conflicts) {
          queue.defer(step);
          continue;
        }
        this.#commit(choice);
        for (const t of this.#threads) {
          const piece = choice.pieces[t];
          if (piece !== undefined) phase[t].push(piece);
          costs[t] += choice.costs[t];
        }
        queue.done(step);
      }
      phases.push(phase);
      cost += Math.max(...costs) + BARRIER;
      if (cost >= limit) return undefined;
    }
    return { phases, copies: [...this.#own.values()].flatMap(([, ...others]) => others), cost };
  }

  /** The way that takes least, the barrier included that it may need. */
  #choose(step: Step): Choice {
    let best: Choice | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const way of this.#ways(step)) {
      const choice = this.#weigh(step, way);
      const cost = Math.max(...choice.costs) + (choice.conflicts ? BARRIER : 0);
      if (cost < least) [best, least] = [choice, cost];
    }
    return best as Choice;
  }

  #weigh(step: Step, way: Way): Choice {
    const accesses = way.pieces.map((piece, thread) =>
      piece === undefined ? [] : accessesOf(piece).map((access) => ({ ...access, thread, step })),
    );
    const costs = way.pieces.map((piece, t) =>
      piece === undefined ? 0 : costOf(piece, this.#flops) + this.#locality.remote(accesses[t]) / REMOTE,
    );
    const all = accesses.flat();
    return { ...way, accesses: all, costs, conflicts: all.some((access) => this.#conflicts(access)) };
  }

  #conflicts(access: Owned & { readonly step: Step }): boolean {
    const touched = this.#touched.get(access.buffer);
    const conflicts = (other: Owned & { readonly step: Step }): boolean =>
      other.thread !== access.thread && other.step !== access.step && overlap(other, access) > 0;
    return touched !== undefined && (touched.writes.some(conflicts) || (access.write && touched.reads.some(conflicts)));
  }

  #commit({ accesses, copies }: Choice): void {
    for (const access of accesses) {
      const touched = this.#touched.get(access.buffer) ?? { reads: [], writes: [] };
      this.#touched.set(access.buffer, touched);
      (access.write ? touched.writes : touched.reads).push(access);
    }
    for (const [item, own] of copies ?? []) this.#own.set(item, own);
    this.#locality.commit(accesses);
  }

  /** By every thread for itself, in pieces, by the first thread alone: what makes sense for the step. */
  #ways(step: Step): Way[] {
    if (this.#isReplicable(step)) return [this.#replicated(step)];
    const threads = this.#threads.length;
    const cuts = cutsOf(step).filter(({ units }) => units >= threads);
    const alone: Way = { pieces: this.#threads.map((t) => (t === 0 ? step : undefined)) };
    return [...cuts.map((cut) => this.#cut(cut)), ...(cuts.length === 0 || this.#isSmall(step) ? [alone] : [])];
  }

  #cut(cut: Cut): Way {
    return {
      pieces: this.#threads.map((t) => {
        const [from, to] = this.#share(cut.units, t);
        return from === to ? undefined : onMemory(cut.slice(from, to), (item) => this.#ownOf(item, t));
      }),
    };
  }

  #isSmall(step: Step): boolean {
    return costOf(step, this.#flops) < SMALL;
  }

  #isReplicable(step: Step): boolean {
    const fetches = step.kind === "take" || step.kind === "gather-rows" || step.kind === "one-hot";
    const computes = step.kind === "chain" || step.kind === "reduce" || step.kind === "cast";
    if (!(fetches ? step.to.bytes <= LARGEST_BATCH : computes && this.#isSmall(step))) return false;
    // What others wrote in pieces is better waited for in pieces.
    return this.#uses.isOnlyWriter(step) && this.#readsNothingShared(step);
  }

  #readsNothingShared(step: Step): boolean {
    return accessesOf(step).every(
      ({ buffer: item, write }) => write || this.#own.has(item) || !this.#uses.isWritten(item),
    );
  }

  /** Every thread writes memory of its own; the first thread's is the buffer that everybody else knows. */
  #replicated(step: Step): Way {
    const written = accessesOf(step).flatMap(({ buffer: item, write }) => (write ? [item] : []));
    const copies = new Map(
      written.map((item) => [
        item,
        this.#threads.map((t) =>
          t === 0 ? item : buffer(`${item.name} (thread ${t})`, item.type, { persistent: item.persistent }),
        ),
      ]),
    );
    const pieces = this.#threads.map((t) => onMemory(step, (item) => copies.get(item)?.[t] ?? this.#ownOf(item, t)));
    return { pieces, copies };
  }

  /** Thread t's own memory in place of what every thread has for itself; a part of it stays a part. */
  #ownOf(item: Buffer, t: number): Buffer {
    const own = this.#own.get(item.whole ?? item)?.[t];
    if (own === undefined || t === 0) return item;
    return item.whole === undefined ? own : partOf(own, item.start as number, item.bytes);
  }
}
