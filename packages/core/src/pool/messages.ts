/** What a pool and its workers say to each other. All of it is plain data. */

import type { EngineLink } from "../engines/replica.ts";
import type { Origin } from "../given/origin.ts";
import type { Loss } from "../nn/losses.ts";
import type { NetworkSpec } from "../nn/network.ts";
import type { Kfac } from "../optim/kfac.ts";
import type { EndEvent, EpochEvent, FitState, StartEvent } from "../train/events.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { QueuedData } from "./rows.ts";

/** To a worker: with which engine it trains, a training, or that the present one is to end. */
export type Asked =
  | { readonly kind: "engine"; readonly link: EngineLink }
  | { readonly kind: "fit"; readonly described: Described; readonly data: QueuedData }
  | { readonly kind: "abort" };

/** A training but for its rows: what its functions were made with stands for them. */
export interface Described {
  readonly network: NetworkSpec;
  readonly loss: Pick<Loss, "name" | "options">;
  readonly optimizer: DescribedOptimizer | undefined;
  readonly schedule: Origin | undefined;
  /** The usual ones, none, or functions of one's own, which the calling thread computes of what it is told was predicted. */
  readonly metrics: "usual" | "none" | "own";
  readonly options: PlainOptions;
  /** How often it is to say where it stands. */
  readonly checkpoint?: { readonly every: number | undefined } | undefined;
}

export type DescribedOptimizer = ({ readonly kind: "first-order" | "minimizer" } & Origin) | Kfac;

/** Options without a function in them. */
type PlainOptions = Omit<
  FitOptions,
  "engine" | "loss" | "optimizer" | "schedule" | "metrics" | "signal" | "slice" | "flow" | "checkpoint"
>;

/** From a worker. */
export type Told =
  /** It runs, and can be given something. */
  | { readonly kind: "ready" }
  | { readonly kind: "start"; readonly event: Omit<StartEvent, "describePlan">; readonly plan: string }
  | { readonly kind: "epoch"; readonly event: EpochEvent; readonly judged?: Judged | undefined }
  /** Where it stands. */
  | { readonly kind: "state"; readonly state: FitState }
  | { readonly kind: "end"; readonly event: Omit<EndEvent, "model">; readonly tensors: EndEvent["model"]["tensors"] }
  /** It cannot do this training; the calling thread will find out why. */
  | { readonly kind: "failed"; readonly reason: string };

/** What metrics are computed from. */
export interface Judged {
  readonly predictions: Float64Array;
  /** Of the validation rows; told once. */
  readonly truth?: { readonly targets: ArrayLike<number>; readonly weights: ArrayLike<number> | undefined };
}
