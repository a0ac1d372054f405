/** Targets that are sets of labels: any number of them in each row, in one cell. */
import { nearest } from "@chaingrad/core";
import { allFinite, average, weigh } from "@chaingrad/core/given";
import type { Evaluation } from "../../judging/evaluation.ts";
import { foundOf } from "../../judging/metrics/classification.ts";
import { type Column, EncodingError, type Rows, textAt } from "../table.ts";
import { columnIn } from "./column-in.ts";
import type { TargetKind, Truth } from "./kind.ts";
import type { LabelSetPrediction, Said } from "./prediction.ts";
import { type MultiLabelTarget, refusal } from "./target.ts";

const SEPARATORS = /[;|]/;

/** The labels that a cell lists: "a;b", "a | b", or a JSON array; undefined where it begins as an array and is none. */
function labelsIn(cell: string): string[] | undefined {
  const text = cell.trim();
  if (!text.startsWith("[")) return unique(text.split(SEPARATORS));
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((one) => typeof one !== "object" || one === null)
      ? unique(list.map(String))
      : undefined;
  } catch {
    return undefined;
  }
}

const unique = (labels: readonly string[]): string[] => [
  ...new Set(labels.map((one) => one.trim()).filter((one) => one !== "")),
];

/** Whether cells list labels: some hold several, and fewer labels than different cells make all of them. */
export function listsLabels(column: Column, rows: Rows): boolean {
  if (column.type !== "text") return false;
  const cells = new Set(Array.from(rows, (row) => textAt(column, row)).filter((cell) => cell !== null));
  const lists = [...cells].map(labelsIn);
  if (lists.some((list) => list === undefined) || !lists.some((list) => list !== undefined && list.length > 1))
    return false;
  return new Set(lists.flat()).size < cells.size;
}

/** The labels of a row. Throws TargetError where it has no list of labels. */
function labelsAt(column: Column, row: number): string[] {
  const cell = textAt(column, row);
  const list = cell === null ? undefined : labelsIn(cell);
  if (list !== undefined) return list;
  const held = cell === null ? "nothing ([] is a list of none)" : `'${cell}'`;
  throw refusal(column, `holds ${held} in row ${row + 1}; expected labels as in a;b, a|b or ["a","b"]`, row);
}

export function fitLabels(column: Column, rows: Rows, why: string): MultiLabelTarget {
  const counts = new Map<string, number>();
  for (const row of Array.from(rows))
    for (const one of labelsAt(column, row)) counts.set(one, (counts.get(one) ?? 0) + 1);
  if (counts.size === 0) throw refusal(column, "has no label in any row: there is nothing to learn");
  if (counts.size > rows.length / 3)
    throw refusal(column, `has ${counts.size} different labels in ${rows.length} rows: too many to learn`);
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...{ task: "multi-label", name: column.name },
    labels: sorted.map(([name]) => name),
    counts: sorted.map(([, count]) => count),
    why,
  };
}

/** 1 for each label that a row has, else 0. Throws TargetError on a label that the target has not. */
export function encodeLabels({ labels }: MultiLabelTarget, column: Column, rows: Rows): Float64Array {
  const places = new Map(labels.map((name, place) => [name, place]));
  const y = new Float64Array(rows.length * labels.length);
  for (let i = 0; i < rows.length; i++) {
    for (const one of labelsAt(column, rows[i])) {
      const place = places.get(one);
      if (place !== undefined) y[i * labels.length + place] = 1;
      else throw unknownLabel(column, one, labels, rows[i]);
    }
  }
  return y;
}

function unknownLabel(column: Column, one: string, labels: readonly string[], row: number): EncodingError {
  const near = nearest(one, labels);
  const hint = near === undefined ? `they are ${labels.join(", ")}` : `did you mean '${near}'?`;
  return refusal(column, `holds '${one}' in row ${row + 1}, which is none of the labels of the model; ${hint}`, row);
}

function checkFinite(probabilities: Float64Array, labels: number): void {
  const wild = probabilities.findIndex((probability) => !Number.isFinite(probability));
  if (wild < 0) return;
  const row = Math.floor(wild / labels);
  const why = "the model's weights are too large for its values";
  throw new EncodingError(`row ${row + 1} has no labels: ${why}, so that its probabilities are NaN`, undefined, row);
}

const namesAt = ({ labels }: MultiLabelTarget, probabilities: Float64Array, row: number): string[] =>
  labels.filter((_, place) => probabilities[row * labels.length + place] > 0.5);

/** exact: share of rows with all labels right; hamming: share of wrong answers; f1: the mean over labels. */
function scored(
  target: MultiLabelTarget,
  probabilities: ArrayLike<number>,
  truth: Truth,
): Omit<Evaluation, "scores"> & {
  readonly scores: { readonly exact: number; readonly hamming: number; readonly f1: number };
} {
  const n = target.labels.length;
  const rows = weigh(truth.y.length / n, truth.weight);
  const isSaid = (row: number, k: number): number => Number(probabilities[row * n + k] > 0.5);
  const has = (row: number, k: number): number => truth.y[row * n + k];
  const wrong = (row: number): number => target.labels.filter((_, k) => isSaid(row, k) !== has(row, k)).length;
  const sum = (of: (row: number) => number): number =>
    rows.rows.reduce((total, row, i) => total + rows.weights[i] * of(row), 0);
  const classes = target.labels.map((name, k) => ({
    name,
    ...foundOf(
      sum((row) => has(row, k) * isSaid(row, k)),
      sum((row) => has(row, k)),
      sum((row) => isSaid(row, k)),
    ),
  }));
  const scores = {
    exact: average(rows, (row) => Number(wrong(row) === 0)),
    hamming: average(rows, (row) => wrong(row) / n),
    f1: classes.reduce((total, { f1 }) => total + (f1 ?? 0), 0) / n,
  };
  return { scores, classes };
}

/** Of each label the share of rows that have it. */
function shares({ labels }: MultiLabelTarget, { y, weight }: Truth): number[] {
  const rows = weigh(y.length / labels.length, weight);
  return labels.map((_, k) => average(rows, (row) => y[row * labels.length + k]));
}

const entropyOf = (p: number): number => -(p > 0 ? p * Math.log(p) : 0) - (p < 1 ? (1 - p) * Math.log(1 - p) : 0);

const nameOf = (name: string, of: string | undefined): string => (of === undefined ? `p(${name})` : `p(${of}∋${name})`);

/** A set of labels as a cell holds it: "a;b", "[]" of none, and a JSON array where a label has a separator in it. */
const cellOf = ({ labels }: MultiLabelTarget, own: readonly string[]): string =>
  own.length > 0 && labels.every((name) => !SEPARATORS.test(name)) ? own.join(";") : JSON.stringify(own);

export const multiLabel: TargetKind<MultiLabelTarget> = {
  outputs: ({ labels }) => labels.length,
  width: ({ labels }) => labels.length,
  encode: (target, table, rows) => encodeLabels(target, columnIn(table, target.name), rows),
  say(target, { predictions }): LabelSetPrediction {
    const n = target.labels.length;
    checkFinite(predictions, n);
    const names = Array.from({ length: predictions.length / n }, (_, row) => namesAt(target, predictions, row));
    return { task: "multi-label", names, probabilities: predictions };
  },
  sayRow(target, { predictions }, row): Said {
    const n = target.labels.length;
    const own = predictions.subarray(row * n, (row + 1) * n);
    checkFinite(own, n);
    const probabilities = Object.fromEntries(target.labels.map((name, k) => [name, own[k]]));
    const labels = namesAt(target, own, 0);
    return { value: cellOf(target, labels), labels, probabilities };
  },
  columns(target, given, of): Column[] {
    const { labels } = target;
    const { names, probabilities } = given as LabelSetPrediction;
    const n = labels.length;
    return [
      {
        name: `prediction${of === undefined ? "" : ` ${of}`}`,
        type: "text",
        values: names.map((own) => cellOf(target, own)),
      },
      ...labels.map(
        (name, k): Column => ({
          name: `probability${of === undefined ? "" : ` ${of} ∋`} ${name}`,
          type: "number",
          values: Float64Array.from({ length: names.length }, (_, row) => probabilities[row * n + k]),
        }),
      ),
    ];
  },
  evaluate(target, { predictions }, truth, loss): Evaluation {
    if (!allFinite(predictions)) return { scores: { exact: null, hamming: null, f1: null, loss } };
    const { scores, classes } = scored(target, predictions, truth);
    return { scores: { ...scores, loss }, ...(classes && { classes }) };
  },
  baseline(target, train, data) {
    const guess = shares(target, train);
    const n = guess.length;
    const answers = Float64Array.from({ length: data.y.length }, (_, i) => guess[i % n]);
    return { ...scored(target, answers, data).scores, loss: null };
  },
  beats: (_, own, guess) => Number(own.hamming) < Number(guess.hamming),
  guess: () => "the commoner answer for each label",
  graph: (_, predictions) => predictions,
  names: ({ labels }, of) => labels.map((name) => nameOf(name, of)),
  outputNames: ({ labels }) => labels,
  metrics: () => ({}),
  guessLoss(target, _, train) {
    const all = shares(target, train).map(entropyOf);
    return all.reduce((sum, one) => sum + one, 0) / all.length;
  },
};
