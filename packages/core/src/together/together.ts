/**
 * Networks of one shape, trained on the same rows by one plan: they differ in where they start, in the order of their rows and in
 * what each is told of its training (`Member`). Each is what `fit` makes of it alone.
 *
 *   const together = openTogether(network, data, { engine, loss: "huber", patience: 20 });
 *   for await (const event of together.fit([{ seed: 0 }, { seed: 1, rate: 0.01 }])) …
 *
 * Small networks gain by it: what a step costs beside its arithmetic is paid once for all of them.
 */
import { sizeOf } from "../graph/type.ts";
import { type NetworkSpec, parametersOf } from "../nn/network.ts";
import type { StartEvent } from "../train/events.ts";
import type { FitData } from "../train/fit.ts";
import { now, Turns } from "../train/turns.ts";
import type { Member, MemberEnd, MemberEpoch } from "./member.ts";
import { type Checked, type Common, checkCommon, checkMembers, type TogetherOptions } from "./options.ts";
import { Running } from "./running.ts";
import { type Carried, type Penalties, Stack } from "./stack.ts";

/** What joint training tells, told apart by `type`. */
export type TogetherEvent =
  | (Omit<StartEvent, "flow"> & {
      /** Members in all, and how many have a place in the plan at a time. */
      readonly members: number;
      readonly places: number;
    })
  /** An epoch of each member that has a place. */
  | { readonly type: "epoch"; readonly members: readonly MemberEpoch[]; readonly seconds: number }
  | ({ readonly type: "end" } & MemberEnd);

/** Networks of one shape on the same rows; what was compiled stays for the next members. */
export class Together {
  readonly #common: Common;
  readonly #stacks = new Map<string, Stack>();
  #isBusy = false;

  constructor(common: Common) {
    this.#common = common;
  }

  /**
   * Trains members, and returns how each ended, in their order. One call after the other.
   * Throws RangeError, before any work, on a member that makes no sense.
   */
  async *fit(members: readonly Member[]): AsyncGenerator<TogetherEvent, MemberEnd[], void> {
    const checked = checkMembers(members, this.#common);
    if (this.#isBusy) throw new Error("these networks are being trained: wait until the other members have ended");
    this.#isBusy = true;
    try {
      return yield* this.#fitting(checked);
    } finally {
      this.#isBusy = false;
    }
  }

  async *#fitting(checked: readonly Checked[]): AsyncGenerator<TogetherEvent, MemberEnd[], void> {
    const { network, options, settings, places, rows, stepsPerEpoch } = this.#common;
    const started = now();
    const turns = new Turns(options.slice);
    const penalties = { l1: checked.some(({ l1 }) => l1), l2: checked.some(({ l2 }) => l2) };
    const openStack = (wanted: number): Promise<Stack> => this.#open(Math.min(wanted, places), penalties, turns);
    const crowd = await Crowd.open(this.#common, checked, await openStack(checked.length));
    yield {
      ...{ type: "start", members: checked.length, places: crowd.stack.size, rows, stepsPerEpoch },
      parameters: parametersOf(network).reduce((total, { shape }) => total + sizeOf(shape), 0),
      ...{ epochs: settings.epochs, engine: options.engine.name, threads: crowd.stack.threads },
      describePlan: () => crowd.stack.describe(),
    };
    const ends: MemberEnd[] = [];
    while (crowd.count > 0) {
      const since = now();
      const told = await crowd.epoch(options.signal);
      if (told !== "aborted") yield { type: "epoch", members: told, seconds: now() - started };
      for (const end of told === "aborted" ? crowd.abort() : await crowd.leave()) {
        ends[end.member] = end;
        yield { type: "end", ...end };
      }
      crowd.waste(now() - since);
      if (crowd.count > 0) await crowd.moveTo(await openStack(crowd.count));
    }
    return ends;
  }

  /** The smallest plan with places for so many that has been compiled already, unless another would be worth it. */
  #known(count: number, penalties: Penalties): Stack | undefined {
    const { places } = this.#common;
    for (let size = placesFor(count); size < 2 * places; size *= 2) {
      const stack = this.#stacks.get(keyOf(size, penalties));
      if (stack !== undefined) return isTooLarge(stack, count) ? undefined : stack;
    }
    return undefined;
  }

  async #open(count: number, penalties: Penalties, turns: Turns): Promise<Stack> {
    const known = this.#known(count, penalties);
    if (known !== undefined) return known;
    const size = placesFor(count);
    const stack = await Stack.open(this.#common, size, penalties, turns);
    this.#stacks.set(keyOf(size, penalties), stack);
    return stack;
  }
}

/** A power of two: few plans then serve any number of members. */
const placesFor = (count: number): number => 2 ** Math.ceil(Math.log2(count));

/** Whether fewer places would do, and those that nobody had have cost as much as it takes to compile a plan. */
const isTooLarge = ({ size, wasted, seconds }: Stack, count: number): boolean =>
  placesFor(count) < size && wasted >= seconds;

const keyOf = (size: number, { l1, l2 }: Penalties): string => `${size} ${l1} ${l2}`;

/** Members in the places of a plan, and those that wait for one. */
class Crowd {
  stack: Stack;
  readonly #common: Common;
  readonly #waiting: Checked[];
  #placed: (Running | undefined)[] = [];

  static async open(common: Common, checked: readonly Checked[], stack: Stack): Promise<Crowd> {
    const crowd = new Crowd(common, checked, stack);
    await crowd.#fill([]);
    return crowd;
  }

  private constructor(common: Common, checked: readonly Checked[], stack: Stack) {
    this.#common = common;
    this.#waiting = [...checked];
    this.stack = stack;
  }

  /** Members that have a place. */
  get count(): number {
    return this.#placed.filter((running) => running !== undefined).length;
  }

  /** Whoever waits gets a place that is free. @param carried what those in places carry */
  async #fill(carried: readonly (Carried | undefined)[]): Promise<void> {
    const fresh: number[] = [];
    const all = Array.from({ length: this.stack.size }, (_, place) => carried[place]);
    for (let place = 0; place < all.length; place++) {
      if (this.#placed[place] !== undefined || this.#waiting.length === 0) continue;
      const running = new Running(this.#common, this.#waiting.shift() as Checked, this.stack);
      this.#placed[place] = running;
      all[place] = running.start;
      fresh.push(place);
    }
    const checked = Array.from(all, (_, place) => this.#placed[place]?.checked);
    await this.stack.place(checked, all);
    if (fresh.length === 0) return;
    const tensors = await this.stack.tensors();
    for (const place of fresh) this.#placed[place]?.begin(this.#own(tensors, place));
  }

  async epoch(signal: AbortSignal | undefined): Promise<MemberEpoch[] | "aborted"> {
    const results = await this.stack.epoch(
      Array.from({ length: this.stack.size }, (_, i) => this.#placed[i]),
      signal,
    );
    if (results === "aborted") return results;
    const tensors = await this.stack.tensors();
    const losses = await this.stack.judge(tensors);
    return this.#placed.flatMap((running, place) =>
      running === undefined ? [] : [running.look(results[place], losses?.[place], this.#own(tensors, place))],
    );
  }

  /** What is one place's of what all places carry. */
  #own(all: Carried, place: number): Carried {
    return Object.fromEntries(
      Object.entries(all).map(([name, values]) => {
        const each = values.length / this.stack.size;
        return [name, values.subarray(place * each, (place + 1) * each)];
      }),
    );
  }

  /** Those who have ended leave their places to whoever waits. */
  async leave(): Promise<MemberEnd[]> {
    const leaving = this.#placed.map((running) => running?.stopped !== undefined);
    if (!leaving.includes(true)) return [];
    const all = await this.#carried();
    const ends = this.#placed.flatMap((running, place) => (running && leaving[place] ? [running.end(all[place])] : []));
    this.#placed = this.#placed.map((running, place) => (leaving[place] ? undefined : running));
    if (this.#waiting.length > 0) await this.#fill(all.map((own, place) => (leaving[place] ? undefined : own)));
    return ends;
  }

  async #carried(): Promise<(Carried | undefined)[]> {
    const all = await this.stack.read();
    return this.#placed.map((running, place) => {
      if (running === undefined) return undefined;
      const own = Object.entries(this.#own(all, place));
      return Object.fromEntries(own.map(([name, values]) => [name, values.slice()]));
    });
  }

  /** All that have not ended. */
  abort(): MemberEnd[] {
    const begun = this.#placed.flatMap((running) => (running === undefined ? [] : [running.end(undefined)]));
    const others = this.#waiting.map((checked) => new Running(this.#common, checked, this.stack).end(undefined));
    this.#placed = [];
    this.#waiting.length = 0;
    return [...begun, ...others];
  }

  /** @param seconds that an epoch took */
  waste(seconds: number): void {
    this.stack.wasted += seconds * (1 - this.count / this.stack.size);
  }

  /** The same members in the places of another plan. */
  async moveTo(stack: Stack): Promise<void> {
    if (stack === this.stack) return;
    const carried = (await this.#carried()).filter((own) => own !== undefined);
    this.#placed = this.#placed.filter((running) => running !== undefined);
    this.stack = stack;
    await this.#fill(carried);
  }
}

/**
 * Networks of one shape on the same rows, to be trained together. Plans are compiled when members come, and kept for the next.
 * Throws as `fit` before any work, and RangeError on an optimizer that is not of first order.
 */
export function openTogether(network: NetworkSpec, data: FitData, options: TogetherOptions): Together {
  return new Together(checkCommon(network, data, options));
}

/** Trains members together, once. Throws as `openTogether` and `Together.fit`. */
export async function* fitTogether(
  network: NetworkSpec,
  data: FitData,
  members: readonly Member[],
  options: TogetherOptions,
): AsyncGenerator<TogetherEvent, MemberEnd[], void> {
  return yield* openTogether(network, data, options).fit(members);
}
