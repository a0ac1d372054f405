/** Rows that a model's table could hold, where none are given: the same for the same seed. */
import { normalAt } from "@chaingrad/core";
import { threefry, uniformAt } from "@chaingrad/core/given";
import type { TableModelData } from "../model/model-file.ts";
import { printDate } from "../reading/dates.ts";
import type { ColumnEncoding } from "../table/encoder.ts";
import type { Column, Table } from "../table/table.ts";
import { type RegressionTarget, targetsOf } from "../table/targets/target.ts";

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
  const own = targetsOf(target).flatMap((one, i): Column[] => {
    const stream = last + 2 * i;
    const { name } = one;
    if (one.task === "regression") return amounts(one, normal(stream, one), normal(stream + 1, { mean: 0, scale: 1 }));
    if (one.task !== "multi-label") return [{ name, type: "text", values: choice(stream, one.classes) }];
    return [{ name, type: "text", values: choice(stream, one.labels).map((label) => JSON.stringify([label])) }];
  });
  return { rows, columns: [...columns, ...own] };
}

/** Amounts that the target can have, of numbers with its mean and scale; and of standard normal ones its offset. */
function amounts(target: RegressionTarget, drawn: Float64Array, moved: Float64Array): Column[] {
  const { name, factor, link, scale, offset } = target;
  const own = (value: number): number => {
    if (factor !== undefined) return Math.exp(value);
    return link === "log" ? Math.max(0, Math.round(2 * Math.abs(value))) : value;
  };
  const column: Column = { name, type: "number", values: drawn.map(own) };
  if (offset === undefined) return [column];
  const unit = link === "log" ? 1 : scale;
  const values = moved.map((value) => (offset.log ? Math.exp(value) : value * unit));
  return [column, { name: offset.column, type: "number", values }];
}
