/** Every gradient of a network against all witnesses: entry by entry, and each tensor as a whole along one direction. */
import { checkGradients, type EntryCheck, worstFirst } from "../autodiff/check-gradients.ts";
import { checkDerivative, type Verdict } from "../autodiff/differences.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import { UserError } from "../given/user-error.ts";
import type { Batch } from "../net/batch.ts";
import { computeGradients, type Gradients } from "../net/gradients.ts";
import type { Net, NetTensors } from "../net/net.ts";
import { objectiveGraph, objectiveValues } from "../net/objective.ts";
import { randomUnit, unit, type Witnessed, type Witnesses, witnessed, witnessesOf } from "./witnesses.ts";

/** One entry of a gradient, and what each witness says of it. */
export type WitnessedEntry = EntryCheck & Witnessed;

/** The check of one variable's gradient: its entries, and its derivative along a random direction. */
export interface VariableCheck {
  readonly name: string;
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
/** Multiplications that the entries may cost, about: half a minute on the reference engine, with what each tensor costs as a whole. */
const MOST_WORK = 2e9;
/** Losses that all witnesses of one entry cost, about. */
const LOSSES_PER_ENTRY = 12;

/**
 * Checks each variable's gradient in float64 on the reference engine, the worst first. How much of a large network is
 * looked at depends on its size alone, so that a check can be repeated. Throws UserError where the loss is not finite.
 */
export function checkNet(
  net: Net,
  tensors: NetTensors,
  batch: Batch,
  claimed: Gradients = computeGradients(net, tensors, batch, referenceEngine, "f64"),
): VariableCheck[] {
  if (!Number.isFinite(claimed.loss)) {
    throw new UserError(
      "the loss is not finite on these rows: there is nothing to compare",
      "Try smaller inputs or weights.",
    );
  }
  const graph = objectiveGraph(net, batch, "f64");
  const values = objectiveValues(net, tensors, batch);
  const gradients = Object.fromEntries(Object.entries(claimed.gradients).map(([name, { values }]) => [name, values]));
  const witnesses = witnessesOf(graph, values);
  const magnitude = magnitudeOf(net, claimed, batch);
  const most = entriesOfEach(gradients, batch.rows);
  return checkGradients(witnesses.lossAt, values, gradients, { magnitude, ...(most ? { most } : {}) })
    .map(({ name, size, entries: differences }, stream): VariableCheck => {
      const gradient = gradients[name];
      const scale = rounding(claimed.loss, gradient);
      const entries = differences.map((entry) => byAll(witnesses, name, entry, unit(size, entry.index), scale));
      entries.sort((a, b) => worstFirst(a.verdict, b.verdict) || b.relativeError - a.relativeError);
      const along = alongRandom(witnesses, { name, at: values[name], gradient, stream, magnitude, loss: claimed.loss });
      const verdict = [entries[0].verdict, along.direction.verdict].sort(worstFirst)[0];
      return { name, shape: graph.variables[name].type.shape, size, entries, ...along, verdict };
    })
    .sort((a, b) => worstFirst(a.verdict, b.verdict) || b.entries[0].relativeError - a.entries[0].relativeError);
}

/** How many entries of each tensor are looked at; undefined: all. */
function entriesOfEach(gradients: Readonly<Record<string, ArrayLike<number>>>, rows: number): number | undefined {
  const sizes = Object.values(gradients).map(({ length }) => length);
  const total = sizes.reduce((a, b) => a + b, 0);
  const work = total * (rows + 1) * LOSSES_PER_ENTRY;
  if (total <= MOST_ENTRIES && work * total <= MOST_WORK) return undefined;
  return Math.max(2, Math.min(SAMPLE, Math.floor(MOST_WORK / (work * sizes.length))));
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

/** The size of the numbers that the loss adds up: it may be small because large ones cancel. */
function magnitudeOf({ reduction }: Net, { loss, outputs }: Gradients, { y, rows }: Batch): number {
  const largest = [...Array.from(outputs.values), ...y].reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return Math.max(Math.abs(loss), reduction === "sum" ? rows * largest : largest);
}
