/** What a member of a joint training is told, and where it stands. */
import type { TypedValues } from "../engines/engine.ts";
import type { EndEvent } from "../train/events.ts";
import type { Model } from "../train/model.ts";
import type { Schedule } from "../train/schedules.ts";

/** What may differ between networks that are trained together; what is left out is as `fit` has it. */
export interface Member {
  /** A whole number that decides where it starts and the order of its rows (default 0). */
  readonly seed?: number;
  /** Learning rate, > 0 (default the optimizer's own). */
  readonly rate?: number;
  /** Learning rate over time (default constant). It decides the rate alone: `rate` is then not read. */
  readonly schedule?: Schedule;
  readonly l1?: number;
  readonly l2?: number;
  /** Stop after so many epochs, at most `epochs` (default all of them). */
  readonly until?: number;
  /** Where it stood when it was last trained: it goes on from there, to the bits of one that never paused. */
  readonly from?: MemberState | undefined;
}

/** Where a training stands between two epochs: plain data. */
export interface MemberState {
  /** Epochs that are done. */
  readonly epoch: number;
  readonly bestEpoch: number;
  readonly bestLoss: number;
  /** Tensors of the model that is kept. */
  readonly kept: Model["tensors"];
  /** Parameters, running statistics and the optimizer's state. */
  readonly carried: Readonly<Record<string, TypedValues>>;
}

/** An epoch of a member. */
export interface MemberEpoch {
  /** Its place among the members, from 0. */
  readonly member: number;
  /** From 1. */
  readonly epoch: number;
  readonly rate: number;
  /** Weighted mean of the rows' losses as the epoch met them (regularisers not included). */
  readonly loss: number;
  /** Of the validation rows, where there are any. */
  readonly validation?: { readonly loss: number } | undefined;
  /** Whether the watched loss is the lowest of this member so far. */
  readonly best: boolean;
}

/** How a member ended. */
export interface MemberEnd extends Omit<EndEvent, "type" | "fault" | "seconds" | "threads"> {
  readonly member: number;
  /** From which it can go on; absent where it ended within an epoch, or diverged. */
  readonly state?: MemberState | undefined;
}
