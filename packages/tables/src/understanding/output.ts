/** Which of the numbers that a model says of a row is looked into. */
import { nearest } from "@chaingrad/core";
import { mostProbable } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import { predictionName } from "../chain/target-graph.ts";
import { partsOf, startsOf } from "../explain/starts.ts";
import { singleKind } from "../table/targets/kinds.ts";
import { type SingleTarget, type Target, targetsOf } from "../table/targets/target.ts";

/** Of which target, and of which of its numbers. */
export interface OutputChoice {
  /** Of several targets the one that is meant. */
  readonly target?: string | undefined;
  /**
   * The class or label whose probability is meant, or a quantile as "q0.9" (default: of quantiles the one nearest to the median;
   * of classes and labels the most probable one, at the row or on average over the rows that are looked at).
   */
  readonly class?: string | undefined;
}

/** One number that is said of each row, in the target's own unit. */
export interface Output {
  /** Among all that is said of a row, from 0. */
  readonly place: number;
  /** "price", "p(setosa)", "q0.9(price)". */
  readonly name: string;
  /** What a derivation of it starts from: `from` of `explainModel`, `--from` of `chaingrad explain`. */
  readonly from: string;
}

/** A target, and where its numbers stand among all that is said of a row. */
export interface ChosenTarget {
  readonly target: SingleTarget;
  readonly first: number;
  readonly count: number;
}

/** Throws UserError where there are several targets and none is named, and on a name that there is not. */
export function chosenTarget(whole: Target, { target: name }: OutputChoice): ChosenTarget {
  const targets = targetsOf(whole);
  const names = targets.map((one) => one.name);
  const list = names.join(", ");
  if (name === undefined && targets.length > 1)
    throw new UserError(`target: the model predicts ${list}: say which`, undefined, { option: "target" });
  const place = name === undefined ? 0 : names.indexOf(name);
  if (place < 0) {
    const near = nearest(name as string, names);
    const hint = near === undefined ? `It predicts ${list}.` : `Did you mean '${near}'?`;
    throw new UserError(`target: the model does not predict '${name}'`, hint, { option: "target" });
  }
  const countOf = (one: SingleTarget): number => singleKind(one).names(one, undefined).length;
  const first = targets.slice(0, place).reduce((sum, one) => sum + countOf(one), 0);
  return { target: targets[place], first, count: countOf(targets[place]) };
}

/** The places that may be meant: one, or those of classes of which the most probable is. Throws UserError as `chosenTarget`, and on a class that there is not. */
export function placesFor(whole: Target, choice: OutputChoice): readonly number[] {
  const { target, first } = chosenTarget(whole, choice);
  const parts = partsOf(target);
  const { class: name } = choice;
  if (name === undefined) {
    const [said] = startsOf(target);
    return said.places.map((place) => first + place);
  }
  const place = parts.indexOf(name);
  if (place >= 0) return [first + place];
  if (parts.length === 0)
    throw new UserError(`class: '${target.name}' is an amount and has none`, "Leave it away.", { option: "class" });
  const near = nearest(name, parts);
  const hint = near === undefined ? `It has ${parts.join(", ")}.` : `Did you mean '${near}'?`;
  const what = target.task === "regression" ? "quantile" : target.task === "multi-label" ? "label" : "class";
  throw new UserError(`class: '${target.name}' has no ${what} '${name}'`, hint, { option: "class" });
}

/** The one of these places where `numbers` (one for each number that is said of a row) are largest. */
export function outputAt(target: Target, places: readonly number[], numbers: ArrayLike<number>): Output {
  const own = Float64Array.from(places, (place) => numbers[place]);
  const place = places[mostProbable(own, 0, places.length)];
  const start = startsOf(target).find((one) => one.places.length === 1 && one.places[0] === place);
  return { place, name: predictionName(target, place), from: start?.name ?? "prediction" };
}
