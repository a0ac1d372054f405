/** What a model does with its columns on all rows, for people and for machines. */
import { count, formatNumber } from "@chaingrad/core/format";
import type { LocalEffects, PartialDependence, PermutationImportance } from "@chaingrad/tables/understanding";
import type { Shown } from "./line.ts";
import { formatTable } from "./table.ts";
import { paragraph } from "./wrap.ts";

export interface Form {
  readonly width: number;
  /** The result alone, without a line that says what it is. */
  readonly isQuiet: boolean;
}

const DIGITS = 4;
/** Characters of the longest bar. */
const LONGEST = 24;

/** A table below a line that says what it is. */
export const headed = (head: string, table: readonly Shown[], { width, isQuiet }: Form): Shown[] =>
  isQuiet ? [...table] : [...paragraph(head, width), "", ...table];

/** Of the largest of all, without its sign; nothing for what is less than half a character. */
export function bars(values: readonly number[]): string[] {
  const largest = Math.max(...values.map(Math.abs));
  return values.map((value) => "█".repeat(largest > 0 ? Math.round((LONGEST * Math.abs(value)) / largest) : 0));
}

export function printImportance(found: PermutationImportance, label: string, form: Form): Shown[] {
  const { target, score, reached, rows, repeats, columns } = found;
  const bar = bars(columns.map(({ importance }) => Math.max(0, importance)));
  const cells = columns.map(({ column, importance, standardError, note = "" }, i) => [
    column,
    formatNumber(importance, DIGITS),
    standardError === null ? "–" : formatNumber(standardError, 2),
    note === "" ? bar[i] : note,
  ]);
  const head =
    `${target}: what ${score}, ${formatNumber(reached, DIGITS)} on ${count(rows, "row")} of ${label}, loses where a column's cells ` +
    `are dealt out anew; the mean of ${count(repeats, "time")} ± its standard error`;
  return headed(head, formatTable(["column", "importance", "±", ""], cells, "lrrl", form.width), form);
}

export const shownValue = (value: number | string): string =>
  typeof value === "number" ? formatNumber(value, 6) : value;

export function printDependence(
  { output, axes, mean, rows, curves }: PartialDependence,
  label: string,
  form: Form,
): Shown[] {
  const points = pointsOf(axes);
  const spread = curves && Array.from(mean, (_, point) => spreadAt(curves, point));
  const cells = Array.from(mean, (value, point) => [
    ...points[point].map(shownValue),
    formatNumber(value, DIGITS + 1),
    ...(spread?.[point].map((one) => formatNumber(one, DIGITS + 1)) ?? []),
  ]);
  const names = axes.map(({ column }) => column);
  const titles = [...names, output.name, ...(spread ? ["least", "median", "largest"] : [])];
  const sides =
    axes.map(({ kind }) => (kind === "number" ? "r" : "l")).join("") + "r".repeat(titles.length - axes.length);
  const head = `${output.name} by ${names.join(" and ")}: the mean over ${count(rows.length, "row")} of ${label}, all else as it is`;
  return headed(head, formatTable(titles, cells, sides, form.width), form);
}

/** Of the curves at one point the least, the median (the lower one of two) and the largest. */
function spreadAt(curves: readonly Float64Array[], point: number): number[] {
  const values = Float64Array.from(curves, (curve) => curve[point]).sort();
  return [values[0], values[(values.length - 1) >> 1], values[values.length - 1]];
}

/** Of each point of a grid its value on every axis, the last running fastest. */
function pointsOf([first, second]: PartialDependence["axes"]): (number | string)[][] {
  if (second === undefined) return first.values.map((value) => [value]);
  return first.values.flatMap((value) => second.values.map((other) => [value, other]));
}

export function printEffects(
  { output, column, kind, edges, effects, counts }: LocalEffects,
  label: string,
  form: Form,
): Shown[] {
  const cells = edges.map((edge, k) => [
    shownValue(edge),
    formatNumber(effects[k], DIGITS),
    k === 0 ? "" : String(counts[k - 1]),
  ]);
  const head =
    `${output.name} by ${column}: local effects, added up and 0 on average over ${label}; each line is where a bin ends, and how ` +
    "many rows are in it";
  const sides = kind === "number" ? "rrr" : "lrr";
  return headed(head, formatTable([column, output.name, "rows"], cells, sides, form.width), form);
}

export function dependenceCsv({ output, axes, mean, rows, curves = [] }: PartialDependence): string {
  const head = [...axes.map(({ column }) => column), output.name, ...curves.map((_, i) => `row ${rows[i]}`)];
  const lines = pointsOf(axes).map((values, point) => [...values, mean[point], ...curves.map((curve) => curve[point])]);
  return csv([head, ...lines]);
}

export const effectsCsv = ({ output, column, edges, effects, counts }: LocalEffects): string =>
  csv([[column, output.name, "rows"], ...edges.map((edge, k) => [edge, effects[k], k === 0 ? "" : counts[k - 1]])]);

/** As RFC 4180 has it, with line feeds alone. */
const csv = (lines: readonly (readonly (number | string)[])[]): string =>
  lines.map((cells) => `${cells.map((cell) => csvCell(String(cell))).join(",")}\n`).join("");

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** For JSON, which would make objects of typed arrays. */
export const plainNumbers = (found: object): unknown =>
  JSON.parse(
    JSON.stringify(found, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value)),
  );
