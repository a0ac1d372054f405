/** One row given as an object, encoded without a table around it: what makes a prediction a matter of microseconds. */
import { isMissing, isMissingMark } from "../reading/missing.ts";
import { type ColumnEncoding, type Encoder, featuresOf, standardise } from "../table/encoder.ts";
import { placesOf } from "../table/table.ts";

type Row = Readonly<Record<string, unknown>>;

/** Writes a row's features to `x`; false where the row must be read as a table of one row is. */
export type EncodeRow = (row: Row, x: Float64Array) => boolean;

/** Writes one column's features from `start` on, where `x` holds zeros; false where the value is not a plain one. */
type Place = (value: unknown, x: Float64Array, start: number) => boolean;

/** Takes plain values: numbers for numbers, text and booleans for categories. All else is left to `tableOf`. */
export function rowEncoder(encoder: Encoder): EncodeRow {
  const places: { name: string; start: number; place: Place }[] = [];
  let start = 0;
  for (const encoding of encoder.columns) {
    places.push({ name: encoding.name, start, place: placeOf(encoding) });
    start += featuresOf(encoding).length;
  }
  return (row, x) => {
    x.fill(0);
    return places.every(({ name, start, place }) => place(row[name], x, start));
  };
}

function placeOf(encoding: ColumnEncoding): Place {
  if (encoding.kind !== "category")
    return (value, x, start) => {
      if (encoding.kind === "date") return false;
      if (typeof value !== "number" || !Number.isFinite(value)) return false;
      x[start] = standardise(encoding, value);
      return true;
    };
  const place = placesOf(encoding.categories);
  const other = encoding.other ? encoding.categories.length : undefined;
  return (value, x, start) => {
    if (typeof value !== "string" && typeof value !== "boolean") return false;
    const text = String(value).trim();
    if (isMissing(text) || isMissingMark(text)) return false;
    const found = place(text) ?? other;
    if (found !== undefined) x[start + found] = 1;
    return true;
  };
}
