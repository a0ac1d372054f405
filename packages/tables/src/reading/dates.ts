/** Dates and points in time as ISO 8601 writes them, and as databases and spreadsheets write them after it. */

const DATE =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ]\s*(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;

export interface WrittenDate {
  readonly kind: "date" | "time";
  /** Milliseconds since 1970-01-01 UTC; UTC also where no zone is named. */
  readonly milliseconds: number;
}

/** Reads a trimmed cell; undefined where it is no date, or one that no calendar has (2024-02-30, 24:61). */
export function readDate(cell: string): WrittenDate | undefined {
  const match = DATE.exec(cell);
  if (match === null) return undefined;
  const [year, month, day] = match.slice(1, 4).map(Number);
  const start = Date.UTC(year, month - 1, day);
  const date = new Date(start);
  if (year < 100) date.setUTCFullYear(year);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (match[4] === undefined) return { kind: "date", milliseconds: date.getTime() };
  const [hours, minutes, seconds] = match.slice(4, 7).map((part) => Number(part ?? 0));
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const fraction = match[7] === undefined ? 0 : Math.trunc(Number(`0.${match[7]}`) * 1000);
  const time = ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
  return { kind: "time", milliseconds: date.getTime() + time - zoneOffset(match[8]) };
}

function zoneOffset(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? "");
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === "-" ? -1 : 1) * minutes * 60_000;
}

/** `2020-01-05`, or `2020-01-05T10:00:00.000Z` where the column holds points in time. */
export function printDate(milliseconds: number, kind: "date" | "time"): string {
  const text = new Date(milliseconds).toISOString();
  return kind === "date" ? text.slice(0, -"T00:00:00.000Z".length) : text;
}
