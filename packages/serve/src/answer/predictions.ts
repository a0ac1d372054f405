/** Predictions as JSON, CSV or Arrow. */
import type { Column } from "@chaingrad/tables";
import type { PredictedTable } from "@chaingrad/tables/serving";
import { columnFromArray, float64, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import type { Media } from "../body/media.ts";
import type { SentRows } from "../body/rows.ts";

/** What is asked for, and what is to be known of it. */
export interface Asked {
  readonly form: SentRows["form"];
  readonly media: Media;
  /** The names of the targets, where there are several. */
  readonly targets: readonly string[];
  readonly interval: number | undefined;
  readonly notes: readonly string[];
}

/** Throws EncodingError where a class cannot be told, RangeError and UserError as `PredictedTable.intervals`. */
export function predictionsAs(predicted: PredictedTable, asked: Asked): string | Uint8Array {
  const { media, form, interval, notes } = asked;
  if (media === "csv") return csvOf(predicted.columns({ interval }), predicted.rows);
  if (media === "arrow") return arrowOf(predicted.columns({ interval }));
  if (form === "columns") {
    const columns = predicted.columns({ interval }).map(({ name, values }) => [name, Array.from<unknown>(values)]);
    return JSON.stringify({ columns: Object.fromEntries(columns), notes });
  }
  const predictions = withIntervals(predicted, asked);
  return JSON.stringify(form === "row" ? { prediction: predictions[0], notes } : { predictions, notes });
}

/** Row by row, each with what its interval is: `{ lower, upper }` of an amount, `{ set }` of classes; of several targets by name. */
function withIntervals(predicted: PredictedTable, { interval, targets }: Asked): object[] {
  const rows = predicted.byRow();
  if (interval === undefined) return rows;
  const found = predicted
    .intervals(interval)
    .map(
      (one) => (row: number) =>
        one.task === "classification" ? { set: one.sets[row] } : { lower: one.lower[row], upper: one.upper[row] },
    );
  return rows.map((said, row) => {
    const own = found.length === 1 ? found[0](row) : Object.fromEntries(found.map((of, i) => [targets[i], of(row)]));
    return { ...said, interval: { level: interval, ...own } };
  });
}

function csvOf(columns: readonly Column[], rows: number): string {
  const lines = [columns.map(({ name }) => cell(name)).join(",")];
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ values }) => cell(values[row])).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

/** A cell by RFC 4180; empty where there is none. */
function cell(value: unknown): string {
  if (value === null || Number.isNaN(value)) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function arrowOf(columns: readonly Column[]): Uint8Array {
  const made = columns.map(({ name, type, values }) => [
    name,
    type === "number"
      ? columnFromArray(values, float64())
      : columnFromArray(
          values.map((value) => (value === null ? null : String(value))),
          utf8(),
        ),
  ]) as [string, ReturnType<typeof columnFromArray>][];
  return tableToIPC(tableFromColumns(made), { format: "stream" }) as Uint8Array;
}
