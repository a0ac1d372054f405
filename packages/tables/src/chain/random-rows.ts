/** Rows that a model's table could hold, where none are given: the same for the same seed. */
import { normalAt } from "@chaingrad/core";
import { threefry, uniformAt } from "@chaingrad/core/given";
import type { TableModelData } from "../model/model-file.ts";
import { printDate } from "../reading/dates.ts";
import type { ColumnEncoding } from "../table/encoder.ts";
import type { Column, Table } from "../table/table.ts";

/** Of cells of columns that lack some. */
const MISSING = 1 / 8;
const DAY = 86_400_000;

/** Numbers as the training rows had them on average, their categories, and a target for each row. */
export function randomRows(
  { encoder, target }: Pick<TableModelData, "encoder" | "target">,
  rows: number,
  seed: number,
): Table {
  const key = threefry(seed, 0, 0, 0);
  const normal = (stream: number, { mean, scale }: { mean: number; scale: number }): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => mean + scale * normalAt(key, 2 * stream, row));
  const choice = <T>(stream: number, from: readonly T[]): T[] =>
    Array.from({ length: rows }, (_, row) => from[Math.floor(uniformAt(key, 2 * stream, row) * from.length)]);
  const isMissing = (encoding: ColumnEncoding, stream: number, row: number): boolean =>
    encoding.missing && uniformAt(key, 2 * stream + 1, row) < MISSING;
  const columns = encoder.columns.map((encoding, stream): Column => {
    const { name, kind } = encoding;
    if (kind === "category") {
      const values = choice<string | null>(stream, encoding.categories.length > 0 ? encoding.categories : ["other"]);
      return {
        name,
        type: "text",
        values: values.map((value, row) => (isMissing(encoding, stream, row) ? null : value)),
      };
    }
    const drawn = normal(stream, encoding);
    if (kind === "number")
      return {
        name,
        type: "number",
        values: drawn.map((value, row) => (isMissing(encoding, stream, row) ? Number.NaN : value)),
      };
    const dates = Array.from(drawn, (value, row) =>
      isMissing(encoding, stream, row) ? null : printDate(Math.round(value) * DAY, "date"),
    );
    return { name, type: "date", values: dates };
  });
  const last = encoder.columns.length;
  const { name } = target;
  const own: Column =
    target.task === "regression"
      ? { name, type: "number", values: normal(last, target) }
      : { name, type: "text", values: choice(last, target.classes) };
  return { rows, columns: [...columns, own] };
}
