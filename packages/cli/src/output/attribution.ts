/** What each column did to one prediction, for people. */
import { count, formatNumber } from "@chaingrad/core/format";
import type {
  CellValue,
  InputGradients,
  IntegratedGradients,
  Preference,
  ShapleyValues,
} from "@chaingrad/tables/understanding";
import type { Shown } from "./line.ts";
import { formatTable } from "./table.ts";
import { bars, type Form, headed } from "./understanding.ts";
import { paragraph } from "./wrap.ts";

const DIGITS = 4;
const amount = (value: number): string => formatNumber(value, DIGITS);
const signed = (value: number): string => (value > 0 ? `+${amount(value)}` : amount(value));
const cell = (value: CellValue): string =>
  value === null ? "–" : typeof value === "number" ? formatNumber(value, 6) : value;

export function printPath(found: IntegratedGradients, label: string, form: Form): Shown[] {
  const { output, row, prediction, baselinePrediction, baseline } = found;
  const from = baseline === "median" ? "a row of medians" : `row ${baseline}`;
  const head =
    `${output.name} of row ${row} of ${label} is ${amount(prediction)}, of ${from} ${amount(baselinePrediction)}: what each column adds ` +
    "on the way from there";
  return pathLines(found, [`row ${row}`, baseline === "median" ? "median" : `row ${baseline}`], head, form);
}

export function printPreference(found: Preference, label: string, form: Form): Shown[] {
  const { output, prediction, baselinePrediction, preferred } = found;
  const [first, second] = found.rows;
  const verdict = preferred === undefined ? "it prefers none" : `it prefers row ${preferred}`;
  const head =
    `${output.name} of row ${first} of ${label} is ${amount(prediction)}, of row ${second} ${amount(baselinePrediction)}: ${verdict}; ` +
    `what each column adds on the way from row ${second} to row ${first}`;
  return pathLines(found, [`row ${first}`, `row ${second}`], head, form);
}

function pathLines(
  { contributions, gap, steps, prediction, baselinePrediction }: Omit<IntegratedGradients, "row" | "baseline">,
  [own, other]: readonly [string, string],
  head: string,
  form: Form,
): Shown[] {
  const bar = bars(contributions.map(({ contribution }) => contribution));
  const cells = contributions.map(({ column, contribution, value, baseline }, i) => [
    ...[column, cell(value), cell(baseline), signed(contribution), bar[i]],
  ]);
  const table = formatTable(["column", own, other, "adds", ""], cells, "lrrrl", form.width);
  const whole =
    `together ${signed(prediction - baselinePrediction)}, but for ${formatNumber(Math.abs(gap), 2)}: the gap of ` +
    `${count(steps, "gradient")} along the way`;
  return [...headed(head, table, form), "", ...paragraph(whole, form.width)];
}

export function printShares(found: ShapleyValues, label: string, form: Form): Shown[] {
  const { output, row, prediction, average, contributions, samples, background } = found;
  const bar = bars(contributions.map(({ contribution }) => contribution));
  const cells = contributions.map(({ column, value, contribution, standardError }, i) => [
    ...[column, cell(value), signed(contribution), formatNumber(standardError, 2), bar[i]],
  ]);
  const head =
    `${output.name} of row ${row} of ${label} is ${amount(prediction)}, on average over ${count(background.length, "row")} ` +
    `${amount(average)}: each column's Shapley value ± its standard error, of ${count(samples, "order")}`;
  const table = formatTable(["column", `row ${row}`, "adds", "±", ""], cells, "lrrrl", form.width);
  return [...headed(head, table, form), "", ...paragraph(`together ${signed(prediction - average)}`, form.width)];
}

export function printGradients(
  { output, row, prediction, columns }: InputGradients,
  label: string,
  form: Form,
): Shown[] {
  const cells = columns.map(({ column, value, derivative, scaled, note = "" }) => [
    ...[
      column,
      cell(value),
      derivative === null ? "–" : signed(derivative),
      scaled === null ? "–" : signed(scaled),
      note,
    ],
  ]);
  const head =
    `${output.name} of row ${row} of ${label} is ${amount(prediction)}: its slope for each unit of a column (of a date, a day), and ` +
    "times how far the column goes while its features go by about 1";
  return headed(head, formatTable(["column", `row ${row}`, "slope", "scaled", ""], cells, "lrrrl", form.width), form);
}

interface Derivation {
  readonly model: string;
  readonly file: string;
  readonly row: number;
  readonly from: string;
  readonly column: string | undefined;
}

/** The command line that shows how a gradient comes about, as a shell takes it. */
export function derivationOf({ model, file, row, from, column }: Derivation): string {
  const of = column === undefined ? [] : ["--of", column];
  return ["chaingrad", "explain", model, file, "--row", String(row), "--from", from, ...of].map(quoted).join(" ");
}

const quoted = (word: string): string => (/^[\w./=@%+:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
