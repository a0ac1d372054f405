/**
 * A column of dates as people mean them: a trend, and for each cycle of the calendar that the training rows go through twice the
 * pair sin 2πφ, cos 2πφ, where φ is the part of the cycle that is past.
 */
import { cos, div, type Expr, mul, sin, sub } from "@chaingrad/core";
import { checkName, conform, finite, inRange } from "@chaingrad/core/given";
import type { Column } from "../table.ts";
import { CYCLES, type Cycle, cyclesOf, LENGTH, turnOf } from "./cycles.ts";
import { fitScaling } from "./fit-scaling.ts";
import { missingFormula, type NumericKind } from "./kind.ts";
import { sorted } from "./quantiles.ts";
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

/** A date as days since 1970-01-01: centre and scale are of the trend. */
export interface DateEncoding extends Omit<Scaling, "log"> {
  readonly kind: "date";
  readonly name: string;
  readonly cycles: readonly Cycle[];
  /** Days by which the clock of the cycles is ahead of UTC: the zone that all training rows are written in. */
  readonly offset: number;
  /** The first and the last day of the training rows. */
  readonly first: number;
  readonly last: number;
  readonly missing: boolean;
}

const TURN = 2 * Math.PI;
/** What the graph is given of each row. */
const startOf = (cycle: Cycle): string => `start of ${cycle}`;
const DAYS = "days in month";

/** Of the days of the training rows, NaN where missing. */
export function fitDate(
  { name }: Column,
  days: Float64Array,
  { weights, offset = 0 }: { readonly weights?: ArrayLike<number> | undefined; readonly offset?: number } = {},
): DateEncoding {
  const { centre, scale } = fitScaling(days, { weights, mayLog: false });
  const { values } = sorted(days);
  const cycles = cyclesOf(values.map((day) => day + offset));
  const [first, last] = values.length === 0 ? [0, 0] : [values[0], values[values.length - 1]];
  return { kind: "date", name, centre, scale, cycles, offset, first, last, missing: days.some(Number.isNaN) };
}

export const date: NumericKind<DateEncoding> = {
  cell: "date",
  reads: ({ name }) => [name],
  features: ({ name, cycles, missing }) => [
    { name, group: "number" },
    ...cycles.flatMap((cycle) =>
      ["sin", "cos"].map((part) => ({ name: `${name}: ${cycle} (${part})`, group: "number" }) as const),
    ),
    ...(missing ? [{ name: `${name} (missing)`, group: "flag" } as const] : []),
  ],
  formulas: (encoding, quoted) => {
    const { name, cycles } = encoding;
    return [
      formulaOf(encoding, `${quoted(name)} in days since 1970-01-01`),
      ...cycles.flatMap((cycle) =>
        ["sin", "cos"].map((part) => `${part}(2 pi p), p the part of the ${cycle} that is past at ${quoted(name)}`),
      ),
      ...missingFormula(encoding, quoted),
    ];
  },
  writer:
    (encoding) =>
    ([cells], i, { values, places }, base, [given] = [cells]) => {
      const { cycles, missing } = encoding;
      const days = cells[i];
      if (Number.isNaN(days)) {
        if (missing) values[base + places[1 + 2 * cycles.length]] = 1;
        return;
      }
      values[base + places[0]] = scaled(encoding, days);
      for (let c = 0; c < cycles.length; c++) {
        const { start, length } = localTurn(encoding, cycles[c], given[i]);
        const angle = TURN * ((days - start) / length);
        values[base + places[1 + 2 * c]] = Math.sin(angle);
        values[base + places[2 + 2 * c]] = Math.cos(angle);
      }
    },
  given: (encoding, [days]) => {
    const turns = encoding.cycles.flatMap((cycle) => {
      const all = Array.from(days, (day) => localTurn(encoding, cycle, day));
      const starts = [startOf(cycle), Float64Array.from(all, ({ start }) => start)] as const;
      return cycle === "month" ? [starts, [DAYS, Float64Array.from(all, ({ length }) => length)] as const] : [starts];
    });
    return { ...givenScaling(encoding), ...Object.fromEntries(turns) };
  },
  graph: (encoding, [column], given, isPlain) => [
    scaledGraph(encoding, column, given, isPlain),
    ...encoding.cycles.flatMap((cycle): Expr[] => {
      const length = cycle === "month" ? given[DAYS] : LENGTH[cycle];
      const angle = mul(TURN, div(sub(column, given[startOf(cycle)]), length));
      return [sin(angle), cos(angle)];
    }),
  ],
  isPlain: (encoding, [cells]) => isPlainFor(encoding, cells),
  reach: (encoding, [cells], _, i) =>
    encoding.cycles.reduce(
      (least, cycle) => Math.min(least, localTurn(encoding, cycle, cells[i]).length / TURN),
      reachOf(encoding, cells[i]),
    ),
  check: (encoding, what) => {
    conform(what, encoding, { cycles: [""], missing: true });
    checkScaling(what, encoding);
    for (const [i, cycle] of encoding.cycles.entries()) checkName(`${what}.cycles.${i}`, cycle, CYCLES);
    for (const part of ["offset", "first", "last"] as const) inRange(`${what}.${part}`, encoding[part], finite);
  },
};

/** Days by which the clock of a column's cycles is ahead of UTC. */
export const clockOf = (column: Column): number => (column.type === "number" ? 0 : (column.offset ?? 0) / 1440);

/** The turn by the clock of the encoding's zone, in days since 1970-01-01 UTC. */
function localTurn({ offset }: DateEncoding, cycle: Cycle, days: number): { start: number; length: number } {
  const { start, length } = turnOf(cycle, days + offset);
  return { start: start - offset, length };
}

/** "trend and the cycles day, week; on the clock of UTC+02:00". */
export function partsOf({ cycles, offset }: DateEncoding): string {
  const parts = cycles.length === 0 ? "as a trend" : `as a trend and the cycles ${cycles.join(", ")}`;
  if (offset === 0) return parts;
  const minutes = Math.round(Math.abs(offset) * 1440);
  const two = (part: number): string => String(part).padStart(2, "0");
  const clock = `UTC${offset < 0 ? "−" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${parts}, on the clock of ${clock}`;
}
