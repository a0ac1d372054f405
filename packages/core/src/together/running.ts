/** A member while it is trained: how far it is, and the weights that are kept. */

import { parametersOf } from "../nn/network.ts";
import type { StopReason } from "../train/events.ts";
import { allFinite } from "../train/finite.ts";
import type { Model } from "../train/model.ts";
import { startState, type TrainStep } from "../train/step.ts";
import { startTensors } from "../train/tensors.ts";
import type { MemberEnd, MemberEpoch, MemberState } from "./member.ts";
import type { Checked, Common } from "./options.ts";
import type { Carried, PlaceEpoch } from "./stack.ts";

export class Running {
  readonly checked: Checked;
  /** Epochs that are done. */
  epoch = 0;
  stopped: StopReason | undefined;
  readonly #common: Common;
  #bestEpoch = 0;
  #bestLoss = Number.POSITIVE_INFINITY;
  #kept: Model["tensors"];
  /** What it begins with. */
  readonly start: Carried;

  constructor(common: Common, checked: Checked, step: Pick<TrainStep, "carried">) {
    const { network, options, stepsPerEpoch } = common;
    const { settings, schedule, from } = checked;
    this.#common = common;
    this.checked = checked;
    if (from !== undefined) {
      this.epoch = from.epoch;
      [this.#bestEpoch, this.#bestLoss, this.#kept] = [from.bestEpoch, from.bestLoss, copied(from.kept)];
      this.start = from.carried;
      return;
    }
    const tensors = startTensors(network, settings.seed, undefined);
    const first = schedule({ step: 0, epoch: 0, steps: stepsPerEpoch * settings.epochs });
    const factors = new Map(parametersOf(network).map(({ name, rate = 1 }) => [name, rate]));
    const all = startState(step, options.optimizer, tensors, (name) => first * (factors.get(name) ?? 1));
    this.start = Object.fromEntries(Object.entries(all).map(([name, values]) => [name, Float64Array.from(values)]));
    this.#kept = Object.fromEntries(Object.keys(tensors).map((name) => [name, Float64Array.from(this.start[name])]));
  }

  /** It has a place. @param tensors of its model there, rounded as the engine rounds them */
  begin(tensors: Carried): void {
    if (this.#bestEpoch === 0) this.#kept = copied(tensors);
  }

  /** Takes note of an epoch, and decides whether it was the last. @param tensors of the model as it stands */
  look(result: PlaceEpoch, validation: number | undefined, tensors: Carried): MemberEpoch {
    const { keep, until, patience } = this.checked.settings;
    const watched = validation ?? result.loss;
    const finite = allFinite([watched, result.loss]) && Object.values(tensors).every(allFinite);
    const isEqual = keep === "last-best" && watched === this.#bestLoss;
    const best = finite && (watched < this.#bestLoss || isEqual);
    this.epoch++;
    this.checked.schedule.observe?.(watched);
    if (best) [this.#bestEpoch, this.#bestLoss] = [this.epoch, watched];
    if (best || (finite && keep === "last"))
      for (const [name, values] of Object.entries(tensors)) this.#kept[name].set(values);
    if (!finite) this.stopped = "diverged";
    else if (this.epoch - this.#bestEpoch >= patience) this.stopped = "patience";
    else if (this.epoch === until) this.stopped = "epochs";
    const told = { member: this.checked.member, epoch: this.epoch, ...result, best };
    return validation === undefined ? told : { ...told, validation: { loss: validation } };
  }

  /** @param carried what it carries, where that is whole */
  end(carried: Carried | undefined): MemberEnd {
    const { checked, epoch } = this;
    const { network, options } = this.#common;
    const { l1, l2, member } = checked;
    const [bestEpoch, bestLoss, kept] = [this.#bestEpoch, this.#bestLoss, this.#kept];
    const state: MemberState | undefined = carried && { epoch, bestEpoch, bestLoss, kept, carried };
    const { stopped = "aborted" } = this;
    return {
      ...{ member, stopped, epochs: epoch, bestEpoch, bestLoss },
      model: { network, objective: { loss: options.loss, l1, l2 }, tensors: kept },
      ...(state && stopped !== "diverged" && { state }),
    };
  }
}

const copied = (tensors: Carried): Model["tensors"] =>
  Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, new Float64Array(values)]));
