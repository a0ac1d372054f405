/** What joint training can be told, and the checks that come before any work. */
import type { Engine } from "../engines/engine.ts";
import { checkKeys, type Names } from "../given/names.ts";
import type { FloatType } from "../graph/type.ts";
import { checkNetwork, madeTwice, type NetworkSpec, parametersOf } from "../nn/network.ts";
import { count, inRange } from "../nn/options.ts";
import type { Optimizer } from "../optim/first-order/optimizer.ts";
import { checkDataset, type Dataset, rowsOf } from "../train/dataset.ts";
import type { FitData } from "../train/fit.ts";
import { type Chosen, checkSettings, choose, type FitOptions, type Settings } from "../train/fit-options.ts";
import { constant, type Schedule } from "../train/schedules.ts";
import type { Member } from "./member.ts";

/** What all members have in common; see `FitOptions`. */
export interface TogetherOptions
  extends Pick<FitOptions, "loss" | "epochs" | "batch" | "patience" | "keep" | "clip" | "slice" | "signal"> {
  /** Element type (default f32). */
  readonly dtype?: FloatType;
  readonly engine: Engine;
  /** Of first order. */
  readonly optimizer?: Optimizer | NonNullable<Extract<FitOptions["optimizer"], string>>;
  /** The most members whose steps are one plan (default 64); those beyond wait until one of them has ended. */
  readonly places?: number;
}

const OPTIONS: Names<TogetherOptions> = {
  ...{ engine: true, loss: true, optimizer: true, epochs: true, batch: true, patience: true, keep: true, clip: true },
  ...{ dtype: true, slice: true, signal: true, places: true },
};
const MEMBER: Names<Member> = {
  ...{ seed: true, rate: true, schedule: true, l1: true, l2: true, until: true, from: true },
};
const DATA: Names<FitData> = { train: true, validation: true, test: true };

const PLACES = 64;

/** What has been checked: a network on rows, and how all members are trained. */
export interface Common {
  readonly network: NetworkSpec;
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly options: Chosen & { readonly optimizer: Optimizer };
  readonly dtype: FloatType;
  readonly places: number;
  readonly settings: Settings;
  /** Training rows. */
  readonly rows: number;
  readonly stepsPerEpoch: number;
}

/** A member that has been checked. */
export interface Checked {
  readonly member: number;
  readonly settings: Settings;
  readonly schedule: Schedule;
  readonly l1: number | undefined;
  readonly l2: number | undefined;
  readonly from: Member["from"];
}

/** Throws as `fit`, and RangeError on an optimizer that is not of first order. */
export function checkCommon(network: NetworkSpec, data: FitData, given: TogetherOptions): Common {
  checkKeys("fitTogether", given ?? null, OPTIONS);
  const { places = PLACES, ...others } = given;
  const options = choose(others as FitOptions);
  const { optimizer, loss, dtype = "f32" } = options;
  if (dtype === "bf16") throw new RangeError("dtype: networks are trained together in f32 or f64, not in bf16");
  if (optimizer.kind !== "first-order")
    throw new RangeError(
      `optimizer: networks are trained together by a method of first order, got '${optimizer.name}'`,
    );
  checkNetwork(network);
  const twice = madeTwice(network, loss);
  if (twice !== undefined) throw new RangeError(twice);
  checkKeys("data", data ?? null, DATA, "part");
  const { train, validation } = data;
  checkDataset(train, "training rows", network, loss);
  if (validation) checkDataset(validation, "validation rows", network, loss);
  inRange("places", places, count);
  const rows = rowsOf(train, network.inputs);
  const settings = checkSettings(options, rows, validation !== undefined);
  return {
    ...{ network, train, validation, options: { ...options, optimizer }, dtype, places, settings, rows },
    stepsPerEpoch: Math.ceil(rows / settings.batch),
  };
}

/** Throws RangeError that names the member. */
export function checkMembers(members: readonly Member[], common: Common): Checked[] {
  const { options, rows, network, validation } = common;
  if (!Array.isArray(members) || members.length === 0)
    throw new RangeError("fitTogether: members must be a list of at least one, as [{ seed: 0 }, { seed: 1 }]");
  const known = new Set(parametersOf(network).map(({ name }) => name));
  return members.map((own: Member, member) => {
    const where = `member ${member}`;
    checkKeys(where, own ?? null, MEMBER);
    const { rate, l1, l2, from } = own;
    try {
      const settings = checkSettings({ ...options, ...own }, rows, validation !== undefined);
      if (from !== undefined && !(from.epoch < settings.until && [...known].every((name) => name in from.carried)))
        throw new RangeError(`from: a state of this network before epoch ${settings.until} is needed`);
      const schedule = own.schedule ?? constant(rate ?? options.optimizer.defaultRate);
      return { member, settings, schedule, l1, l2, from };
    } catch (error) {
      if (error instanceof RangeError) throw new RangeError(`${where}: ${error.message}`, { cause: error });
      throw error;
    }
  });
}
