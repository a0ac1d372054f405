/** Dates and points in time: ISO 8601, as databases write it, and the two other orders that leave nothing to guess. */

const DATE =
  /^(?:(?<y>\d{4})(?<sign>[-/])(?<m>\d\d?)\k<sign>(?<d>\d\d?)|(?<day>\d\d?)\.(?<month>\d\d?)\.(?<year>\d{4}))(?:[T ]\s*(?<hour>\d\d?):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?\s*(?<zone>Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;

export interface WrittenDate {
  readonly kind: "date" | "time";
  /** Milliseconds since 1970-01-01 UTC; UTC also where no zone is named. */
  readonly milliseconds: number;
  /** Minutes by which the zone that a point in time names is ahead of UTC; undefined where it names none. */
  readonly offset?: number;
}

/** Reads a trimmed cell; undefined where it is no date, or one that no calendar has (2024-02-30, 24:61). */
export function readDate(cell: string): WrittenDate | undefined {
  const found = DATE.exec(cell)?.groups;
  if (found === undefined) return undefined;
  const { y, m, d, year = y, month = m, day = d, hour, minute, second = "0", fraction = "0", zone } = found;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (Number(year) < 100) date.setUTCFullYear(Number(year));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (hour === undefined) return { kind: "date", milliseconds: date.getTime() };
  const [hours, minutes, seconds] = [hour, minute, second].map(Number);
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.trunc(Number(`0.${fraction}`) * 1000);
  const offset = zoneOffset(zone);
  return { kind: "time", milliseconds: date.getTime() + time - offset * 60_000, ...(zone !== undefined && { offset }) };
}

function zoneOffset(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? "");
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === "-" ? -1 : 1) * minutes;
}

/** `2020-01-05`, or `2020-01-05T10:00:00.000Z` where the column holds points in time. */
export function printDate(milliseconds: number, kind: "date" | "time"): string {
  const text = new Date(milliseconds).toISOString();
  return kind === "date" ? text.slice(0, -"T00:00:00.000Z".length) : text;
}

const LIKE_DATE =
  /^(?:\d\d?([/-])\d\d?\1\d\d(?:\d\d)?|\d\d\.\d\d\.\d\d(?:\d\d)?|\d{4}[-/]\d\d?[-/]\d\d?|\d\d?[- ][a-z]{3,9}[- ]\d\d(?:\d\d)?)(?![\d.])/i;

/** Whether a trimmed cell looks like a date that is none to `readDate`: 1/2/2024, of which only its writer knows the order. */
export const isLikeDate = (cell: string): boolean => LIKE_DATE.test(cell);
