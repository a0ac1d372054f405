/** One network for each fold of the rows, trained one after the other, and what each says of the rows that it never saw. */
import {
  type Dataset,
  type EndEvent,
  type FitEvent,
  fit,
  type Judgement,
  type Model,
  pickRows,
  predictorOf,
} from "@chaingrad/core";
import type { Host } from "../training.ts";
import { foldsOf, without } from "./folds.ts";
import { merged } from "./merge.ts";
import type { MemberPlan } from "./recipe.ts";

/** Which of the networks that are trained one after the other an event is of. */
export interface OfNetwork {
  readonly network?: { readonly number: number; readonly of: number } | undefined;
}

/** An event of `fit`, and of which network it is, where there are several. */
export type TableEvent = FitEvent & OfNetwork;

/** Networks that were trained on the same rows, each without one fold. */
export interface Round {
  readonly ends: readonly EndEvent[];
  /** Of each row, in the order of the data, by the network that was not trained on it; the mean loss of all rows. */
  readonly outOfFold: Judgement;
}

export interface RoundOptions {
  readonly host: Host;
  readonly plan: MemberPlan;
  /** How many folds, and so networks. */
  readonly folds: number;
  readonly seed: number;
  /** Other rounds have other folds and other weights. */
  readonly round: number;
  /** Called before each network: its number among all of a training, and of how many. */
  readonly place: () => OfNetwork["network"];
  readonly flow?: MemberPlan["options"]["flow"] | undefined;
}

/** Seeds of networks are this far apart, so that those of neighbouring seeds are not the same. */
const SEED_STRIDE = 1_000_003;

/**
 * Ends early where the signal says so: with the networks that were done. None where not even one had an epoch.
 * Throws as `fit`.
 */
export async function* trainRound(data: Dataset, options: RoundOptions): AsyncGenerator<TableEvent, Round, void> {
  const { host, plan, seed, round, place, flow } = options;
  const rows = data.y.length;
  const { network, options: chosen } = plan;
  const labels = typeof chosen.loss === "object" && chosen.loss.target === "labels" ? data.y : undefined;
  const folds = foldsOf(rows, labels, { count: options.folds, seed, round });
  const ends: EndEvent[] = [];
  const outOfFold = new OutOfFold(rows);
  for (const [at, fold] of folds.entries()) {
    if (at > 0 && host.signal?.aborted) break;
    const kept = without(rows, fold);
    const train = pickRows(data, rows, kept);
    const validation = pickRows(data, rows, fold);
    const own = {
      ...chosen,
      seed: seed + SEED_STRIDE * (round * folds.length + at),
      ...(host.signal !== undefined && { signal: host.signal }),
      ...(host.slice !== undefined && { slice: host.slice }),
      ...(flow !== undefined && at === 0 && round === 0 && { flow }),
    };
    const numbered = place();
    for await (const event of fit(network, { train, validation }, own)) {
      if (event.type === "end") ends.push(withPlaces(event, { train: kept, validation: fold }));
      else yield { ...event, network: numbered };
    }
    const { model, bestEpoch } = ends[ends.length - 1];
    if (bestEpoch > 0) outOfFold.add(fold, predictorOf(model, host.engine, fold.length).judge(validation));
  }
  return { ends, outOfFold };
}

/** Where training met what is not finite, by the row of all rows. */
function withPlaces(end: EndEvent, rows: Readonly<Record<"train" | "validation", Int32Array>>): EndEvent {
  const { fault } = end;
  if (fault?.row === undefined) return end;
  return { ...end, fault: { ...fault, part: "train", row: rows[fault.part][fault.row] } };
}

/** The mean of the networks that had an epoch; undefined where there are none. */
export function meanOf(rounds: readonly Round[]): Model | undefined {
  const models = rounds.flatMap(({ ends }) => ends.filter(({ bestEpoch }) => bestEpoch > 0).map(({ model }) => model));
  return models.length === 0 ? undefined : { ...merged(models), objective: models[0].objective };
}

/** Judgements of folds put together in the order of the rows; rows that no network judged count for nothing. */
class OutOfFold implements Judgement {
  predictions = new Float64Array(0);
  #total = 0;
  #judged = 0;
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  get loss(): number {
    return this.#judged === 0 ? Number.NaN : this.#total / this.#judged;
  }

  add(fold: Int32Array, { predictions, loss }: Judgement): void {
    const width = predictions.length / fold.length;
    if (this.predictions.length === 0) this.predictions = new Float64Array(this.#rows * width).fill(Number.NaN);
    fold.forEach((row, i) => {
      this.predictions.set(predictions.subarray(i * width, (i + 1) * width), row * width);
    });
    this.#total += loss * fold.length;
    this.#judged += fold.length;
  }
}
