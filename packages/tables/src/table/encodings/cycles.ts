/** Cycles of the calendar: which of them a column of dates goes through, and where in them a point in time is. */

/** In the order in which they are features. */
export const CYCLES = ["day", "week", "month", "year"] as const;
/** A cycle of the calendar: the time of day, the day of the week, of the month, of the year. */
export type Cycle = (typeof CYCLES)[number];

/** Days in each; of months on average. A year is that of the Gregorian calendar, 146 097 days in 400 years. */
export const LENGTH: Readonly<Record<Cycle, number>> = { day: 1, week: 7, month: 365.2425 / 12, year: 365.2425 };
/** Days from 1970-01-01 to the first Monday, and to the start of the first year. */
const FIRST: Readonly<Record<Exclude<Cycle, "month">, number>> = { day: 0, week: 4, year: 0 };
const DAY = 86_400_000;

/** A turn of a cycle, in days since 1970-01-01. Months are as long as they are. */
export interface Turn {
  readonly start: number;
  readonly length: number;
}

export function turnOf(cycle: Cycle, days: number): Turn {
  if (cycle !== "month") {
    const length = LENGTH[cycle];
    return { start: FIRST[cycle] + length * Math.floor((days - FIRST[cycle]) / length), length };
  }
  const date = new Date(Math.floor(days) * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const start = firstOf(year, month);
  return { start, length: firstOf(year, month + 1) - start };
}

function firstOf(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date.getTime() / DAY;
}

/** Rows at the ends may have come into another part: so much of two turns is enough. */
const NEARLY_TWO = 1.9;
/** Of the days, this share at either end may be mistakes: the span is that of the others, and what it would be with them. */
const ENDS = 0.05;
/** A mean of all directions in a cycle longer than this says that they are one: days hold no time, weeks always Mondays. */
const SAME = 0.99;

/**
 * The cycles that rows of dates tell of: they last two turns, and are not always at the same point of it. Rows that are (firsts
 * of months, Mondays) have no finer resolution than that cycle: what shorter ones make of them is chance.
 * @param days in order
 */
export function cyclesOf(days: Float64Array): Cycle[] {
  const last = days.length - 1;
  if (last < 1) return [];
  const at = (share: number): number => days[Math.round(share * last)];
  const span = (at(1 - ENDS) - at(ENDS)) / (1 - 2 * ENDS);
  const lasting = CYCLES.filter((cycle) => span >= NEARLY_TWO * LENGTH[cycle]);
  const still = lasting.findLast((cycle) => isStill(cycle, days));
  return still === undefined ? lasting : lasting.slice(lasting.indexOf(still) + 1);
}

/** Whether all days are at one point of a cycle. */
function isStill(cycle: Cycle, days: Float64Array): boolean {
  let [x, y] = [0, 0];
  for (const day of days) {
    const { start, length } = turnOf(cycle, day);
    x += Math.cos((2 * Math.PI * (day - start)) / length);
    y += Math.sin((2 * Math.PI * (day - start)) / length);
  }
  return Math.hypot(x, y) >= SAME * days.length;
}
