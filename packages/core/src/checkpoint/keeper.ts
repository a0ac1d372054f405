/**
 * What keeps where a training stands, and brings another one of the same to the same place. States are taken between two steps and
 * copied, so that training goes on while they are written. Loaded only when `fit` is asked for it.
 */
import { checkKeys, type Names } from "../given/names.ts";
import { sizeOf } from "../graph/type.ts";
import { type NetworkSpec, parametersOf } from "../nn/network.ts";
import { checkType, inRange, positive } from "../nn/options.ts";
import type { Dataset } from "../train/dataset.ts";
import type {
  Checkpointing,
  EarlierEpochs,
  EndEvent,
  EpochEvent,
  FitState,
  StartEvent,
  StopReason,
  TrainingFault,
} from "../train/events.ts";
import type { Chosen, Settings } from "../train/fit-options.ts";
import type { Model } from "../train/model.ts";
import type { Tensors } from "../train/tensors.ts";
import type { Training, TrainingState } from "../train/training.ts";
import { now } from "../train/turns.ts";
import { differences, identityOf } from "./identity.ts";

/** Of the form of states; a state of another one is refused. */
const VERSION = 1;
/** Seconds between two states. */
const EVERY = 10;
/** What names of the best weights and of a training's own tensors begin with. */
const BEST = "best/";
const OWN = "training/";

const CHECKPOINTING: Names<Checkpointing> = { save: true, every: true };

interface Rows {
  readonly train: Dataset;
  readonly validation?: Dataset | undefined;
}

/** The best so far, as it is followed. */
interface Best {
  bestEpoch: number;
  bestLoss: number;
  kept: Record<string, Float64Array>;
}

export class Keeper {
  readonly #of: Readonly<Record<string, string>>;
  readonly #network: NetworkSpec;
  readonly #options: Chosen;
  readonly #settings: Settings;
  readonly #resumed: FitState | undefined;
  readonly #started = now();
  /** Of all epochs so far. */
  readonly #loss: number[];
  readonly #validation: number[];
  readonly #factors: number[];
  #due: number;
  #saving: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #training: Training | undefined;
  #best: Best | undefined;

  /** Throws RangeError where the state is of another training, or of another version. */
  constructor(network: NetworkSpec, data: Rows, options: Chosen, settings: Settings) {
    const { checkpoint, resume } = options;
    checkKeys("checkpoint", checkpoint, CHECKPOINTING);
    if (checkpoint !== undefined) checkType("checkpoint: save", checkpoint.save, "function");
    inRange("checkpoint: every", checkpoint?.every ?? EVERY, positive);
    [this.#network, this.#options, this.#settings] = [network, options, settings];
    this.#of = identityOf(network, data, options, settings);
    if (resume !== undefined) check(resume, this.#of);
    this.#resumed = resume;
    this.#due = this.#started + (checkpoint?.every ?? EVERY);
    this.#loss = Array.from(resume?.tensors["epochs/loss"] ?? []);
    this.#validation = Array.from(resume?.tensors["epochs/validation"] ?? []);
    this.#factors = Array.from(resume?.tensors["epochs/factor"] ?? this.#loss.map(() => 1));
  }

  /** Epochs that are done already. */
  get epoch(): number {
    return this.#number("epoch", 0);
  }

  /** Seconds that were trained for before. */
  get seconds(): number {
    return this.#number("seconds", 0);
  }

  /** The most threads that shared a step before. */
  get threads(): number {
    return this.#number("threads", 1);
  }

  /** Losses of those epochs, where there are any. */
  get earlier(): EarlierEpochs | undefined {
    if (this.#loss.length === 0) return undefined;
    const isJudged = this.#validation.length > 0;
    return {
      loss: Float64Array.from(this.#loss),
      ...(isJudged && { validation: Float64Array.from(this.#validation) }),
      ...(this.#factors.some((factor) => factor !== 1) && { rateFactor: Float64Array.from(this.#factors) }),
    };
  }

  #number(name: string, otherwise: number): number {
    return this.#resumed?.numbers[name] ?? otherwise;
  }

  /** Brings a training, and who follows it, to where the other one stood; from now on its states are kept. */
  async attach(training: Training, best: Best): Promise<void> {
    [this.#training, this.#best] = [training, best];
    const { tensors, numbers } = this.#resumed ?? {};
    if (tensors && numbers) {
      await training.restore({ numbers, tensors: under(tensors, OWN) });
      const { bestEpoch, bestLoss } = numbers;
      Object.assign(best, { bestEpoch, bestLoss, kept: asFloat64(under(tensors, BEST)) });
      for (const [epoch, loss] of this.#loss.entries()) training.schedule.observe?.(this.#validation[epoch] ?? loss);
    }
    if (this.#options.checkpoint) training.atRest = () => this.#atRest();
  }

  /** An epoch was told. */
  add({ loss, validation, rateFactor = 1 }: Pick<EpochEvent, "loss" | "validation" | "rateFactor">): void {
    this.#loss.push(loss);
    this.#factors.push(rateFactor);
    if (validation) this.#validation.push(validation.loss);
  }

  async #atRest(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (this.#saving !== undefined || now() < this.#due) return;
    this.#save(await this.#state());
  }

  /** Does not wait. */
  #save(state: FitState): void {
    const { save, every = EVERY } = this.#options.checkpoint as Checkpointing;
    const given = (async () => save(state))();
    this.#saving = given
      .catch((error) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#saving = undefined;
        this.#due = now() + every;
      });
  }

  async #state(): Promise<FitState> {
    const { numbers, tensors } = await (this.#training as Training).state();
    return this.#whole({ numbers, tensors: named(tensors, OWN) });
  }

  /** With what is followed beside the training. */
  #whole({ numbers, tensors }: TrainingState): FitState {
    const { bestEpoch, bestLoss, kept } = this.#best as Best;
    const { rows, stepsPerEpoch, threads } = this.#training as Training;
    const counted = { bestEpoch, bestLoss, rows, stepsPerEpoch, threads: Math.max(threads, this.threads) };
    const { loss, validation, rateFactor } = this.earlier ?? {};
    const epochs = {
      ...(loss && { "epochs/loss": loss }),
      ...(validation && { "epochs/validation": validation }),
      ...(rateFactor && { "epochs/factor": rateFactor }),
    };
    return {
      ...{ version: VERSION, of: this.#of },
      numbers: { ...numbers, ...counted, epoch: this.#loss.length, seconds: this.seconds + now() - this.#started },
      tensors: { ...tensors, ...named(kept, BEST), ...epochs },
    };
  }

  /**
   * The last state: of a training that was interrupted, or was not to go on for now, where it stands; else how it ended. Rejects with
   * what `save` threw.
   */
  async end(stopped: StopReason, fault: TrainingFault | undefined): Promise<void> {
    await this.#saving;
    if (this.#options.checkpoint) {
      const goesOn = stopped === "aborted" || (stopped === "epochs" && this.#loss.length < this.#settings.epochs);
      const whole = goesOn ? await this.#state() : this.#whole({ numbers: {}, tensors: {} });
      this.#save(goesOn ? whole : { ...whole, ended: { stopped, ...(fault && { fault }) } });
      await this.#saving;
    }
    if (this.#failure) throw this.#failure.error;
  }

  /** The events of a training that had ended: nothing is trained. Undefined where it had not. */
  ended(): [StartEvent, EndEvent] | undefined {
    const { ended, tensors, numbers } = this.#resumed ?? {};
    if (ended === undefined || tensors === undefined || numbers === undefined) return undefined;
    const { rows, stepsPerEpoch, threads, epoch, bestEpoch, bestLoss, seconds } = numbers;
    const { loss, l1, l2, engine } = this.#options;
    const kept = asFloat64(under(tensors, BEST));
    const model: Model = { network: this.#network, objective: { loss, l1, l2 }, tensors: kept };
    const start: StartEvent = {
      ...{ type: "start", rows, stepsPerEpoch, threads, epochs: this.#settings.epochs, engine: engine.name },
      parameters: parametersOf(this.#network).reduce((total, { shape }) => total + sizeOf(shape), 0),
      describePlan: () => "nothing was planned: the training had ended",
      ...(this.earlier && { earlier: this.earlier }),
    };
    return [start, { type: "end", ...ended, epochs: epoch, bestEpoch, bestLoss, seconds, threads, model }];
  }
}

function check({ version, of, numbers, tensors }: FitState, here: Readonly<Record<string, string>>): void {
  if (typeof of !== "object" || typeof numbers !== "object" || typeof tensors !== "object")
    throw new RangeError("resume: expected what `checkpoint.save` was given");
  if (version !== VERSION)
    throw new RangeError(`resume: the state has version ${version} of its form, this chaingrad has ${VERSION}`);
  const differing = differences(here, of);
  if (differing.length > 0)
    throw new RangeError(`resume: the state is of another training; what differs: ${differing.join("; ")}`);
}

const named = <T extends Tensors[string]>(tensors: Readonly<Record<string, T>>, prefix: string): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, values]) => [prefix + name, values]));

const under = <T>(tensors: Readonly<Record<string, T>>, prefix: string): Record<string, T> =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([name, values]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [],
    ),
  );

const asFloat64 = (tensors: Tensors): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, Float64Array.from(values)]));
