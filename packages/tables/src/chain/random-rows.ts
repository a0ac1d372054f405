/** Rows that a model's table could hold, where none are given: the same for the same seed. */
import { normalAt } from "@chaingrad/core";
import { threefry, uniformAt } from "@chaingrad/core/given";
import type { TableModelData } from "../model/model-file.ts";
import { printDate } from "../reading/dates.ts";
import type { DateEncoding } from "../table/encodings/date.ts";
import { daysOf } from "../table/encodings/duration.ts";
import { isNumeric, type TextualEncoding } from "../table/encodings/kinds.ts";
import { unscaled } from "../table/encodings/scale.ts";
import type { Column, Table } from "../table/table.ts";
import { type RegressionTarget, targetsOf } from "../table/targets/target.ts";

/** Of cells of columns that lack some. */
const MISSING = 1 / 8;
/** The interquartile range of a normal distribution, in standard deviations. */
const RANGE = 1.349;
const DAY = 86_400_000;

/** Numbers spread as those of the training rows, their categories, and a target for each row. */
export function randomRows(
  { encoder, target }: Pick<TableModelData, "encoder" | "target">,
  rows: number,
  seed: number,
): Table {
  const key = threefry(seed, 0, 0, 0);
  const normal = (stream: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => normalAt(key, 2 * stream, row));
  const choice = <T>(stream: number, from: readonly T[]): T[] =>
    Array.from({ length: rows }, (_, row) => from[Math.floor(uniformAt(key, 2 * stream, row) * from.length)]);
  const isMissing = (stream: number, row: number): boolean => uniformAt(key, 2 * stream + 1, row) < MISSING;
  const dates = new Map<string, { days: Float64Array; encoding: DateEncoding; stream: number }>();
  const columns = new Map<string, Column>();
  for (const [stream, encoding] of encoder.columns.entries()) {
    const { name, kind } = encoding;
    if (!isNumeric(encoding)) {
      const values = choice<string | null>(stream, textsFor(encoding));
      const gaps = "missing" in encoding && encoding.missing;
      columns.set(name, {
        ...{ name, type: "text" },
        values: values.map((value, row) => (gaps && isMissing(stream, row) ? null : value)),
      });
      continue;
    }
    const drawn = normal(stream).map((z) => unscaled(encoding, z / RANGE));
    if (kind === "number") {
      const values = drawn.map((value, row) => (encoding.missing && isMissing(stream, row) ? Number.NaN : value));
      columns.set(name, { name, type: "number", values });
    } else if (kind === "date") {
      dates.set(name, { days: drawn, encoding, stream });
    } else {
      // The later of two points in time follows the earlier.
      const [from, to] = [dates.get(encoding.from), dates.get(encoding.to)];
      if (from && to)
        dates.set(encoding.to, { ...to, days: drawn.map((value, row) => from.days[row] + daysOf(encoding, value)) });
    }
  }
  for (const [name, { days, encoding, stream }] of dates) {
    const values = Array.from(days, (value, row) =>
      encoding.missing && isMissing(stream, row) ? null : written(encoding, value),
    );
    columns.set(name, { name, type: "date", values });
  }
  const last = encoder.columns.length;
  const own = targetsOf(target).flatMap((one, i): Column[] => {
    const stream = last + 2 * i;
    const { name } = one;
    if (one.task === "regression")
      return amounts(
        one,
        normal(stream).map((z) => one.mean + one.scale * z),
        normal(stream + 1),
      );
    if (one.task !== "multi-label") return [{ name, type: "text", values: choice(stream, one.classes) }];
    return [{ name, type: "text", values: choice(stream, one.labels).map((label) => JSON.stringify([label])) }];
  });
  return { rows, columns: [...columns.values(), ...own] };
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

function textsFor(encoding: TextualEncoding): readonly string[] {
  if (encoding.kind === "text") return ["one word", "another word", "more words than one"];
  return encoding.categories.length > 0 ? encoding.categories : ["other"];
}

/** With a time of day where training saw times: the clock has a cycle, or the days of the training rows are none. */
function written({ cycles, centre, first, last }: DateEncoding, days: number): string {
  const isTime = cycles.includes("day") || [centre, first, last].some((day) => !Number.isInteger(day));
  return isTime ? printDate(Math.round(days * DAY), "time") : printDate(Math.round(days) * DAY, "date");
}
