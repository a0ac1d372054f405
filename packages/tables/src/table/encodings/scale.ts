/**
 * Amounts of any size and spread as numbers of size 1: robust centre and scale, and a smooth clip, after Holzmüller, Grinsztajn
 * and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS 2024, section 3:
 *
 *   z = (x − q₅₀)/s with s = q₇₅ − q₂₅, else (max − min)/2, else 1;    feature = z / √(1 + (z/3)²)
 *
 * Tails that are much heavier than an exponential's are taken as logarithms first: asinh u = ln(u + √(u² + 1)) of u = (x − o)/unit,
 * which is a logarithm far from o, linear near it, smooth, defined everywhere, and can be undone.
 */
import { asinh, clamp, div, type Expr, smoothClip, sub } from "@chaingrad/core";
import { conform, finite, inRange, positive } from "@chaingrad/core/given";
import type { Given } from "./kind.ts";

/** From where on, and in which unit, an amount is taken as its logarithm. */
export interface Logarithm {
  readonly origin: number;
  readonly unit: number;
  /** Powers of ten between the 1st and the 99th percentile of the distances from the origin, for people. */
  readonly decades: number;
}

/** How an amount becomes a feature. */
export interface Scaling {
  /** The median of the training rows, after the logarithm where there is one. */
  readonly centre: number;
  /** The interquartile range. */
  readonly scale: number;
  readonly log?: Logarithm;
}

/** The clip lets nothing beyond ±3 through. */
const CLIP = 3;
/** So many scales from the centre the clip is 3 to the last bit: what is farther counts as that far, so that no square overflows. */
export const LIMIT = 1e9;

/** So many units from the origin: what is farther counts as that far, so that no square overflows. */
const FARTHEST = 1e150;

/** How many scales an amount is from the centre. */
export function zOf({ centre, scale, log }: Scaling, value: number): number {
  const amount = log === undefined ? value : logarithm(log, value);
  return (amount - centre) / scale;
}

/** The feature of an amount; not of NaN. */
export function scaled(scaling: Scaling, value: number): number {
  const z = Math.min(LIMIT, Math.max(-LIMIT, zOf(scaling, value)));
  const share = z / CLIP;
  return z / Math.sqrt(1 + share * share);
}

/** The amount that is z scales from the centre. */
export function unscaled({ centre, scale, log }: Scaling, z: number): number {
  const amount = centre + scale * z;
  return log === undefined ? amount : log.origin + log.unit * Math.sinh(amount);
}

/** asinh u of u = (x − o)/unit. */
export const logarithm = ({ origin, unit }: Logarithm, value: number): number =>
  Math.asinh(Math.min(FARTHEST, Math.max(-FARTHEST, (value - origin) / unit)));

/** What stands for itself in `formulaOf`. */
export const FEATURE_NOTATION: string = `f(z) is z / sqrt(1 + (z / ${CLIP})^2)`;

/** "f((asinh(x / 0.5) - 2) / 3)" of what `amount` is called. */
export function formulaOf({ centre, scale, log }: Scaling, amount: string): string {
  const value = log === undefined ? amount : `asinh(${minus(amount, log.origin)} / ${log.unit})`;
  return `f(${minus(value, centre)} / ${scale})`;
}

const minus = (value: string, by: number): string =>
  by === 0 ? value : `(${value} ${by < 0 ? `+ ${-by}` : `- ${by}`})`;

/** What an amount's unit is worth near `value`: how far it moves while z moves by 1. */
export const reachOf = ({ scale, log }: Scaling, value: number): number =>
  log === undefined ? scale : scale * Math.hypot(log.unit, value - log.origin);

/** Constants of the graph: μ, σ, and of a logarithm o and u. */
export function givenScaling({ centre, scale, log }: Scaling): Given {
  const own = { μ: centre, σ: scale };
  return log === undefined ? own : { ...own, o: log.origin, u: log.unit };
}

/** Whether no amount is so far out that its square might overflow. */
export const isPlainFor = (scaling: Scaling, values: Float64Array): boolean =>
  values.every((value) => Math.abs(zOf(scaling, value)) < 0.9 * LIMIT && !isFarthest(scaling, value));

const isFarthest = ({ log }: Scaling, value: number): boolean =>
  log !== undefined && Math.abs((value - log.origin) / log.unit) > 0.9 * FARTHEST;

/** `scaled` as graph, of amounts [rows]. */
export function scaledGraph(
  { log }: Scaling,
  amounts: Expr,
  given: Readonly<Record<string, Expr>>,
  isPlain: boolean,
): Expr {
  let amount = amounts;
  if (log !== undefined) {
    const u = div(sub(amounts, given.o), given.u);
    amount = asinh(isPlain ? u : clamp(u, -FARTHEST, FARTHEST));
  }
  const plain = div(sub(amount, given.μ), given.σ);
  const z = isPlain ? plain : clamp(plain, -LIMIT, LIMIT);
  return smoothClip(z, CLIP);
}

/** Throws RangeError on a scaling that is none. */
export function checkScaling(what: string, { centre, scale, log }: Scaling): void {
  inRange(`${what}.centre`, centre, finite);
  inRange(`${what}.scale`, scale, positive);
  if (log === undefined) return;
  conform(`${what}.log`, log, { origin: 0, unit: 0, decades: 0 });
  inRange(`${what}.log.origin`, log.origin, finite);
  inRange(`${what}.log.unit`, log.unit, positive);
  inRange(`${what}.log.decades`, log.decades, finite);
}

/** What a role's reason says of it: "over 6 decades: as logarithms"; undefined where there is nothing to say. */
export function tailsOf({ log }: Scaling): string | undefined {
  if (log === undefined) return undefined;
  return log.origin === 0
    ? `over ${log.decades} decades: as logarithms`
    : "with long tails: as logarithms of the distance from the middle";
}
