/** A training as plain data, where all its functions are the library's own. */
import { type Origin, originOf } from "../given/origin.ts";
import { lossOf } from "../nn/loss-of.ts";
import { isBuiltIn, type Loss } from "../nn/losses.ts";
import type { NetworkSpec } from "../nn/network.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { Described, DescribedOptimizer } from "./messages.ts";

/** All of `fit`'s options but the engine, which is the pool's. */
export type QueuedOptions = Omit<FitOptions, "engine">;

/**
 * Undefined where only the calling thread can do it: a function of one's own, a schedule that remembers, the flow to be told, a
 * factor of the rate that is not shared.
 */
export function described(network: NetworkSpec, given: QueuedOptions): Described | undefined {
  const { loss, optimizer, schedule, metrics, signal: _, slice: __, flow, checkpoint, ...options } = given;
  const { rateFactor } = options;
  const own = builtInLoss(loss);
  const parts = { optimizer: optimizerOf(optimizer), schedule: schedule && scheduleOf(schedule) };
  const isRefused = checkpoint !== undefined && typeof checkpoint?.save !== "function"; // the calling thread will say so
  const isLost = isRefused || (optimizer && !parts.optimizer) || (schedule && !parts.schedule);
  // What had ended is only told again.
  if (flow || options.resume?.ended || (rateFactor && !isShared(rateFactor))) return undefined;
  if (own === undefined || isLost || !isPlain(network) || !isPlain(options)) return undefined;
  return {
    ...{ network, options, ...parts },
    loss: { name: own.name, ...(own.options && { options: own.options }) },
    ...(checkpoint && { checkpoint: { every: checkpoint.every } }),
    metrics: metrics === undefined ? "usual" : Object.keys(metrics).length === 0 ? "none" : "own",
  };
}

function builtInLoss(given: QueuedOptions["loss"]): Loss | undefined {
  try {
    const loss = lossOf(given);
    return isBuiltIn(loss) ? loss : undefined;
  } catch {
    return undefined; // The calling thread will say what is wrong.
  }
}

function optimizerOf(given: QueuedOptions["optimizer"]): DescribedOptimizer | undefined {
  if (typeof given === "string") return { kind: "first-order", name: given, given: [] };
  if (given === undefined || given.kind === "kfac") return given;
  const origin = originOf(given);
  return origin && isPlain(origin.given) ? { kind: given.kind, ...origin } : undefined;
}

/** One that observes what was reached may have done so before. */
function scheduleOf(schedule: NonNullable<QueuedOptions["schedule"]>): Origin | undefined {
  const origin = originOf(schedule);
  return origin && schedule.observe === undefined && isPlain(origin.given) ? origin : undefined;
}

/** Whether threads see it change. */
const isShared = ({ buffer }: Float64Array): boolean =>
  typeof SharedArrayBuffer === "function" && buffer instanceof SharedArrayBuffer;

/** Whether there is nothing in it that cannot be sent. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function" && typeof value !== "symbol";
  return ArrayBuffer.isView(value) || Object.values(value).every(isPlain);
}
