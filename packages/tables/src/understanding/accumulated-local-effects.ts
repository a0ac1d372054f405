/**
 * What a column does by itself, where columns depend on each other: how far the prediction moves across each of many narrow bins of
 * the column's values, for the rows that lie in it, added up from left to right and centred.
 *   f̂(z_k) = Σ_{j ≤ k} 1/n_j Σ_{i in bin j} (f(z_j, x_i) − f(z_{j−1}, x_i)) − c,  c such that the mean over the rows is 0
 * No row is asked about outside its own bin. Apley & Zhu, "Visualizing the effects of predictor variables in black box supervised
 * learning models", 2020
 */
import { checkKeys, countingNumber, inRange } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import type { OfModel } from "../explain/explain-model.ts";
import type { Rows } from "../rows.ts";
import { allRows, numbersAt } from "../table/table.ts";
import { answering, numbersIn, widthOf } from "./answers.ts";
import type { GridValues } from "./grid.ts";
import { knownNumbers } from "./grid.ts";
import { dateOf, withRows } from "./made-rows.ts";
import { MixedRows } from "./mixed-rows.ts";
import { type Output, type OutputChoice, placesFor } from "./output.ts";
import { outputOf } from "./partial-dependence.ts";
import { type RawColumn, type RawKind, rawColumn } from "./raw-columns.ts";
import { type EngineChoice, type Subject, subjectOf } from "./subject.ts";

/** Of which output, and in how many bins. */
export interface LocalEffectsOptions extends EngineChoice, OutputChoice {
  /** How many bins of about equally many rows (default 40): fewer where fewer values differ. */
  readonly bins?: number | undefined;
}

/** What a column does by itself, edge by edge of its bins. */
export interface LocalEffects {
  readonly output: Output;
  readonly column: string;
  readonly kind: RawKind;
  /** Where bins begin and end, in ascending order: one more than there are bins. */
  readonly edges: GridValues;
  /** The accumulated effect at each edge, in the output's unit: 0 on average over the rows. */
  readonly effects: Float64Array;
  /** Rows in each bin. */
  readonly counts: readonly number[];
  /** The mean over the rows of each bin of what is said at its lower edge, and at its upper edge; 0 of a bin without rows. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

const OPTIONS = { engine: true, target: true, class: true, bins: true } as const satisfies Record<
  keyof LocalEffectsOptions,
  true
>;

/**
 * Accumulated local effects of a column of numbers or dates. Rows where it is missing do not count.
 * Throws UserError on a column that the model does not read, and on categories and texts, which have no order; else as
 * `partialDependence`.
 */
export async function accumulatedLocalEffects(
  given: OfModel,
  rows: Rows<object>,
  column: string,
  options: LocalEffectsOptions = {},
): Promise<LocalEffects> {
  checkKeys("accumulatedLocalEffects", options, OPTIONS);
  const bins = inRange("bins", options.bins ?? 40, countingNumber);
  const subject = await subjectOf(given, rows, options);
  const { model, table } = subject;
  const places = placesFor(model.target, options);
  const raw = rawColumn(model, table, column);
  const { kind } = raw;
  if (kind !== "number" && kind !== "date")
    throw new UserError(
      `'${column}' holds ${kind === "text" ? "texts" : "categories"}, which have no order`,
      "Partial dependence shows them.",
    );
  const sorted = knownNumbers(table, raw);
  const isDate = kind === "date";
  const areDays = isDate && sorted.every(Number.isInteger);
  const edges = edgesOf(sorted, bins);
  const values = edges.map((edge) => (isDate ? dateOf(edge, areDays) : edge));
  const binned = binnedRows(subject, raw, edges);
  const { output, said } = saidAtEdges(subject, { column, values, binned, places });
  const counts = edges.slice(1).map(() => 0);
  if (counts.length > 0) for (const bin of binned.bins) counts[bin]++;
  const [lower, upper] = said.map((own) => meansByBin(own, binned.bins, counts));
  return { output, column, kind, edges: values, effects: centred(lower, upper, counts), counts, lower, upper };
}

/** The least value, and for each bin the least value that its share of the rows does not exceed; each once. */
function edgesOf(sorted: Float64Array, bins: number): number[] {
  const n = sorted.length;
  // A hair less than the share itself, which may have been rounded up.
  const upper = Array.from({ length: bins }, (_, k) => sorted[Math.max(0, Math.ceil(((k + 1) / bins) * n - 1e-9) - 1)]);
  return [...new Set([sorted[0], ...upper])];
}

interface Binned {
  /** Rows that have a value, by place. */
  readonly rows: Int32Array;
  /** The bin (z_k, z_{k+1}] of each, from 0; the least value is in the first. */
  readonly bins: Int32Array;
}

function binnedRows({ table }: Subject, { column, kind }: RawColumn, edges: readonly number[]): Binned {
  const values = numbersAt(column, allRows(table), kind === "date" ? "date" : "number");
  const rows = Int32Array.from(allRows(table)).filter((row) => !Number.isNaN(values[row]));
  const binOf = (value: number): number => {
    let [low, high] = [0, edges.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle] < value) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  };
  return { rows, bins: rows.map((row) => binOf(values[row])) };
}

interface Asked {
  readonly column: string;
  readonly values: GridValues;
  readonly binned: Binned;
  readonly places: readonly number[];
}

/** Of each row what is said at the lower, and at the upper edge of its bin. */
function saidAtEdges(
  subject: Subject,
  { column, values, binned, places }: Asked,
): { output: Output; said: readonly [Float64Array, Float64Array] } {
  const { model, table } = subject;
  const { rows, bins } = binned;
  const made = withRows(table, values.length, (name) => (name === column ? values : undefined));
  const mixed = new MixedRows(model, made, allRows(made));
  const answer = answering(subject, rows.length);
  const output = outputOf(subject, places, answer(mixed.rows(rows)));
  const at = (side: 0 | 1): Float64Array => {
    // One value alone has no bin: both sides are it.
    const edge = bins.map((bin) => table.rows + Math.min(bin + side, values.length - 1));
    const said = answer(mixed.mix(rows.length, (name) => (name === column ? edge : rows)));
    return numbersIn(said, widthOf(subject), output.place);
  };
  return { output, said: [at(0), at(1)] };
}

function meansByBin(said: Float64Array, bins: Int32Array, counts: readonly number[]): Float64Array {
  const sums = new Float64Array(counts.length);
  if (counts.length > 0) for (const [i, bin] of bins.entries()) sums[bin] += said[i];
  return sums.map((sum, bin) => (counts[bin] === 0 ? 0 : sum / counts[bin]));
}

function centred(lower: Float64Array, upper: Float64Array, counts: readonly number[]): Float64Array {
  const effects = new Float64Array(counts.length + 1);
  for (const k of counts.keys()) effects[k + 1] = effects[k] + (upper[k] - lower[k]);
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) return effects;
  const centre = counts.reduce((sum, count, k) => sum + (count * (effects[k] + effects[k + 1])) / 2, 0) / total;
  return effects.map((effect) => effect - centre);
}
