/** Gradients by many tensors against all witnesses: entry by entry, and each tensor as a whole along one direction. */
import { checkGradients, type EntryCheck, worstFirst } from "../autodiff/check-gradients.ts";
import { checkDerivative, type Verdict } from "../autodiff/differences.ts";
import type { Shape } from "../graph/type.ts";
import type { NetTensors } from "../net/net.ts";
import { randomUnit, unit, type Witnessed, type Witnesses, witnessed } from "./witnesses.ts";

/** One entry of a gradient, and what each witness says of it. */
export type WitnessedEntry = EntryCheck & Witnessed;

/** The check of one variable's gradient: its entries, and its derivative along a random direction. */
export interface VariableCheck {
  readonly name: string;
  /** What it is the derivative of, where that is not the loss. */
  readonly of?: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** The entries that were looked at, each by every witness, the worst first. */
  readonly entries: readonly WitnessedEntry[];
  /** ∇L · v for a random unit vector v, by every witness: what covers entries that are not looked at one by one. */
  readonly direction: Witnessed;
  /** Forward mode against the claimed ∇L · v: the error relative to the terms that are added up. */
  readonly forwardError: number;
  /** The worst of all. */
  readonly verdict: Verdict;
}

/** Above this many entries altogether only a sample of each tensor is compared. */
const MOST_ENTRIES = 2000;
const SAMPLE = 50;
/** Multiplications that the entries may cost, about: half a second. */
const MOST_COST = 5e8;
/** The fewest entries of a tensor. */
export const LEAST_ENTRIES = 2;
/** Losses that all witnesses of one direction cost, about. */
export const LOSSES_PER_DIRECTION = 12;

/** Gradients by the name of their variable, as they are claimed to be. */
export interface ClaimedGradients {
  readonly witnesses: Witnesses;
  /** Where the gradients were taken, by name. */
  readonly values: NetTensors;
  /** Of each tensor to check. */
  readonly gradients: Readonly<Record<string, ArrayLike<number>>>;
  readonly shapes: Readonly<Record<string, Shape>>;
  /** The scalar that was differentiated. */
  readonly loss: number;
  /** The size of the numbers that it adds up. */
  readonly magnitude: number;
}

/** The worst first. How much is looked at depends on sizes alone, so that a check can be repeated. */
export function checkVariables({
  witnesses,
  values,
  gradients,
  shapes,
  loss,
  magnitude,
}: ClaimedGradients): VariableCheck[] {
  const mostOf = entriesOfEach(gradients, witnesses);
  return checkGradients(witnesses.lossAt, values, gradients, { magnitude, most: mostOf })
    .map(({ name, size, entries: differences }, stream): VariableCheck => {
      const gradient = gradients[name];
      const scale = rounding(loss, gradient);
      const entries = differences.map((entry) => byAll(witnesses, name, entry, unit(size, entry.index), scale));
      entries.sort((a, b) => worstFirst(a.verdict, b.verdict) || b.relativeError - a.relativeError);
      const along = alongRandom(witnesses, { name, at: values[name], gradient, stream, magnitude, loss });
      const verdict = [entries[0].verdict, along.direction.verdict].sort(worstFirst)[0];
      return { name, shape: shapes[name], size, entries, ...along, verdict };
    })
    .sort((a, b) => worstFirst(a.verdict, b.verdict) || b.entries[0].relativeError - a.entries[0].relativeError);
}

/** How many entries of a tensor are looked at: all of them, or each tensor for the same cost. */
function entriesOfEach(
  gradients: Readonly<Record<string, ArrayLike<number>>>,
  witnesses: Witnesses,
): (name: string) => number {
  const tensors = Object.entries(gradients).map(([name, { length }]) => ({ name, length }));
  const costOf = (name: string): number => LOSSES_PER_DIRECTION * witnesses.cost(name);
  const total = tensors.reduce((sum, { length }) => sum + length, 0);
  const cost = tensors.reduce((sum, { name, length }) => sum + length * costOf(name), 0);
  if (total <= MOST_ENTRIES && cost <= MOST_COST) return () => total;
  return (name) => Math.max(LEAST_ENTRIES, Math.min(SAMPLE, Math.floor(MOST_COST / (tensors.length * costOf(name)))));
}

const byAll = (witnesses: Witnesses, name: string, entry: EntryCheck, direction: Float64Array, scale: number) =>
  witnessed(entry, witnesses.forward(name, direction), witnesses.complex(name, direction), scale);

/** Entries of one tensor are sums of terms of the same size: what rounds to nothing beside the largest is no error. */
const rounding = (loss: number, gradient: ArrayLike<number>): number =>
  1e-4 * Array.from(gradient).reduce((most, value) => Math.max(most, Math.abs(value)), Math.max(1, Math.abs(loss)));

interface Along {
  readonly name: string;
  readonly at: ArrayLike<number>;
  readonly gradient: ArrayLike<number>;
  /** Of random numbers. */
  readonly stream: number;
  readonly magnitude: number;
  readonly loss: number;
}

/** All witnesses of a tensor as a whole. */
function alongRandom(
  witnesses: Witnesses,
  { name, at, gradient, stream, magnitude, loss }: Along,
): Pick<VariableCheck, "direction" | "forwardError"> {
  const direction = randomUnit(at.length, stream);
  const terms = direction.map((v, i) => v * gradient[i]);
  const claimed = terms.reduce((a, b) => a + b, 0);
  const size = terms.reduce((a, b) => a + Math.abs(b), 1e-6 * Math.max(1, Math.abs(loss)));
  const lossAlong = (step: number): number =>
    witnesses.lossAt(
      name,
      direction.map((v, i) => at[i] + step * v),
    );
  const check = checkDerivative(lossAlong, 0, claimed, magnitude);
  const [forward, complex] = [witnesses.forward(name, direction), witnesses.complex(name, direction)];
  return {
    direction: witnessed(check, forward, complex, size),
    forwardError: Math.abs(forward - claimed) / size,
  };
}
