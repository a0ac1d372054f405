/** What a worker of a pool does, on every platform: a training at a time, as it is asked. */
import type { SyncEngine } from "../engines/engine.ts";
import { openLinked } from "../engines/linked.ts";
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";
import { lossOf } from "../nn/loss-of.ts";
import type { Loss } from "../nn/losses.ts";
import type { minimizers } from "../optim/minimizers.ts";
import { type OptimizerName, optimizers } from "../optim/optimizers.ts";
import type { FitEvent, FitState } from "../train/events.ts";
import { fitting } from "../train/fit.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { Metric } from "../train/metrics.ts";
import { PlanShelf } from "../train/plan-shelf.ts";
import { type ScheduleName, type ScheduleOptions, schedules } from "../train/schedules.ts";
import { now } from "../train/turns.ts";
import type { Asked, Described, Judged, Told } from "./messages.ts";
import { planKey } from "./plan-key.ts";
import { pickedData } from "./rows.ts";

/** Where the pool is. */
export interface Port {
  post(messages: readonly Told[], transfer: readonly ArrayBuffer[]): void;
  listen(take: (message: Asked) => void): void;
}

/** What few trainings need; a platform that has it not refuses, and leaves them to the calling thread. */
export interface OnDemand {
  readonly trainers: Parameters<typeof fitting>[3];
  readonly methods: () => Promise<typeof minimizers>;
  readonly algebra: () => Promise<LinearAlgebra>;
}

/** Milliseconds between two looks at whether it is to end: nobody else waits for this thread. */
const SLICE = 50;
/** Seconds between two messages at least: of many short epochs each would cost as much as what it tells. */
const PAUSE = 0.05;

/** Attends to a port for as long as the thread lives. */
export function attend(port: Port, onDemand: OnDemand): void {
  const speaker = new Speaker(port);
  const shelf = new PlanShelf();
  let engine: Promise<SyncEngine> | undefined;
  let running = new AbortController();
  const train = async ({ described, data }: Extract<Asked, { kind: "fit" }>): Promise<void> => {
    running = new AbortController();
    const judged: Judging = {};
    const options = await optionsOf(described, judged, onDemand);
    const save = (state: FitState): void => speaker.say({ kind: "state", state });
    const kept = described.checkpoint && { checkpoint: { ...described.checkpoint, save } };
    const whole = { ...options, ...kept, engine: await engine, signal: running.signal, slice: SLICE } as FitOptions;
    const { network } = described;
    const rows = pickedData(data, network.inputs);
    const place = { shelf, key: planKey(described) };
    for await (const event of fitting(network, rows, whole, onDemand.trainers, place)) speaker.tell(event, judged);
  };
  port.listen((asked) => {
    if (asked.kind === "abort") running.abort();
    else if (asked.kind === "engine") {
      engine = openLinked(asked.link, onDemand.algebra);
      engine.catch(() => undefined); // Each training that needs it will say so.
    } else train(asked).catch((error) => speaker.say({ kind: "failed", reason: String(error) }, true));
  });
  speaker.say({ kind: "ready" }, true);
}

/** Gathers what is to be told, and tells it now and then. */
class Speaker {
  readonly #port: Port;
  #messages: Told[] = [];
  #since = now();

  constructor(port: Port) {
    this.#port = port;
  }

  tell(event: FitEvent, judging: Judging): void {
    if (event.type === "start") {
      const { describePlan, ...told } = event;
      this.say({ kind: "start", event: told, plan: describePlan() });
    } else if (event.type === "epoch") {
      this.say({ kind: "epoch", event, judged: judging.latest });
      judging.latest = undefined;
    } else {
      const { model, ...told } = event;
      this.say({ kind: "end", event: told, tensors: model.tensors }, true);
    }
  }

  say(message: Told, isLast = false): void {
    this.#messages.push(message);
    if (!isLast && now() - this.#since < PAUSE) return;
    const judged = this.#messages.flatMap((told) => (told.kind === "epoch" && told.judged ? [told.judged] : []));
    const transfer = judged.map(({ predictions }) => predictions.buffer as ArrayBuffer);
    this.#port.post(this.#messages, transfer);
    this.#messages = [];
    this.#since = now();
  }
}

/** What a training last told of its validation rows, where the calling thread computes its metrics. */
interface Judging {
  latest?: Judged | undefined;
  targets?: ArrayLike<number>;
}

/** The functions that descriptions stand for. */
async function optionsOf(
  { loss, optimizer, schedule, metrics, options }: Described,
  judging: Judging,
  onDemand: OnDemand,
) {
  const told: Metric = (predictions, targets, weights) => {
    const isNew = judging.targets !== targets;
    judging.targets = targets;
    judging.latest = { predictions: predictions as Float64Array, ...(isNew && { truth: { targets, weights } }) };
    return null;
  };
  return {
    ...options,
    loss: lossOf(loss as Loss),
    ...(optimizer && { optimizer: await optimizerOf(optimizer, onDemand) }),
    ...(schedule && {
      schedule: schedules[schedule.name as ScheduleName](...(schedule.given as [number, ScheduleOptions?])),
    }),
    ...(metrics !== "usual" && { metrics: metrics === "none" ? {} : { told } }),
  };
}

async function optimizerOf(described: NonNullable<Described["optimizer"]>, { methods }: OnDemand) {
  if (described.kind === "kfac") return described;
  const { kind, name, given } = described;
  const made = kind === "first-order" ? optimizers : await methods();
  return (made as typeof optimizers)[name as OptimizerName](...(given as []));
}
