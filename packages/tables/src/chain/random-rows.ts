/** Rows that a model's table could hold, where none are given: the same for the same seed. */
import { normalAt } from "@chaingrad/core";
import { threefry, uniformAt } from "@chaingrad/core/given";
import type { TableModelData } from "../model/model-file.ts";
import { printDate } from "../reading/dates.ts";
import type { DateEncoding } from "../table/encodings/date.ts";
import { daysOf } from "../table/encodings/duration.ts";
import type { ColumnEncoding, TextualEncoding } from "../table/encodings/kinds.ts";
import { type Scaling, unscaled } from "../table/encodings/scale.ts";
import type { Column, Table } from "../table/table.ts";
import { type RegressionTarget, targetsOf } from "../table/targets/target.ts";

/** Of cells of columns that lack some. */
const MISSING = 1 / 8;
/** The interquartile range of a normal distribution, in standard deviations. */
const RANGE = 1.349;
const DAY = 86_400_000;

/** What is drawn for the column of each stream. */
class Draws {
  readonly #key: readonly [number, number];
  readonly #rows: number;

  constructor(rows: number, seed: number) {
    this.#key = threefry(seed, 0, 0, 0);
    this.#rows = rows;
  }

  normal(stream: number): Float64Array {
    return Float64Array.from({ length: this.#rows }, (_, row) => normalAt(this.#key, 2 * stream, row));
  }

  choice<T>(stream: number, from: readonly T[]): T[] {
    const place = (row: number): number => Math.floor(uniformAt(this.#key, 2 * stream, row) * from.length);
    return Array.from({ length: this.#rows }, (_, row) => from[place(row)]);
  }

  isMissing(stream: number, row: number): boolean {
    return uniformAt(this.#key, 2 * stream + 1, row) < MISSING;
  }
}

/** Numbers spread as those of the training rows, their categories, and a target for each row. */
export function randomRows(
  { encoder, target }: Pick<TableModelData, "encoder" | "target">,
  rows: number,
  seed: number,
): Table {
  const draws = new Draws(rows, seed);
  const days = daysByColumn(encoder.columns, draws);
  const columns = encoder.columns.flatMap((encoding, stream): Column[] => {
    const { name, kind } = encoding;
    const gaps = "missing" in encoding && encoding.missing;
    const isMissing = (row: number): boolean => gaps && draws.isMissing(stream, row);
    if (kind === "duration") return [];
    if (kind === "number") {
      const values = amounts(encoding, stream, draws).map((value, row) => (isMissing(row) ? Number.NaN : value));
      return [{ name, type: "number", values }];
    }
    if (kind === "date") {
      const own = Array.from(days.get(name) as Float64Array, (day) => written(encoding, day));
      return [{ name, type: "date", values: own.map((value, row) => (isMissing(row) ? null : value)) }];
    }
    const texts = draws.choice(stream, textsFor(encoding));
    return [{ name, type: "text", values: texts.map((value, row) => (isMissing(row) ? null : value)) }];
  });
  const last = encoder.columns.length;
  const own = targetsOf(target).flatMap((one, i): Column[] => {
    const stream = last + 2 * i;
    const { name } = one;
    if (one.task === "regression")
      return amountColumns(
        one,
        draws.normal(stream).map((z) => one.mean + one.scale * z),
        draws.normal(stream + 1),
      );
    if (one.task !== "multi-label") return [{ name, type: "text", values: draws.choice(stream, one.classes) }];
    return [{ name, type: "text", values: draws.choice(stream, one.labels).map((label) => JSON.stringify([label])) }];
  });
  // Two targets may have one offset.
  const once = own.filter(({ name }, i) => own.findIndex((other) => other.name === name) === i);
  return { rows, columns: [...columns, ...once] };
}

/** Amounts that the target can have, of numbers with its mean and scale; and of standard normal ones its offset. */
function amountColumns(target: RegressionTarget, drawn: Float64Array, moved: Float64Array): Column[] {
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

const amounts = (scaling: Scaling, stream: number, draws: Draws): Float64Array =>
  draws.normal(stream).map((z) => unscaled(scaling, z / RANGE));

/** Of columns of dates; of two with a time between them the later follows the earlier. */
function daysByColumn(columns: readonly ColumnEncoding[], draws: Draws): Map<string, Float64Array> {
  const days = new Map<string, Float64Array>();
  for (const [stream, encoding] of columns.entries()) {
    if (encoding.kind === "date") days.set(encoding.name, amounts(encoding, stream, draws));
    if (encoding.kind !== "duration") continue;
    const from = days.get(encoding.from) as Float64Array;
    const between = amounts(encoding, stream, draws);
    days.set(
      encoding.to,
      from.map((day, row) => day + daysOf(encoding, between[row])),
    );
  }
  return days;
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
