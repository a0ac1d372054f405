/** From a table to rows a network can learn from: roles, targets, split, encoders. All before any training starts. */

import { type Dataset, type Loss, type LossName, losses, type Model, type Split } from "@chaingrad/core";
import { checkKeys, checkName, type Names } from "@chaingrad/core/given";
import type { Reading } from "../reading/reading.ts";
import { readingOf } from "../reading/remembered.ts";
import type { ColumnRole, ColumnTypes } from "./columns.ts";
import { type Encoder, encode, fitEncoder } from "./encoder.ts";
import type { Embed } from "./encodings/fit-category.ts";
import { type PreparedHead, prepareHead, settled } from "./heads.ts";
import { asideNotes, orderNotes, outlierNotes, sizeNotes, textNotes } from "./notes.ts";
import { misleadingRows, outliersOf } from "./outliers.ts";
import { byPart, type Part, type Parts } from "./parts.ts";
import { rolesOf } from "./roles.ts";
import { checkPlaces, checkSplitBy, deciding, type SplitBy, splitTable, togetherOf } from "./split/split-by.ts";
import { allRows, type Column, EncodingError, type Table } from "./table.ts";
import { encodeTarget, type FittedTarget, fitTarget } from "./target.ts";
import { LOSSES } from "./targets/framing.ts";
import { hasClasses, type Offset, TASKS, type Target, type Task } from "./targets/target.ts";
import { toldRoles } from "./told.ts";
import { type ClassWeight, readWeights, weightsOfClasses } from "./weights.ts";

/** A column for the one target, or columns by the names of targets. */
type ColumnOfTarget = string | Readonly<Record<string, string>>;

/** What a table is prepared for: only the target must be given. */
export interface PrepareOptions {
  /** The column to predict, or several: each gets outputs of its own. */
  readonly target: string | readonly string[];
  /** What the targets are; by default inferred from their values. */
  readonly task?: Task | undefined;
  /** Of an ordinal target of texts: its classes, the lowest first. */
  readonly order?: readonly string[] | undefined;
  /** Columns to leave out. */
  readonly drop?: readonly string[] | undefined;
  /** What columns are, by name, where they are not what they look like; "text" takes free text as a bag of words. */
  readonly types?: ColumnTypes | undefined;
  /**
   * Which columns of categories become one feature each, to be embedded: of more than so many categories, or by name (default
   * none; `trainTable`, whose networks have a layer for it, takes those of more than 20, for one network of more than 100).
   */
  readonly embed?: Embed | undefined;
  /** A column that says what each row weighs, ≥ 0: a row of weight 2 counts as two. */
  readonly weight?: string | undefined;
  /** What each class weighs while training: "balanced", or a weight ≥ 0 by its name (1 where there is none). */
  readonly classWeight?: ClassWeight | undefined;
  /** A loss that suits the target; by default what its values suggest. */
  readonly loss?: LossName | undefined;
  /** Quantiles to predict, ascending, each in (0, 1). */
  readonly quantiles?: readonly number[] | undefined;
  /** Whether amounts are learnt by their logarithms; by default where that serves rows that are left out. */
  readonly transform?: "log" | "none" | undefined;
  /**
   * A column that is added to what is predicted of each row: to an amount in its unit, to the logarithm of a count. Of several
   * targets by their names.
   */
  readonly offset?: ColumnOfTarget | undefined;
  /** A column > 0 that multiplies the rate of counts: its logarithm is the offset. Of several targets by their names. */
  readonly exposure?: ColumnOfTarget | undefined;
  /** What decides on which side a row stands; by default chance, alike in every class. */
  readonly split?: SplitBy | undefined;
  /** Only these rows are taken, by their places from 0 (default: all). */
  readonly rows?: ArrayLike<number> | undefined;
  /** Fractions of the rows for validation and test (default 0.15 each; none of fewer than 5 rows, or where a column says the parts). */
  readonly validation?: number | undefined;
  readonly test?: number | undefined;
  /** Whether training leaves out its rows in turn and stops by those, as automatic recipes do: there is no validation part then. */
  readonly folds?: boolean | undefined;
  readonly seed?: number;
}

/** The names of all options of `prepareTable`. */
export const PREPARE_OPTIONS: Names<PrepareOptions> = {
  ...{ target: true, task: true, order: true, drop: true, types: true, embed: true, weight: true, classWeight: true },
  ...{ loss: true, quantiles: true, transform: true, offset: true, exposure: true },
  ...{ split: true, rows: true, validation: true, test: true, folds: true, seed: true },
};

/** A table made ready for training: roles, encoder, target, and the rows of each part as numbers. */
export interface Prepared {
  readonly roles: readonly ColumnRole[];
  readonly target: Target;
  /** How the table was read, where that had to be decided; kept with the model. */
  readonly reading?: Reading;
  /** By which the target is learnt. */
  readonly loss: Loss;
  /** The targets with the ways each may be learnt; `target` and `loss` are of the first ones until one is chosen. */
  readonly heads: readonly PreparedHead[];
  /** Rows without a target: neither trained on nor judged by. */
  readonly missing: readonly number[];
  /** Rows of a class that has no other row, and rows with the only outlier of a column: as those. */
  readonly aside: readonly number[];
  /** The rows of each part, by their place in the table. */
  readonly rows: Readonly<Record<Part, Int32Array>>;
  readonly encoder: Encoder;
  readonly data: Readonly<Record<Part, Dataset>>;
  /** What decided on which side each row stands, where it was not chance. */
  readonly split?: SplitBy;
  /** Of each row of a part what it stays together with where rows are left out in turn; absent where each stands by itself. */
  readonly together?: Parts<Int32Array>;
  /** The column that says what each row weighs. */
  readonly weight?: string;
  /** What each class weighs while training, by its label. */
  readonly classWeights?: Float64Array;
  /** The network that training goes on with, where it does not begin anew. */
  readonly start?: Pick<Model, "network" | "tensors">;
  /** What about the rows should make one doubt the result, a sentence each: outliers, an order in time. */
  readonly notes: readonly string[];
}

const WEIGHED =
  "classes are weighed while training: probabilities are those of rows that weigh so, and scores are of the rows as they are";
const SHARE = 0.15;
/** Fewer rows than this are not split unless that is asked for: nothing would be left to learn from. */
const LEAST_TO_SPLIT = 5;

/**
 * Statistics (means, scales, categories) come from the training rows alone, so the other parts are judged fairly.
 * Throws TargetError or EncodingError on a table that cannot be learned from, and RangeError on too few rows.
 */
export function prepareTable(table: Table, options: PrepareOptions): Prepared {
  const { drop = [], types = {}, embed = false, folds = false, weight, offsets, targets, split: by } = checked(options);
  const asked = { targets, drop, types, weight, offsets: [...offsets.values()], deciding: deciding(by) };
  const roles = rolesOf(table, asked);
  const columns = targets.map((name) => table.columns.find((column) => column.name === name) as Column);
  const isJudged = folds || options.validation !== 0 || options.test !== 0;
  const fit = (column: Column): FittedTarget =>
    fitTarget(column, allRows(table), {
      task: options.task ?? impliedTask(column, options, offsets.has(column.name)),
      isJudged,
      order: options.order,
    });
  const fitted = columns.map(fit);
  const kinds = fitted.map((one) => one.target);
  const outliers = outliersOf(table, roles, kinds);
  const misleading = misleadingRows(outliers, kinds, table.rows);
  const { used, missing, aside } = usedRows(table, options.rows, fitted, misleading);
  const weightColumn = table.columns.find(({ name }) => name === weight);
  const weights = weightColumn && readWeights(weightColumn, used);
  const rows = parted(table, used, fitted, options);
  const together = by && togetherIn(by, table, rows);
  const heads = columns.map((column, i) =>
    prepareHead(
      { table, column, target: fitted[i].target, rows, weights },
      { ...options, offset: offsets.get(column.name) },
    ),
  );
  const own = byPart((part) => weights && Float64Array.from(rows[part]).map((row) => weights[row]));
  checkWeighed(own, weight);
  const { target, loss, y } = settled(
    heads,
    heads.map(() => 0),
    own,
  );
  const encoder = fitEncoder(table, rows.train, roles, { embed, weights });
  const data = byPart((part): Dataset => {
    const weighed = own[part];
    return { x: encode(encoder, table, rows[part]), y: y[part], ...(weighed && { weight: weighed }) };
  });
  const { classWeight } = options;
  const reading = readingOf(table);
  return {
    ...{ roles: toldRoles(roles, encoder), target, loss, heads, missing, aside, rows, encoder, data },
    ...(reading && { reading }),
    ...(by && { split: by }),
    ...(together && { together }),
    ...(weight !== undefined && { weight }),
    ...(classWeight !== undefined && { classWeights: weightsOfClasses(target, y.train, classWeight) }),
    notes: [
      ...sizeNotes(rows, { isAsked: options.validation === 0 && options.test === 0, folds }),
      ...columns.flatMap((column, i) => asideNotes(column, fitted[i].aside)),
      ...(classWeight === undefined ? [] : [WEIGHED]),
      ...(by === undefined ? orderNotes(table) : []),
      ...outlierNotes(outliers, misleading),
      ...textNotes(table, roles, drop),
    ],
  };
}

interface Checked extends PrepareOptions {
  readonly targets: readonly string[];
  /** By the names of targets. */
  readonly offsets: ReadonlyMap<string, Offset>;
}

/** Throws RangeError on options that there are not, or that do not go together. */
function checked(options: PrepareOptions): Checked {
  checkKeys("prepareTable", options ?? null, PREPARE_OPTIONS);
  const { task, loss, quantiles, transform, order, target, split } = options;
  checkSplitBy(split, options);
  if (task !== undefined) checkName("task", task, TASKS);
  if (loss !== undefined) checkName("loss", loss, Object.keys(losses));
  if (transform !== undefined) checkName("transform", transform, ["log", "none"]);
  if (quantiles !== undefined && loss !== undefined && loss !== "quantile")
    throw new RangeError(`quantiles are predicted by the loss 'quantile', not by '${loss}'`);
  if (order !== undefined && task !== "ordinal") throw new RangeError("an order of classes is for the task 'ordinal'");
  const targets = typeof target === "string" ? [target] : [...target];
  return { ...options, targets, offsets: offsetsOf(targets, options) };
}

function offsetsOf(targets: readonly string[], options: PrepareOptions): Map<string, Offset> {
  const found = new Map<string, Offset>();
  for (const name of ["offset", "exposure"] as const) {
    const given = options[name];
    if (typeof given === "string" && targets.length > 1)
      throw new RangeError(
        `an ${name} belongs to one target, and here are ${targets.length}: say which, as in ${targets[0]}=${given}`,
      );
    const byTarget = typeof given === "string" ? { [targets[0]]: given } : (given ?? {});
    checkKeys(name, byTarget, Object.fromEntries(targets.map((target) => [target, true])), "target");
    for (const [target, column] of Object.entries(byTarget)) {
      if (found.has(target))
        throw new RangeError(
          `an offset and an exposure are two names for one thing: give one of them for the target '${target}'`,
        );
      found.set(target, { column, log: name === "exposure" });
    }
  }
  return found;
}

/** What asks for an amount says that a column of numbers is one, however few values it has. */
function impliedTask(column: Column, options: PrepareOptions, hasOffset: boolean): Task | undefined {
  const { loss, quantiles, transform } = options;
  const isAmount =
    hasOffset ||
    quantiles !== undefined ||
    transform !== undefined ||
    (loss !== undefined && LOSSES.regression.includes(loss));
  return column.type === "number" && isAmount ? "regression" : undefined;
}

/** Rows that have all targets, those that lack one, and those that are not learnt from: of a class with no other row, misleading. */
function usedRows(
  table: Table,
  rows: ArrayLike<number> | undefined,
  fitted: readonly FittedTarget[],
  misleading: readonly number[],
): { used: Int32Array; missing: number[]; aside: number[] } {
  if (rows !== undefined) checkPlaces("rows", rows, table);
  const all = Int32Array.from(rows ?? allRows(table));
  const taken = rows && new Set(all);
  const isTaken = (row: number): boolean => taken?.has(row) ?? true;
  const missing = new Set(fitted.flatMap((one) => one.missing).filter(isTaken));
  const left = fitted.flatMap((one) => one.aside).concat(misleading);
  const aside = new Set(left.filter((row) => isTaken(row) && !missing.has(row)));
  const used = missing.size + aside.size === 0 ? all : all.filter((row) => !(missing.has(row) || aside.has(row)));
  if (used.length === 0) throw new EncodingError("no row has a value for every target");
  const inOrder = (rows: ReadonlySet<number>): number[] => [...rows].sort((a, b) => a - b);
  return { used, missing: inOrder(missing), aside: inOrder(aside) };
}

/** As asked, else at random and alike in every class of the first target that has classes. */
function parted(
  table: Table,
  used: Int32Array,
  fitted: readonly FittedTarget[],
  { split, folds = false, validation, test, seed = 0 }: PrepareOptions,
): Split {
  const share = used.length < LEAST_TO_SPLIT ? 0 : SHARE;
  const target = fitted.map((one) => one.target).find(hasClasses);
  const column = target && table.columns.find(({ name }) => name === target.name);
  const labels = target && encodeTarget(target, column as Column, used);
  const shares = { validation: folds ? 0 : (validation ?? share), test: test ?? share };
  const parts = splitTable(split, { table, rows: used, labels, seed, ...shares });
  // Rows that are left out in turn need no part of their own.
  return folds && parts.validation.length > 0
    ? { ...parts, train: Int32Array.from([...parts.train, ...parts.validation]).sort(), validation: new Int32Array(0) }
    : parts;
}

function togetherIn(by: SplitBy, table: Table, rows: Split): Parts<Int32Array> | undefined {
  const parts = byPart((part) => togetherOf(by, table, rows[part]));
  return parts.train && (parts as Parts<Int32Array>);
}

function checkWeighed(weights: Parts<Float64Array | undefined>, name: string | undefined): void {
  for (const part of ["train", "validation", "test"] as const) {
    const own = weights[part];
    if (own === undefined || own.length === 0 || own.some((weight) => weight > 0)) continue;
    const rows = `${own.length} ${part} ${own.length === 1 ? "row" : "rows"}`;
    throw new EncodingError(`the weight '${name}' is 0 in all ${rows}: try another seed, or other shares`, name);
  }
}
