/** The time between two columns of points in time, such as pick-up and drop-off: an amount that neither of them shows. */
import { type Expr, mul, sub } from "@chaingrad/core";
import { checkName, conform } from "@chaingrad/core/given";
import { fitScaling } from "./fit-scaling.ts";
import type { NumericKind } from "./kind.ts";
import { quantileOf, sorted } from "./quantiles.ts";
import {
  checkScaling,
  formulaOf,
  givenScaling,
  isPlainFor,
  reachOf,
  type Scaling,
  scaled,
  scaledGraph,
} from "./scale.ts";

/** How many of each are in a day. */
const UNITS = { seconds: 86_400, minutes: 1440, hours: 24, days: 1 } as const;

/** From one point in time of a row to another, in robust units; 0 where one of them is missing, which their own features say. */
export interface DurationEncoding extends Scaling {
  readonly kind: "duration";
  /** "dropoff − pickup (minutes)". */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly unit: keyof typeof UNITS;
}

/** A column of points in time with its days, NaN where missing. */
interface Moments {
  readonly name: string;
  readonly days: Float64Array;
}

/** So many rows have the two points in time in one order … */
const ONE_ORDER = 0.95;
/** … no farther apart than this share of the span of all. */
const SMALL = 0.1;
/** Both are shares of rows where both are known: of fewer than this there is nothing to say. */
const LEAST_ROWS = 10;

/** Pairs of so many columns of dates are looked at. */
const MOST_COLUMNS = 6;

/** Of each pair of columns that belong together, in the order of the columns. */
export function fitDurations(columns: readonly Moments[], weights?: ArrayLike<number>): DurationEncoding[] {
  const few = columns.slice(0, MOST_COLUMNS);
  const pairs = few.flatMap((a, i) => few.slice(i + 1).map((b) => fitDuration(a, b, weights)));
  return pairs.filter((found) => found !== undefined);
}

/** Days: times are written in milliseconds at best. */
const ROUNDING = 1e-7;

/** The time between two columns, where both hold times of day, are nearly always in one order, and near each other. */
function fitDuration(a: Moments, b: Moments, weights?: ArrayLike<number>): DurationEncoding | undefined {
  if (!hasTimes(a.days) || !hasTimes(b.days)) return undefined;
  const differences = b.days.map((day, i) => day - a.days[i]);
  const known = sorted(differences).values;
  if (known.length < LEAST_ROWS || known[known.length - 1] - known[0] < ROUNDING) return undefined;
  const later = known.filter((difference) => difference >= 0).length / known.length;
  if (later < ONE_ORDER && known.filter((difference) => difference <= 0).length / known.length >= ONE_ORDER)
    return fitDuration(b, a, weights);
  const quantile = quantileOf({ values: known });
  const all = sorted(a.days).values;
  if (later < ONE_ORDER || quantile(ONE_ORDER) > SMALL * (all[all.length - 1] - all[0])) return undefined;
  const unit = unitFor(quantile(0.5));
  return {
    kind: "duration",
    name: `${b.name} − ${a.name} (${unit})`,
    ...{ from: a.name, to: b.name, unit },
    ...fitScaling(
      differences.map((days) => days * UNITS[unit]),
      { weights },
    ),
  };
}

const hasTimes = (days: Float64Array): boolean => days.some((day) => day !== Math.floor(day) && !Number.isNaN(day));

/** The largest unit of which there are two on average. */
function unitFor(days: number): keyof typeof UNITS {
  if (days >= 2) return "days";
  if (days >= 2 / UNITS.hours) return "hours";
  return days >= 2 / UNITS.minutes ? "minutes" : "seconds";
}

const between = ({ unit }: DurationEncoding, from: number, to: number): number => (to - from) * UNITS[unit];

export const duration: NumericKind<DurationEncoding> = {
  cell: "date",
  reads: ({ from, to }) => [from, to],
  features: ({ name }) => [{ name, group: "number" }],
  formulas: (encoding, quoted) => {
    const { from, to, unit } = encoding;
    return [formulaOf(encoding, `the ${unit} from ${quoted(from)} to ${quoted(to)}`)];
  },
  writer:
    (encoding) =>
    ([from, to], i, { values, places }, base) => {
      const value = between(encoding, from[i], to[i]);
      if (!Number.isNaN(value)) values[base + places[0]] = scaled(encoding, value);
    },
  given: givenScaling,
  graph: (encoding, [from, to], given, isPlain): Expr[] => [
    scaledGraph(encoding, mul(sub(to, from), UNITS[encoding.unit]), given, isPlain),
  ],
  isPlain: (encoding, [from, to]) =>
    isPlainFor(
      encoding,
      from.map((start, i) => between(encoding, start, to[i])),
    ),
  reach: (encoding, [from, to], _, i) => reachOf(encoding, between(encoding, from[i], to[i])) / UNITS[encoding.unit],
  check: (encoding, what) => {
    conform(what, encoding, { from: "", to: "" });
    checkName(`${what}.unit`, encoding.unit, Object.keys(UNITS));
    checkScaling(what, encoding);
  },
};

/** A later point in time for an earlier one, so many days on. */
export const daysOf = ({ unit }: DurationEncoding, value: number): number => value / UNITS[unit];
