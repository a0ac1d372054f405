/** What rows hold that training never saw: predictions go on, and the user is told, once for each column. */
import { printDate } from "../reading/dates.ts";
import type { Encoder } from "../table/encoder.ts";
import type { DateEncoding } from "../table/encodings/date.ts";
import { isNumeric, type TextualEncoding, textKind } from "../table/encodings/kinds.ts";
import { allRows, type Column, countValues, numbersAt, type Table } from "../table/table.ts";

/**
 * "column 'origin': 3 rows hold categories that training never saw (Mars, Venus)" for each column that has such, and of dates how
 * many lie far outside those of the training rows. Throws as `encode` on dates that are none.
 */
export function unseenValues(encoder: Encoder, table: Table): string[] {
  return encoder.columns.flatMap((encoding) => {
    const column = table.columns.find(({ name }) => name === encoding.name);
    if (column === undefined) return [];
    const found =
      encoding.kind === "date"
        ? farDates(encoding, column, table)
        : isNumeric(encoding)
          ? undefined
          : categories(encoding, column, table);
    return found === undefined ? [] : [`column '${encoding.name}': ${found}`];
  });
}

const rowsHold = (rows: number): string => (rows === 1 ? "1 row holds" : `${rows} rows hold`);

function categories(encoding: TextualEncoding, column: Column, table: Table): string | undefined {
  const isUnseen = textKind(encoding).isUnseen?.(encoding);
  if (isUnseen === undefined) return undefined;
  const unseen = countValues(column, allRows(table)).counts.filter(([value]) => isUnseen(value));
  if (unseen.length === 0) return undefined;
  const rows = unseen.reduce((total, [, count]) => total + count, 0);
  const some = unseen.slice(0, 3).map(([value]) => value);
  return `${rowsHold(rows)} categories that training never saw (${some.join(", ")}${unseen.length > 3 ? ", …" : ""})`;
}

/** Of the span of the training rows: a network says nothing of what is farther outside. */
const FAR = 0.1;
const DAY = 86_400_000;

function farDates({ first, last }: DateEncoding, column: Column, table: Table): string | undefined {
  const outside = (day: number): number => Math.max(first - day, day - last);
  const days = numbersAt(column, allRows(table), "date");
  const far = Array.from(days.keys()).filter((row) => outside(days[row]) > FAR * (last - first));
  if (far.length === 0) return undefined;
  const farthest = far.reduce((a, b) => (outside(days[b]) > outside(days[a]) ? b : a));
  const [from, to, extreme] = [first, last, days[farthest]].map((day) => printDate(Math.floor(day) * DAY, "date"));
  const [dates, which] = far.length === 1 ? ["a date", ""] : ["dates", ", is the farthest"];
  return `${rowsHold(far.length)} ${dates} far outside those that training saw (${from} to ${to}): ${extreme}, row ${farthest + 1}${which}`;
}
