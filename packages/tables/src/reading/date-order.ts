/**
 * Whether the day comes before the month in 3/4/2024. A column that holds 13/4/2024 shows it by itself; one that does
 * not is read as the other columns of the file are, or as in the table that a model was trained on. Where nothing shows
 * it, its cells stay text, which is said.
 */
import { DATE_ORDERS, type DateOrder, type WrittenDate } from "./dates.ts";
import type { Entry, Judged } from "./kinds.ts";
import { countWhere } from "./kinds.ts";
import { named, type Trouble } from "./remarks.ts";

const WORDS: Readonly<Record<DateOrder, string>> = {
  "day-first": "with the day first",
  "month-first": "with the month first",
};

/** What decided the order that dates are read in. */
export interface OrderOptions {
  /** The order, where the caller knows it. */
  readonly dates?: DateOrder | undefined;
  /** The order in the table that a model was trained on. */
  readonly remembered?: DateOrder | undefined;
}

type DateEntry = Entry & { readonly is: WrittenDate };

const dated = ({ entries }: Judged): DateEntry[] => entries.filter((entry): entry is DateEntry => "at" in entry.is);

/** Whether all values are dates, in whatever order. */
export const isDates = ({ entries, values }: Judged): boolean =>
  values > 0 && countWhere(entries, ({ kind }) => kind === "date" || kind === "time") === values;

/** The cell that can be read in this order alone: 13/4/2024. */
const shows = (column: Judged, order: DateOrder): DateEntry | undefined =>
  dated(column).find(({ is: { at } }) => DATE_ORDERS.every((one) => (at[one] !== undefined) === (one === order)));

/** The cell that reads differently in the two orders: 3/4/2024. */
const openIn = (column: Judged): DateEntry | undefined =>
  dated(column).find(({ is: { at } }) =>
    DATE_ORDERS.every((order, i) => at[order] !== undefined && at[order] !== at[DATE_ORDERS[1 - i]]),
  );

/** The order that columns show by themselves; undefined where none does, or two differ. */
export function shownOrder(columns: readonly Judged[]): DateOrder | undefined {
  const shown = DATE_ORDERS.filter((order) => columns.some((column) => isDates(column) && shows(column, order)));
  return shown.length === 1 ? shown[0] : undefined;
}

/** How a column of dates is read, and what is to be said of it. */
export type Ordered = { readonly order: DateOrder; readonly note?: string } | { readonly trouble: Trouble };

/** @param file the order that the file's columns show */
export function orderOf(column: Judged, file: DateOrder | undefined, { dates, remembered }: OrderOptions): Ordered {
  const [dayFirst, monthFirst] = DATE_ORDERS.map((order) => shows(column, order));
  if (dayFirst && monthFirst) {
    const note = `dates in two orders: the day comes first in ${named([dayFirst])}, the month in ${named([monthFirst])}`;
    return { trouble: { note, almost: "date", cell: monthFirst.first < dayFirst.first ? dayFirst : monthFirst } };
  }
  const other = dates === "day-first" ? monthFirst : dates === "month-first" ? dayFirst : undefined;
  if (dates !== undefined && other !== undefined)
    return { trouble: { note: `no dates ${WORDS[dates]}: ${named([other])}`, almost: "date", cell: other } };
  const shown = dayFirst ?? monthFirst;
  if (shown) {
    const order = dayFirst ? "day-first" : "month-first";
    return dates ? { order } : { order, note: `dates are read ${WORDS[order]}, as '${shown.text}' shows` };
  }
  const open = openIn(column);
  const order = dates ?? file ?? remembered;
  if (open === undefined) return { order: order ?? "day-first" };
  if (order === undefined) {
    const note = `dates are kept as text, for nothing shows whether the day or the month comes first: ${named([open])}`;
    return { trouble: { note, almost: "date", cell: open } };
  }
  if (dates !== undefined) return { order };
  const why = file === undefined ? "as in training" : "as the other columns show";
  return { order, note: `dates are read ${WORDS[order]}, ${why}` };
}

/** Two digits for a year, and times with a zone beside times without. */
export function dateNotes(column: Judged, order: DateOrder): string[] {
  const short = dated(column).find(({ is }) => is.isShort);
  const times = dated(column).filter(({ is }) => is.kind === "time");
  const bare = times.find(({ is }) => is.offset === undefined);
  const isMixed = bare !== undefined && times.some(({ is }) => is.offset !== undefined);
  return [
    ...(short ? [`years of two digits are 1970 to 2069: '${short.text}' is ${dayOf(short.is.at[order])}`] : []),
    ...(isMixed ? [`times that name no zone are taken for UTC: ${named([bare])}`] : []),
  ];
}

const dayOf = (milliseconds = Number.NaN): string => new Date(milliseconds).toISOString().slice(0, 10);
