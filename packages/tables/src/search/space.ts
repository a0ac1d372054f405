/**
 * What is searched: for options of the network and of its training the values that they may have. Of options that are not named
 * the recipe "fast" says what they are.
 *
 *   { "hidden": [[32], [64, 32]], "rate": { "from": 0.001, "to": 0.1, "scale": "log" }, "l2": true, "batch": 32 }
 *
 * A list is a choice between its values, an object a range, true the option's own default space, anything else one value.
 */
import { type ActivationName, nearest, type OptimizerName, optimizers } from "@chaingrad/core";
import { countingNumber, fraction, nonNegative, positive, type Range } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import { ACTIVATIONS } from "../recipe.ts";

/** A value for each option that is searched. */
export interface Configuration {
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
  readonly dropout?: number;
  readonly optimizer?: OptimizerName;
  readonly rate?: number;
  readonly l2?: number;
  readonly batch?: number;
  /** Largest norm of the whole gradient; null for any. */
  readonly clip?: number | null;
}

/** An option that may be searched, by its name. */
export type SearchedOption = keyof Configuration;

/** The values that an option may have. */
export type Dimension =
  | { readonly kind: "choice"; readonly choices: readonly Configuration[SearchedOption][] }
  | {
      readonly kind: "range";
      readonly from: number;
      readonly to: number;
      readonly log: boolean;
      readonly whole: boolean;
    };

/** As it is given; see the head of this file. */
export type SpaceSpec = Readonly<Partial<Record<SearchedOption, unknown>>>;

/** By option, in an order of its own. */
export type Space = ReadonlyMap<SearchedOption, Dimension>;

interface OptionRule {
  readonly text: string;
  holds(value: unknown): boolean;
  /** Of an option that may be a range. */
  readonly range?: Range;
  readonly whole?: boolean;
  readonly usual: unknown;
}

const FIRST_ORDER = Object.keys(optimizers);

const named = (names: readonly string[], usual: readonly string[]): OptionRule => ({
  text: `one of ${names.join(", ")}`,
  holds: (value) => names.includes(value as string),
  usual,
});

const amount = (range: Range, usual: unknown, whole = false): OptionRule => ({
  text: range.text,
  holds: (value) => typeof value === "number" && range.holds(value),
  ...{ range, whole, usual },
});

const RULES: Readonly<Record<SearchedOption, OptionRule>> = {
  hidden: {
    text: "the units of each hidden layer, each a whole number ≥ 1, as in [32, 16]",
    holds: (value) => Array.isArray(value) && value.length > 0 && value.every((size) => countingNumber.holds(size)),
    usual: [[16], [32], [64], [128], [32, 16], [64, 32], [64, 64], [128, 64]],
  },
  activation: named(ACTIVATIONS, ["tanh", "relu", "silu"]),
  dropout: amount(fraction, [0, 0.1, 0.3]),
  optimizer: named(FIRST_ORDER, ["adam", "adamw"]),
  rate: amount(positive, { from: 3e-4, to: 0.1, scale: "log" }),
  l2: amount(nonNegative, { from: 1e-6, to: 0.1, scale: "log" }),
  batch: amount(countingNumber, [16, 32, 64], true),
  clip: { ...amount(positive, [null, 1]), holds: (value) => value === null || positive.holds(value as number) },
};

/** All options that may be searched. */
export const SEARCHED_OPTIONS = Object.keys(RULES) as readonly SearchedOption[];

/** Every option, as it is searched where nobody says how. */
export const DEFAULT_SPACE: SpaceSpec = Object.fromEntries(SEARCHED_OPTIONS.map((name) => [name, RULES[name].usual]));

/** Throws UserError on a space that names no option, on one that there is not, and on values that it cannot have. */
export function readSpace(given: unknown): Space {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw refused(`expected an object of ${SEARCHED_OPTIONS.join(", ")}, got ${shown(given)}`);
  const names = Object.keys(given);
  if (names.length === 0)
    throw refused("it names no option", `Name some of ${SEARCHED_OPTIONS.join(", ")}, as in { "rate": true }.`);
  const unknown = names.find((name) => !Object.hasOwn(RULES, name));
  if (unknown !== undefined) {
    const near = nearest(unknown, SEARCHED_OPTIONS);
    const hint = near === undefined ? `The options are ${SEARCHED_OPTIONS.join(", ")}.` : `Did you mean '${near}'?`;
    throw refused(`there is no option '${unknown}'`, hint);
  }
  const own = given as SpaceSpec;
  const known = SEARCHED_OPTIONS.filter((name) => own[name] !== undefined);
  return new Map(known.map((name) => [name, dimensionOf(name, own[name] === true ? RULES[name].usual : own[name])]));
}

function dimensionOf(name: SearchedOption, given: unknown): Dimension {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return rangeOf(name, given);
  const list = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw refused(`${name}: there is nothing to choose from: the list is empty`);
  // A number alone is one layer.
  const choices = name === "hidden" ? list.map((one) => (typeof one === "number" ? [one] : one)) : list;
  const wrong = choices.find((value) => !RULES[name].holds(value));
  if (wrong !== undefined) throw refused(`${name} must be ${RULES[name].text}, got ${shown(wrong)}`);
  const texts = choices.map((value) => JSON.stringify(value));
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice !== undefined) throw refused(`${name}: ${twice} is given twice`, "Give it once.");
  return { kind: "choice", choices };
}

const RANGE = ["from", "to", "scale"];
const SCALES = ["linear", "log"];

function rangeOf(name: SearchedOption, given: object): Dimension {
  const { range, whole = false } = RULES[name];
  if (range === undefined) throw refused(`${name} is chosen from a list of values, and has no range`);
  const unknown = Object.keys(given).find((part) => !RANGE.includes(part));
  if (unknown !== undefined)
    throw refused(
      `${name}: a range has no '${unknown}'`,
      'It is written as { "from": 0.001, "to": 0.1, "scale": "log" }.',
    );
  const { from, to, scale = "linear" } = given as { from?: unknown; to?: unknown; scale?: unknown };
  for (const [end, value] of Object.entries({ from, to }))
    if (!(typeof value === "number" && range.holds(value)))
      throw refused(`${name}: ${end} must be ${range.text}, got ${shown(value)}`);
  if (!SCALES.includes(scale as string)) throw refused(`${name}: scale must be linear or log, got ${shown(scale)}`);
  const [low, high] = [from as number, to as number];
  if (low >= high) throw refused(`${name}: the range from ${low} to ${high} is empty`, "Give the lower end first.");
  if (scale === "log" && low === 0)
    throw refused(`${name}: a logarithmic scale has no 0`, "Begin above it, or leave out the scale.");
  return { kind: "range", from: low, to: high, log: scale === "log", whole };
}

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
const refused = (message: string, hint?: string): UserError =>
  new UserError(`space: ${message}`, hint, { option: "space" });

/** Options that decide the shapes and the steps of a plan: trials that agree in them are trained together. */
export const SHAPING: readonly SearchedOption[] = SEARCHED_OPTIONS.filter((name) => name !== "rate" && name !== "l2");

/** Digits of what is drawn from a range: enough, and a person can type them. */
const DIGITS = 3;

/** The value at a place in [0, 1], where every value of the dimension has as much room. */
export function valueAt(dimension: Dimension, place: number): Configuration[SearchedOption] {
  if (dimension.kind === "choice") {
    const { choices } = dimension;
    return choices[Math.min(choices.length - 1, Math.floor(place * choices.length))];
  }
  const { from, to, log, whole } = dimension;
  const value = log ? from * (to / from) ** place : from + (to - from) * place;
  const rounded = whole ? Math.round(value) : Number(value.toPrecision(DIGITS));
  return Math.min(to, Math.max(from, rounded));
}

/** The place of a number in a range, in [0, 1]. */
export function placeOf({ from, to, log }: Dimension & { readonly kind: "range" }, value: number): number {
  return log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
}

/** The same space in the same words, however it was given. */
export function spaceAsData(space: Space): SpaceSpec {
  const entries = [...space].map(([name, dimension]) => {
    if (dimension.kind === "choice") return [name, dimension.choices];
    const { from, to, log } = dimension;
    return [name, { from, to, scale: log ? "log" : "linear" }];
  });
  return Object.fromEntries(entries);
}
