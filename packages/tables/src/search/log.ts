/** The trials of a search as JSON lines: what it is a search of, then each training as it ends. */
import { UserError } from "@chaingrad/core/user-error";
import type { Configuration } from "./space.ts";

/** Why a trial's training ended: where it is compared with others, or for good. */
export type TrialStop = "rung" | "epochs" | "patience" | "diverged";

/** What a trial came to at a rung. */
export interface SearchTrial {
  /** From 0, in the order in which they were proposed. */
  readonly trial: number;
  /** From 0. */
  readonly rung: number;
  /** Passes over the training rows so far. */
  readonly epochs: number;
  /** The lowest loss of the validation rows so far, and its epoch; null where none was finite. */
  readonly loss: number | null;
  readonly bestEpoch: number;
  readonly stopped: TrialStop;
  /** Its share of what training up to here took from the rung before. */
  readonly seconds: number;
  readonly options: Configuration;
}

/** What a search is of. Trials of another are no trials of this one. */
export interface SearchOf {
  readonly search: 1;
  /** Of the rows as numbers, those for training and for validation. */
  readonly table: string;
  readonly targets: readonly string[];
  readonly seed: number;
  readonly epochs: number;
  readonly patience: number;
  readonly proposals: string;
  readonly space: unknown;
}

export const headLine = (of: SearchOf): string => `${JSON.stringify(of)}\n`;
export const trialLine = (trial: SearchTrial): string => `${JSON.stringify(trial)}\n`;

/** What a log holds. */
export interface ReadLog {
  readonly trials: readonly SearchTrial[];
  /** The text up to the end of its last whole line: a line that was cut short is no trial. */
  readonly whole: string;
}

const REMEDY = "Name another file for these trials, or remove that one.";

/** Throws UserError on a log of another search, and on lines that are no trials. */
export function readLog(text: string, of: SearchOf): ReadLog {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  if (lines.length === 0) return { trials: [], whole: "" };
  const [head, ...rest] = lines.map(parsed);
  if (typeof head !== "object" || head === null || (head as Partial<SearchOf>).search !== 1)
    throw refused("its first line says of no search what it is of", REMEDY);
  const other = differing(head as SearchOf, of);
  if (other !== undefined) throw refused(other, REMEDY);
  return { trials: rest.map((value, i) => checked(value, i + 2)), whole };
}

const refused = (message: string, hint?: string): UserError =>
  new UserError(`log: ${message}`, hint, { option: "log" });

function parsed(line: string, i: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new UserError(`log: line ${i + 1} is no JSON: ${(cause as Error).message}`, REMEDY, { cause, option: "log" });
  }
}

/** What is not the same, in words. */
function differing(own: SearchOf, of: SearchOf): string | undefined {
  const words: Readonly<Record<keyof SearchOf, string>> = {
    search: "its trials are of another version",
    targets: "its trials are of another target",
    table: "its trials are of other rows",
    space: "its trials are of another space",
    seed: "its trials have another seed",
    epochs: "its trials have another number of epochs",
    patience: "its trials have another patience",
    proposals: "its trials were proposed otherwise",
  };
  const names = Object.keys(words) as (keyof SearchOf)[];
  const found = names.find((name) => JSON.stringify(own[name]) !== JSON.stringify(of[name]));
  if (found === undefined) return undefined;
  const [theirs, ours] = [own[found], of[found]].map((value) => JSON.stringify(value));
  return found === "table" ? words[found] : `${words[found]}: ${theirs}, not ${ours}`;
}

const STOPS: readonly string[] = ["rung", "epochs", "patience", "diverged"] satisfies TrialStop[];

function checked(value: unknown, line: number): SearchTrial {
  const own = value as Partial<SearchTrial> | null;
  const isWhole = (x: unknown): boolean => Number.isSafeInteger(x) && (x as number) >= 0;
  const isRight =
    typeof own === "object" &&
    own !== null &&
    [own.trial, own.rung, own.epochs, own.bestEpoch].every(isWhole) &&
    (own.loss === null || Number.isFinite(own.loss)) &&
    STOPS.includes(own.stopped as string) &&
    typeof own.seconds === "number" &&
    typeof own.options === "object" &&
    own.options !== null;
  if (!isRight) throw refused(`line ${line} is no trial`, REMEDY);
  return own as SearchTrial;
}
