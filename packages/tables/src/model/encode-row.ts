/** One row given as an object, encoded without a table around it: what makes a prediction a matter of microseconds. */
import { isMissing, isMissingMark } from "../reading/missing.ts";
import type { Encoder } from "../table/encoder.ts";
import { type ColumnEncoding, isNumeric, numericKind, textKind } from "../table/encodings/kinds.ts";
import { layoutOf } from "../table/layout.ts";

type Row = Readonly<Record<string, unknown>>;

/** Writes a row's features to `x`; false where the row must be read as a table of one row is. */
export type EncodeRow = (row: Row, x: Float64Array) => boolean;

/** Writes one column's features where `x` holds zeros; false where the value is not a plain one. */
type Place = (value: unknown, x: Float64Array) => boolean;

/** Takes plain values: numbers for numbers, text and booleans for categories. All else is left to `tableOf`. */
export function rowEncoder({ columns }: Encoder): EncodeRow {
  const { places } = layoutOf(columns);
  if (columns.some(({ kind }) => kind === "date" || kind === "duration")) return () => false;
  const place = columns.map((encoding, i) => ({ name: encoding.name, place: placeOf(encoding, places[i]) }));
  return (row, x) => {
    x.fill(0);
    return place.every(({ name, place }) => place(row[name], x));
  };
}

function placeOf(encoding: ColumnEncoding, places: Int32Array): Place {
  if (isNumeric(encoding)) {
    const write = numericKind(encoding).writer(encoding);
    const cells = [new Float64Array(1)];
    return (value, values) => {
      if (typeof value !== "number" || !Number.isFinite(value)) return false;
      cells[0][0] = value;
      write(cells, 0, { values, places }, 0);
      return true;
    };
  }
  const write = textKind(encoding).writer(encoding);
  return (value, values) => {
    if (typeof value !== "string" && typeof value !== "boolean") return false;
    const text = String(value).trim();
    if (isMissing(text) || isMissingMark(text)) return false;
    write(text, { values, places }, 0);
    return true;
  };
}
