/** Files of models that were trained on tables: core's, with encoder, target and what was reached beside the network. */
import { FormatError, loadModel, type Model, outputsOf, saveModel, targetWidth } from "@chaingrad/core";
import {
  checkKeys,
  checkName,
  conform,
  countingNumber,
  finite,
  inRange,
  integer,
  type Names,
  nonNegative,
  positive,
} from "@chaingrad/core/given";
import type { RateTurn } from "../history.ts";
import type { Reading } from "../reading/reading.ts";
import { type Encoder, encoderOf } from "../table/encoder.ts";
import { type ColumnEncoding, isNumeric, KINDS, numericKind, readsOf, textKind } from "../table/encodings/kinds.ts";
import { unique } from "../table/encodings/unique.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { hasClasses, type Target, targetsOf } from "../table/targets/target.ts";
import { type ConformalScores, SCORE_KINDS } from "../uncertainty/scores.ts";
import { checkEnsemble, type EnsembleMember } from "./ensemble.ts";
import { checkReading } from "./reading-form.ts";
import { checkTarget, columnsOf } from "./target-form.ts";

/** A network that was trained on a table, with all that raw rows need. */
export interface TableModelData extends Model {
  readonly encoder: Encoder;
  readonly target: Target;
  readonly seed: number;
  /** How the table was read, where that had to be decided: what readers take as `remembered`. */
  readonly reading?: Reading;
  /** The column that the rows were weighed by, where they were. */
  readonly weight?: string;
  /** What the rows of each class weighed while it was trained, by label, where they did. */
  readonly classWeights?: readonly number[];
  /** What computed it, in words: an engine, the library it multiplied with, and threads where bits depend on them. */
  readonly arithmetic?: string;
  /**
   * How far off it was of rows that it did not learn from, by target: what intervals are made of. Null of a target that has none;
   * absent where there were no such rows.
   */
  readonly conformal?: readonly (ConformalScores | null)[];
  /** The networks that it is the mean of, where it is one. */
  readonly ensemble?: readonly EnsembleMember[];
  /** Where somebody turned the learning rate while it trained; absent where nobody did. */
  readonly rateTurns?: readonly RateTurn[];
  /** What the model reached, by part and metric: { test: { accuracy: 0.97 } }. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

/** Whether a model takes the rows of tables, or the numbers of its inputs alone. */
export const takesTables = <M extends Omit<Model, "tensors">>(model: M): model is M & TableModelData =>
  "encoder" in model;

/**
 * Whether a file that starts with these bytes (8, or all where there are fewer) is a model and not text: a safetensors file
 * starts with the length of its header in 8 bytes, some of them 0, which no text holds.
 */
export const isModelFile = (start: Uint8Array): boolean => start.subarray(0, 8).includes(0);

type TableParts = Omit<TableModelData, keyof Model>;

const PARTS: Names<TableParts> = {
  ...{ encoder: true, target: true, seed: true, reading: true, weight: true, arithmetic: true, metrics: true },
  ...{ conformal: true, ensemble: true, classWeights: true, rateTurns: true },
};
/** Read by core; named here for whoever misspells one. */
const CORE = { version: true, network: true, loss: true, l1: true, l2: true };

/** A model of a table, or what `fit` gives. Throws as core's `saveModel`, and FormatError where `readModel` would refuse it. */
export function writeModel(model: Model | TableModelData): Uint8Array {
  const parts = Object.keys(PARTS).map((name) => [name, (model as Partial<TableModelData>)[name as keyof TableParts]]);
  const bytes = saveModel(model, Object.fromEntries(parts));
  readModel(bytes);
  return bytes;
}

/**
 * What `writeModel` wrote: a model of a table, or a network by itself (`takesTables` tells).
 * Throws FormatError on bytes that are no model, or a damaged one, or one of a later version.
 */
export function readModel(bytes: Uint8Array): Model | TableModelData {
  const { parts, ...trained } = loadModel(bytes);
  try {
    for (const name of ["arithmetic", "weight"]) conform(name, parts[name] ?? "", "");
    checkKeys("the model", parts, { ...CORE, ...PARTS }, "part");
    const model = { ...trained, ...parts };
    if (["encoder", "target", "seed", "metrics"].some((part) => part in parts)) checkTable(model as TableModelData);
    return model;
  } catch (error) {
    throw new FormatError((error as Error).message, { cause: error });
  }
}

/** What makes rows of numbers from those of a table, and what was reached with it. */
function checkTable({ network, objective: { loss }, encoder, target, seed, metrics, ...rest }: TableModelData): void {
  inRange("seed", seed, integer);
  if (rest.reading !== undefined) checkReading(rest.reading);
  if (rest.classWeights !== undefined) {
    conform("classWeights", rest.classWeights, [0]);
    for (const weight of rest.classWeights) inRange("classWeights", weight, nonNegative);
    if (!hasClasses(target) || rest.classWeights.length !== target.classes.length)
      throw new RangeError("classWeights: expected one for each class");
  }
  if (rest.rateTurns !== undefined) checkTurns(rest.rateTurns);
  if (rest.conformal !== undefined) checkConformal(rest.conformal, targetsOf(target).length);
  conform(
    "model",
    { ...rest, encoder, target, metrics },
    {
      encoder: { columns: [{ name: "" }] },
      target: { name: "", why: "" },
      metrics: {},
    },
  );
  for (const [i, column] of encoder.columns.entries()) checkColumn(`encoder.columns.${i}`, column);
  const dates = encoder.columns.flatMap(({ kind, name }) => (kind === "date" ? [name] : []));
  for (const [i, column] of encoder.columns.entries()) {
    const other = column.kind === "duration" ? readsOf(column).find((name) => !dates.includes(name)) : undefined;
    if (other !== undefined) throw new RangeError(`encoder.columns.${i}: '${other}' is no column of dates`);
  }
  checkTarget(target);
  unique("the columns and the target", [...columnsOf(target), ...encoder.columns.map(({ name }) => name)]);
  for (const [part, scores] of Object.entries(metrics)) {
    conform(`metrics.${part}`, scores, {});
    for (const [name, score] of Object.entries(scores)) inRange(`metrics.${part}.${name}`, score ?? 0, finite);
  }

  const { columns, ...made } = encoderOf(encoder.columns);
  const { columns: given, ...told } = encoder;
  if (JSON.stringify(Object.entries(made).sort()) !== JSON.stringify(Object.entries(told).sort()))
    throw new RangeError("encoder.features are not what its columns make");
  if (made.features.length !== network.inputs)
    throw new RangeError(`the network takes ${network.inputs} inputs, the encoder makes ${made.features.length}`);
  const outputs = outputsOf(network);
  if (rest.ensemble !== undefined) checkEnsemble(rest.ensemble, network.layers.at(-2)?.units ?? 0, outputs);
  const kind = kindOf(target);
  const expected = kind.outputs(target);
  if (outputs !== expected) throw new RangeError(`the network gives ${outputs} outputs, the target needs ${expected}`);
  const width = kind.width(target);
  const takesLabels = target.task === "classification" || target.task === "ordinal";
  if ((loss.target === "labels") !== takesLabels || targetWidth(loss, outputs) !== width)
    throw new RangeError(`the loss '${loss.name}' takes ${loss.target}, the target is a ${target.task}`);
}

/** Throws RangeError on what are no turns of a rate. */
function checkTurns(given: NonNullable<TableModelData["rateTurns"]>): void {
  conform("rateTurns", given, [{ network: 0, epoch: 0, factor: 0 }]);
  for (const [i, { network, epoch, factor }] of given.entries()) {
    inRange(`rateTurns.${i}.network`, network, countingNumber);
    inRange(`rateTurns.${i}.epoch`, epoch, countingNumber);
    inRange(`rateTurns.${i}.factor`, factor, positive);
  }
}

/** Throws RangeError on what are no scores, one for each target. */
function checkConformal(given: NonNullable<TableModelData["conformal"]>, targets: number): void {
  if (!Array.isArray(given) || given.length !== targets)
    throw new RangeError(`conformal: expected scores of ${targets} ${targets === 1 ? "target" : "targets"}`);
  for (const [i, one] of given.entries()) {
    if (one === null) continue;
    conform(`conformal.${i}`, one, { kind: "", rows: 0, scores: [0] });
    checkName(`conformal.${i}.kind`, one.kind, SCORE_KINDS);
    inRange(`conformal.${i}.rows`, one.rows, countingNumber);
    const isAscending = one.scores.every((score: number, k: number) => score >= (k === 0 ? 0 : one.scores[k - 1]));
    if (!isAscending || one.scores.length === 0 || one.scores.length > one.rows)
      throw new RangeError(
        `conformal.${i}.scores: expected ascending numbers ≥ 0, of ${one.rows} rows at most as many`,
      );
  }
}

/** Throws RangeError on what is no encoding, and on that of an earlier version. */
function checkColumn(what: string, column: ColumnEncoding): void {
  if ("mean" in column)
    throw new RangeError(
      `${what}: an earlier version wrote this model, which took numbers by mean and standard deviation: train it again`,
    );
  checkName(what, column.kind, KINDS);
  if (isNumeric(column)) numericKind(column).check(column, what);
  else textKind(column).check(column, what);
}
