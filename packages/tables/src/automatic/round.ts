/** One network for each fold of the rows, and what each says of the rows that it never saw. */
import {
  type Dataset,
  type EndEvent,
  type FitEvent,
  lossOf,
  type Model,
  pickRows,
  predictorOf,
  rowsOf,
  type SyncEngine,
} from "@chaingrad/core";
import type { FitPool, QueuedFit } from "@chaingrad/core/pool";
import type { OfNetwork, TableEvent } from "../history.ts";
import type { Host } from "../host.ts";
import { weighed } from "../table/weights.ts";
import { foldsFor, without } from "./folds.ts";
import type { MemberPlan } from "./member.ts";

/** Outputs for rows by networks that were not trained on them. */
export interface LeftOut {
  /** Which rows of the data, ascending: fewer than all where training ended early. */
  readonly rows: Int32Array;
  /** [rows, outputs] */
  readonly outputs: Float64Array;
}

/** Networks that were trained on the same rows, each without one fold. */
export interface Round {
  readonly ends: readonly EndEvent[];
  /** What each network says of its fold: found out when it is first asked for, since few rounds are. */
  readonly leftOut: () => LeftOut;
  /** Whether every fold had its network, and nobody ended one before its time. */
  readonly isWhole: boolean;
}

export interface RoundOptions {
  readonly host: Host;
  /** Who trains. */
  readonly pool: FitPool<SyncEngine>;
  readonly plan: MemberPlan;
  /** How many folds at most, and so networks. */
  readonly folds: number;
  /** What each class weighs while training, by its label. */
  readonly classWeights: Float64Array | undefined;
  /** Of each row what it stays together with. */
  readonly together: Int32Array | undefined;
  readonly seed: number;
  /** Other rounds have other folds and other weights. */
  readonly round: number;
  /** Called once for each network, when it is queued: what tells its number among all of a training, and of how many. */
  readonly place: () => () => OfNetwork["network"];
  readonly flow?: MemberPlan["options"]["flow"] | undefined;
}

/** A round whose networks wait, or are trained already, until it is gone through. */
export interface QueuedRound {
  (): AsyncGenerator<TableEvent, Round, void>;
  /** Whether any of its networks had begun when it was queued, before the training was interrupted that goes on now. */
  readonly hasStarted: boolean;
}

/** Seeds of networks are this far apart, so that those of neighbouring seeds are not the same. */
const SEED_STRIDE = 1_000_003;

/**
 * Queues a network for each fold. Gone through, it gives their events in the order of the networks, whichever ends first. It ends
 * early where the signal says so: with the networks that had begun. None where not even one had an epoch. Throws as `fit`.
 */
export function queueRound(data: Dataset, options: RoundOptions): QueuedRound {
  const { host, pool, plan, seed, round, flow, together } = options;
  const { network, options: chosen } = plan;
  const rows = rowsOf(data, network.inputs);
  const folds = foldsFor(data, rows, lossOf(chosen.loss), { most: options.folds, seed, round, together });
  const { engine: _, ...shared } = chosen;
  const weighted = weighed(data, options.classWeights);
  const members = folds.map((fold, at): Member => {
    const kept = without(rows, fold);
    const own = {
      ...shared,
      seed: seed + SEED_STRIDE * (round * folds.length + at),
      ...(host.signal !== undefined && { signal: host.signal }),
      ...(host.slice !== undefined && { slice: host.slice }),
      ...(host.rateFactor !== undefined && { rateFactor: host.rateFactor }),
      ...host.checkpoint?.next(),
      ...(flow !== undefined && at === 0 && round === 0 && { flow }),
    };
    const parts = { train: { of: weighted, rows: kept }, validation: { of: weighted, rows: fold } };
    const place = options.place();
    const onEvent = (event: FitEvent): void =>
      host.onEvent?.({ ...placed(event, { train: kept, validation: fold }), network: place() });
    return { fold, kept, place, events: pool.fit(network, parts, own, host.onEvent && onEvent) };
  });
  const trainedRound = () => trained(data, rows, members, options);
  return Object.assign(trainedRound, { hasStarted: members.some(({ events }) => events.hasStarted) });
}

/** A network of a round: what it leaves out, what it is trained on, and its training. */
interface Member {
  readonly fold: Int32Array;
  readonly kept: Int32Array;
  readonly place: () => OfNetwork["network"];
  readonly events: QueuedFit;
}

async function* trained(
  data: Dataset,
  rows: number,
  members: readonly Member[],
  { host, pool }: RoundOptions,
): AsyncGenerator<TableEvent, Round, void> {
  const ends: EndEvent[] = [];
  const learnt: { readonly fold: Int32Array; readonly model: Model }[] = [];
  for (const [at, { fold, kept, place, events }] of members.entries()) {
    if (at > 0 && host.signal?.aborted && !events.hasStarted) break;
    for await (const told of events) {
      const event = placed(told, { train: kept, validation: fold });
      if (event.type === "end") ends.push(event);
      else yield { ...event, network: place() };
    }
    const { model, bestEpoch } = ends[ends.length - 1];
    if (bestEpoch > 0) learnt.push({ fold, model });
  }
  let found: LeftOut | undefined;
  const leftOut = (): LeftOut => {
    found ??= inOrder(learnt.map((one) => ({ ...one, ...outputsOn(pickRows(data, rows, one.fold), one.model, pool) })));
    return found;
  };
  const isWhole = ends.length === members.length && ends.every(({ stopped }) => stopped !== "aborted");
  return { ends, leftOut, isWhole };
}

/** By one thread, as they are trained: a comparison of losses must not depend on how many there are. */
const outputsOn = (
  { x }: Dataset,
  model: Model,
  { engine }: RoundOptions["pool"],
): { readonly outputs: Float64Array } => predictorOf(model, engine).predict(x);

/** Where training met what is not finite, by the row of all rows. */
function placed(event: FitEvent, rows: Readonly<Record<"train" | "validation", Int32Array>>): FitEvent {
  if (event.type !== "end" || event.fault?.row === undefined) return event;
  const { fault } = event;
  return { ...event, fault: { ...fault, part: "train", row: rows[fault.part][fault.row as number] } };
}

interface FoldOutputs {
  readonly fold: Int32Array;
  readonly outputs: Float64Array;
}

/** Outputs of folds put together in the order of the rows. */
function inOrder(said: readonly FoldOutputs[]): LeftOut {
  const rows = new Int32Array(said.reduce((total, { fold }) => total + fold.length, 0));
  let filled = 0;
  for (const { fold } of said) {
    rows.set(fold, filled);
    filled += fold.length;
  }
  rows.sort();
  // Where each row stands among those that were left out.
  const placeOf = new Int32Array((rows.at(-1) ?? -1) + 1);
  rows.forEach((row, place) => {
    placeOf[row] = place;
  });
  const width = said.length === 0 ? 0 : said[0].outputs.length / said[0].fold.length;
  const all = new Float64Array(rows.length * width);
  for (const { fold, outputs } of said)
    for (const [i, row] of fold.entries()) all.set(outputs.subarray(i * width, (i + 1) * width), placeOf[row] * width);
  return { rows, outputs: all };
}
