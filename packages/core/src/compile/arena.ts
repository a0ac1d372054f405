/**
 * Where each buffer lies in the arena. Greedy by size (Pisarchyk & Lee, "Efficient memory management for deep neural net
 * inference", 2020, §4.3): the largest first, each at the lowest place that is free throughout its life.
 *
 * What is taken when is kept in a segment tree over the phases, in each node as runs of bytes without gaps between them, so
 * that a place is found in about the logarithm of the number of buffers, whatever else lives at the same time.
 */
import { inParts, type Work } from "../graph/work.ts";
import { type Buffer, roomFor } from "./memory.ts";

/** Gives every buffer an offset from 0 and returns the size of the arena. */
export function* layingOut(buffers: readonly Buffer[]): Work<number> {
  const last = buffers.reduce((latest, { firstStep }) => Math.max(latest, firstStep), 0);
  const taken = new Taken(last + 2);
  let arena = 0;
  yield* inParts(
    [...buffers].sort((a, b) => b.bytes - a.bytes),
    (item) => {
      const size = roomFor(item.bytes);
      // What nothing touches lives before the first phase.
      const life: Life = [item.firstStep + 1, Math.min(item.lastStep, last) + 1];
      const offset = taken.lowest(life, size);
      taken.take(life, offset, offset + size);
      Object.assign(item, { offset });
      arena = Math.max(arena, offset + size);
    },
  );
  return arena;
}

/** First and last phase. */
type Life = readonly [number, number];

class Taken {
  readonly #phases: number;
  /** Of each node of the tree: what is taken in some of its phases, and what is taken in all of them. */
  readonly #some: Runs[] = [];
  readonly #all: Runs[] = [];

  constructor(phases: number) {
    this.#phases = phases;
  }

  take(life: Life, from: number, to: number): void {
    if (to === from) return;
    this.#visit(life, (node, covered) => {
      this.#some[node] = (this.#some[node] ?? new Runs()).add(from, to);
      if (covered) this.#all[node] = (this.#all[node] ?? new Runs()).add(from, to);
    });
  }

  /** The lowest place of so many bytes that is free in all phases of a life. */
  lowest(life: Life, bytes: number): number {
    const rivals: Runs[] = [];
    this.#visit(life, (node, covered) => {
      const runs = covered ? this.#some[node] : this.#all[node];
      if (runs !== undefined) rivals.push(runs);
    });
    let [offset, before] = [0, -1];
    while (offset !== before) {
      before = offset;
      for (const runs of rivals) offset = runs.free(offset, bytes);
    }
    return offset;
  }

  /** The nodes that have phases in common with a life, from the root down to those that it covers. */
  #visit([first, last]: Life, see: (node: number, covered: boolean) => void): void {
    const pending: [node: number, from: number, to: number][] = [[1, 0, this.#phases - 1]];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [node, from, to] = next;
      if (last < from || to < first) continue;
      const covered = first <= from && to <= last;
      see(node, covered);
      if (covered) continue;
      const middle = (from + to) >> 1;
      pending.push([2 * node + 1, middle + 1, to], [2 * node, from, middle]);
    }
  }
}

/** Bytes that are taken, as runs in rising order with gaps between them. */
class Runs {
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  add(from: number, to: number): this {
    const [first, end] = [this.#firstEndingFrom(from), this.#firstEndingFrom(to)];
    // What begins right behind the new run is joined to it, too.
    const stop = end < this.#from.length && this.#from[end] <= to ? end + 1 : end;
    const joined = stop > first;
    const low = joined ? Math.min(from, this.#from[first]) : from;
    const high = joined ? Math.max(to, this.#to[stop - 1]) : to;
    this.#from.splice(first, stop - first, low);
    this.#to.splice(first, stop - first, high);
    return this;
  }

  /** The lowest place of so many bytes from `offset` on that no run has a part of. */
  free(offset: number, bytes: number): number {
    let place = offset;
    for (let i = this.#firstEndingFrom(offset + 1); i < this.#from.length && this.#from[i] < place + bytes; i++)
      place = this.#to[i];
    return place;
  }

  /** The place of the first run that ends at this byte or later. */
  #firstEndingFrom(byte: number): number {
    let [low, high] = [0, this.#to.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#to[middle] < byte) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
