/**
 * The checkpoint of a training on a table: what it is of, and where each of its networks stands. All that is decided between networks
 * follows from how they ended, so that a training that goes on takes the same decisions again, of networks that had ended without
 * training them, and comes to the same model.
 */
import { type FitOptions, FormatError } from "@chaingrad/core";
import { type FitState, loadFitState, saveFitState } from "@chaingrad/core/checkpoint";
import { inRange, positive } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import { differingOptions, type Identity } from "./identity.ts";
import type { CheckpointOptions, CheckpointStore } from "./store.ts";

/** Of the form of what is kept, all of it. */
const VERSION = 1;
/** What the training is of. It is written first, before anything is trained. */
const RUN = "training.json";
/** Written when all is done. */
const ENDED = "ended.json";
const STATE = /^network-(\d+)\.safetensors$/;
const nameOf = (number: number): string => `network-${String(number).padStart(4, "0")}.safetensors`;

/** Whether names of a store are those of a checkpoint, begun at least. */
export const isCheckpoint = (names: readonly string[]): boolean => names.includes(RUN);

/** What `fit` is told of checkpoints. */
type Keeping = Pick<FitOptions, "checkpoint" | "resume">;

/** The checkpoint of one training, open. */
export class RunCheckpoint {
  readonly #store: CheckpointStore;
  readonly #every: number | undefined;
  readonly #states: ReadonlyMap<number, FitState>;
  readonly #started = performance.now();
  /** Seconds that were trained for before. */
  readonly elapsed: number;
  /** Whether the training had come to its end. */
  readonly hadEnded: boolean;
  /** What whoever goes on should know, a sentence each. */
  readonly notes: readonly string[];
  #networks = 0;

  /**
   * Throws UserError, before anything is trained or written, where there is nothing to go on from, or a training that is not this one, or
   * something that is damaged; where nobody asked to go on, and there is a training already.
   */
  static async open(options: CheckpointOptions, identity: Identity): Promise<RunCheckpoint> {
    const { store, resume = false, every } = options;
    if (every !== undefined) inRange("checkpoint: every", every, positive);
    const names = await store.names();
    if (!resume) {
      if (isCheckpoint(names)) throw taken(names.includes(ENDED));
      await store.write(RUN, new TextEncoder().encode(JSON.stringify({ version: VERSION, ...identity })));
      return new RunCheckpoint(options, new Map(), []);
    }
    if (!isCheckpoint(names)) throw nothing();
    const kept = readRun(await store.read(RUN));
    compare(identity, kept);
    const states = new Map<number, FitState>();
    for (const name of names) {
      const number = STATE.exec(name)?.[1];
      if (number !== undefined) states.set(Number(number), await readState(store, name));
    }
    const other =
      `the training went on so far with ${kept.arithmetic}, and goes on with ${identity.arithmetic}: ` +
      "the model will differ in its last digits from one trained without a break";
    const hadEnded = names.includes(ENDED);
    const notes = kept.arithmetic === identity.arithmetic ? [] : [other];
    return new RunCheckpoint(options, states, hadEnded ? [...notes, ENDED_NOTE] : notes, hadEnded);
  }

  private constructor(
    { store, every }: CheckpointOptions,
    states: ReadonlyMap<number, FitState>,
    notes: readonly string[],
    hadEnded = false,
  ) {
    [this.#store, this.#every, this.#states] = [store, every, states];
    [this.notes, this.hadEnded] = [notes, hadEnded];
    this.elapsed = Math.max(0, ...[...states.values()].map(({ numbers }) => numbers.elapsed ?? 0));
  }

  /** For the next network: they are numbered in the order in which this is called, which must be the same each time. */
  next(): Keeping {
    const number = this.#networks++;
    const resume = this.#states.get(number);
    const save = (state: FitState): Promise<void> => {
      const elapsed = this.elapsed + (performance.now() - this.#started) / 1000;
      return this.#store.write(nameOf(number), saveFitState({ ...state, numbers: { ...state.numbers, elapsed } }));
    };
    return {
      checkpoint: { save, ...(this.#every !== undefined && { every: this.#every }) },
      ...(resume && { resume }),
    };
  }

  /** All is done: going on from here makes the same model again. */
  async end(): Promise<void> {
    if (!this.hadEnded) await this.#store.write(ENDED, new TextEncoder().encode("{}"));
  }
}

const ENDED_NOTE =
  "the training that the checkpoint keeps had ended: nothing is trained, and the same model is made again";

const taken = (hasEnded: boolean): UserError =>
  new UserError(
    `checkpoint: it holds a training that has ${hasEnded ? "ended" : "not ended"}`,
    `Empty it or give another place to begin a new one; ${hasEnded ? "the same model is made again" : "it goes on"} with`,
    { option: "checkpoint", remedy: "resume" },
  );

const nothing = (): UserError =>
  new UserError("resume: there is no training to go on with", "Begin one: the same without resume.", {
    option: "resume",
  });

const isText = (value: unknown): value is string => typeof value === "string";

function readRun(bytes: Uint8Array): Identity {
  let read: Partial<Identity & { readonly version: number }>;
  try {
    read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(RUN, "it is no JSON", cause);
  }
  if (typeof read?.version === "number" && read.version !== VERSION)
    throw new UserError(
      `resume: the checkpoint has version ${read.version} of its form, this chaingrad has ${VERSION}`,
      "Go on with the version that began it, or begin anew elsewhere.",
      { option: "resume" },
    );
  const { options, rows, digest, arithmetic, by } = read ?? {};
  const isWhole = typeof rows === "number" && [digest, arithmetic, by].every(isText);
  if (read?.version !== VERSION || !isWhole || !Object.values(options ?? { none: 0 }).every(isText))
    throw damaged(RUN, "it is not what was written");
  return read as Identity;
}

async function readState(store: CheckpointStore, name: string): Promise<FitState> {
  try {
    return loadFitState(await store.read(name));
  } catch (error) {
    throw error instanceof FormatError ? damaged(name, error.message, error) : error;
  }
}

const damaged = (name: string, what: string, cause?: unknown): UserError =>
  new UserError(
    `resume: '${name}' of the checkpoint cannot be used: ${what}`,
    name === RUN
      ? "Begin anew elsewhere."
      : `Without '${name}' that network is trained from its start, and the model is the same.`,
    { option: "resume", cause },
  );

/** Throws UserError that says what differs. */
function compare(given: Identity, kept: Identity): void {
  const refuse = (what: string, hint: string): never => {
    throw new UserError(`resume: ${what}`, hint, { option: "resume" });
  };
  if (given.by !== kept.by)
    refuse(`the checkpoint was made by ${kept.by}, this is ${given.by}`, "Go on with the one that began it.");
  const differing = differingOptions(given.options, kept.options);
  if (differing.length > 0)
    refuse(`other options than the training began with: ${differing.join("; ")}`, "Give the same as then.");
  if (given.digest === kept.digest) return;
  const rows =
    given.rows === kept.rows ? "the same number of rows, of other values" : `${given.rows} rows, ${kept.rows} then`;
  refuse(
    `the table is not the one that the training began with (${rows})`,
    "Give the same as then, or begin anew elsewhere.",
  );
}
