/**
 * Dates and points in time as people write them: ISO 8601, as databases write it, days before or behind months, names of
 * months, years of two digits, clocks of twelve hours. A cell is read both ways, with the day first and with the month
 * first; which way counts is decided for the whole column (date-order.ts).
 */
import { monthNamed } from "./months.ts";

/** Which of 3/4/2024 comes first. */
export type DateOrder = "day-first" | "month-first";

/** All that there are. */
export const DATE_ORDERS: readonly DateOrder[] = ["day-first", "month-first"];

/** A cell that can be a date. Where both readings are there and differ (3/4/2024), the cell alone does not tell. */
export interface WrittenDate {
  readonly kind: "date" | "time";
  /** Milliseconds since 1970-01-01 UTC; UTC also where no zone is named. Undefined where no calendar has such a date. */
  readonly at: Readonly<Record<DateOrder, number | undefined>>;
  /** Whether its year has two digits, which stand for 1970 to 2069. */
  readonly isShort: boolean;
  /** Minutes by which the zone that a point in time names is ahead of UTC; undefined where it names none. */
  readonly offset?: number;
}

const CLOCK = String.raw`(?<hour>\d\d?):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?(?:\s*(?<half>[ap])\.?m\.?)?`;
const TIME = String.raw`(?:(?:T|,? +| *, *)${CLOCK}\s*(?<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?`;
const NAME = String.raw`(?<name>\p{L}{3,10})\.?`;
const YEAR = String.raw`(?<year>\d{4}|['’]?\d\d)`;

/** Of a day, the forms that dates take; `a` and `b` are day and month, or month and day. */
const FORMS = [
  String.raw`(?<year>\d{4})(?<sign>[-/.])(?<month>\d\d?)\k<sign>(?<day>\d\d?)`,
  String.raw`(?<year>\d{4})-(?<month>\d\d)`,
  String.raw`(?<day>\d\d?)\.(?<month>\d\d?)\.(?<year>\d{4})`,
  String.raw`(?<day>\d\d)\.(?<month>\d\d)\.(?<year>\d\d)`,
  String.raw`(?<a>\d\d?)(?<sign>[-/])(?<b>\d\d?)\k<sign>(?<year>\d{4}|\d\d)`,
  String.raw`(?<day>\d\d?)(?:st|nd|rd|th|º)?\.?(?:[ -]|(?=\p{L}))(?:de )?${NAME}(?:[ -]|, ?|(?=\d))(?:de )?${YEAR}`,
  String.raw`${NAME}[ -](?<day>\d\d?)(?:st|nd|rd|th)?(?:, ?| )${YEAR}`,
  String.raw`(?<year>\d{4})[ -]${NAME}[ -](?<day>\d\d?)`,
  String.raw`${NAME}[ -](?<year>\d{4})`,
].map((form) => new RegExp(String.raw`^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?${form}${TIME}$`, "iu"));

/** In characters: no date is longer, and much text is. */
const LONGEST = 60;

type Groups = Readonly<Record<string, string | undefined>>;

/** Reads a trimmed cell; undefined where it is no date, or one that no calendar has (2024-02-30, 24:61). */
export function readDate(cell: string): WrittenDate | undefined {
  if (cell.length > LONGEST || !/\d/.test(cell)) return undefined;
  for (const form of FORMS) {
    const found = form.exec(cell)?.groups as Groups | undefined;
    if (found !== undefined) return dateOf(found);
  }
  return undefined;
}

function dateOf(found: Groups): WrittenDate | undefined {
  const time = found.hour === undefined ? 0 : timeOf(found);
  const month = found.name === undefined ? Number(found.month) : monthNamed(found.name);
  if (time === undefined || month === undefined) return undefined;
  const [a, b] = [Number(found.a), Number(found.b)];
  const day = Number(found.day ?? 1);
  const isOpen = found.a !== undefined;
  const written = (found.year as string).replace(/^['’]/, "");
  const isShort = written.length === 2;
  const year = Number(written) + (isShort ? (Number(written) < 70 ? 2000 : 1900) : 0);
  const at = {
    "day-first": calendar(year, isOpen ? b : month, isOpen ? a : day, time),
    "month-first": calendar(year, isOpen ? a : month, isOpen ? b : day, time),
  };
  if (at["day-first"] === undefined && at["month-first"] === undefined) return undefined;
  const offset = found.zone === undefined ? {} : { offset: zoneOffset(found.zone) };
  return { kind: found.hour === undefined ? "date" : "time", at, isShort, ...offset };
}

function calendar(year: number, month: number, day: number, time: number): number | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 100) date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() + time : undefined;
}

/** Milliseconds since midnight UTC; undefined where no clock shows such a time. */
function timeOf({ hour, minute, second = "0", fraction = "0", half, zone }: Groups): number | undefined {
  const [given, minutes, seconds] = [hour, minute, second].map(Number);
  const isTwelve = half !== undefined;
  if (given > (isTwelve ? 12 : 23) || (isTwelve && given === 0) || minutes > 59 || seconds > 60) return undefined;
  const hours = isTwelve ? (given % 12) + (half.toLowerCase() === "p" ? 12 : 0) : given;
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.trunc(Number(`0.${fraction}`) * 1000);
  return time - zoneOffset(zone) * 60_000;
}

function zoneOffset(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? "");
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === "-" ? -1 : 1) * minutes;
}

const ALONE = new RegExp(`^${CLOCK}$`, "i");

/** A time of day by itself (14:30, 2:30 PM) in hours; undefined where no clock shows it. */
export function readClock(cell: string): number | undefined {
  const found = ALONE.exec(cell)?.groups;
  const time = found === undefined ? undefined : timeOf(found);
  return time === undefined ? undefined : time / 3_600_000;
}

/** Digits alone, as 20240131, which are a date only where the caller says so. */
export function readCompactDate(cell: string): WrittenDate | undefined {
  const found = /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)$/.exec(cell)?.groups as Groups | undefined;
  return found === undefined ? undefined : dateOf(found);
}

/** `2020-01-05`, or `2020-01-05T10:00:00.000Z` where the column holds points in time. */
export function printDate(milliseconds: number, kind: "date" | "time"): string {
  const text = new Date(milliseconds).toISOString();
  return kind === "date" ? text.slice(0, -"T00:00:00.000Z".length) : text;
}
