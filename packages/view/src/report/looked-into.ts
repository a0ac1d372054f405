/**
 * What a report says of a model beyond its scores: calibration, importance, dependence, the hardest rows, intervals. All numbers are
 * those of the libraries' calls; here is decided on how many rows, so that a report takes a second more and not a minute.
 */
import { type Dataset, type SyncEngine, shuffle } from "@chaingrad/core";
import {
  amountsOf,
  coverageAt,
  type JudgedTraining,
  type Part,
  type Prepared,
  pickedTable,
  type Table,
  type TableModelData,
  type TablePrediction,
  targetsOf,
  UserError,
} from "@chaingrad/tables";
import { evaluateFully, type FurtherScores } from "@chaingrad/tables/judging";
import {
  type Contribution,
  integratedGradients,
  type PartialDependence,
  type PermutationImportance,
  partialDependence,
  permutationImportance,
} from "@chaingrad/tables/understanding";

/** A row that is badly predicted. */
interface HardRow {
  /** In the table, counted from 1. */
  readonly row: number;
  readonly truth: number | string;
  readonly predicted: number | string;
  /** Of amounts truth − prediction, of classes the probability of the true one. */
  readonly off: number;
  /** The column that moved the prediction away from the truth most, seen from a row of medians; absent where none did. */
  readonly factor?: Contribution;
}

/** How often intervals of a level hold the truth, and how wide they are at the median. */
interface HeldInterval {
  readonly level: number;
  readonly covered: number;
  readonly width: number;
}

/** What a report says of a model beyond its scores; of several targets of the first. */
export interface LookedInto {
  readonly target: string;
  /** How many rows importance and dependence are of, and of how many they were drawn. */
  readonly rows: number;
  readonly of: number;
  /** The first of these rows in the table, counted from 1. */
  readonly firstRow: number;
  readonly importance: PermutationImportance;
  /** Of the columns that matter most. */
  readonly dependence: readonly PartialDependence[];
  /** The worst first; absent of what is no amount and no class. */
  readonly hardest?: readonly HardRow[];
  /** Of amounts, on rows that had no part in making them. */
  readonly intervals?: readonly HeldInterval[];
  /** Of classes, on rows that the model never saw. */
  readonly further?: FurtherScores;
}

/** The rows that are looked at, and what was said of them. */
export interface LookedAt extends Pick<JudgedTraining, "part"> {
  readonly prepared: Prepared;
  readonly model: TableModelData;
  readonly engine: SyncEngine;
  readonly table: Table;
  readonly predicted: { readonly rows: ArrayLike<number>; readonly data: Dataset; readonly said: TablePrediction };
}

/** Permutations of each column; of many columns fewer, since each asks for all rows again. */
const REPEATS = 5;
const FEW_REPEATS = 2;
const MANY_COLUMNS = 50;
/** Rows of importance and dependence at most and at least, and multiplications that importance may take: about half a second. */
const MOST_ROWS = 1000;
const FEWEST_ROWS = 30;
const WORK = 2e9;
/** Dependence: columns, values of each, rows. */
const LEADING = 3;
const VALUES = 20;
const MEAN_ROWS = 200;
/** Hard rows, and gradients on the path to each. */
const HARDEST = 5;
const STEPS = 64;
const LEVELS = [0.5, 0.8, 0.9, 0.95];
/** Which rows are drawn, and how they are permuted. */
const SEED = 0;

/** Undefined where the table has no column that the model reads. Throws as the calls that it makes. */
export async function lookInto(at: LookedAt): Promise<LookedInto | undefined> {
  const { model, engine, table, predicted, prepared, part } = at;
  const columns = model.encoder.columns.length;
  if (columns === 0) return undefined;
  const [target] = targetsOf(model.target);
  const repeats = columns > MANY_COLUMNS ? FEW_REPEATS : REPEATS;
  const drawn = drawnRows(predicted.rows, rowsFor(model, columns * repeats));
  const rows = pickedTable(table, drawn);
  const choice = { engine, target: target.name };
  const importance = await permutationImportance(model, rows, { ...choice, repeats, seed: SEED });
  const leading = importance.columns.filter((one) => one.importance > 0).slice(0, LEADING);
  const options = { ...choice, resolution: VALUES, rows: MEAN_ROWS, seed: SEED };
  const dependence: PartialDependence[] = [];
  for (const { column } of leading) {
    const found = await partialDependence(model, rows, column, options).catch(ifThereIsNone);
    if (found !== undefined) dependence.push(found);
  }
  const isUnseen = part === "test";
  return {
    ...{
      target: target.name,
      rows: drawn.length,
      of: predicted.rows.length,
      firstRow: drawn[0] + 1,
      importance,
      dependence,
    },
    ...hardestOf(at, await Promise.all(worst(at).map((hard) => withFactor(at, hard, drawn)))),
    ...(isUnseen && target.task === "regression" && { intervals: intervalsOn(at) }),
    ...(isUnseen && "classes" in target && { further: evaluateFully(model, engine, prepared.data[part]).further[0] }),
  };
}

const hardestOf = ({ predicted: { said } }: LookedAt, hardest: readonly HardRow[]): Pick<LookedInto, "hardest"> =>
  said.task === "multi-label" || hardest.length === 0 ? {} : { hardest };

/** As many as there is time for, each asked so often. */
function rowsFor({ tensors }: TableModelData, times: number): number {
  const numbers = Object.values(tensors).reduce((total, { length }) => total + length, 0);
  return Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(WORK / (times * Math.max(1, numbers)))));
}

function drawnRows(rows: ArrayLike<number>, most: number): number[] {
  const all = Int32Array.from(rows);
  return all.length <= most ? [...all] : [...shuffle(all, SEED, 0).subarray(0, most)].sort((a, b) => a - b);
}

/** A column of texts has no grid: then it is not told of. */
function ifThereIsNone(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

type Worst = Omit<HardRow, "factor"> & {
  /** Which class is meant, of classes. */
  readonly class?: string;
};

/** The rows that are furthest off. */
function worst({ model: { target }, predicted: { rows, data, said } }: LookedAt): Worst[] {
  const order = (cost: (i: number) => number): number[] =>
    Array.from(rows, (_, i) => i)
      .filter((i) => !(data.weight && data.weight[i] === 0) && Number.isFinite(cost(i)))
      .sort((a, b) => cost(b) - cost(a) || a - b)
      .slice(0, HARDEST);
  const [first] = targetsOf(target);
  if (first.task === "regression") {
    const [{ truth, predicted }] = amountsOf(target, said, data);
    return order((i) => Math.abs(truth[i] - predicted[i])).map((i) => ({
      ...{ row: rows[i] + 1, truth: truth[i], predicted: predicted[i], off: truth[i] - predicted[i] },
    }));
  }
  if (said.task !== "classification" && said.task !== "ordinal") return [];
  const { classes } = first as { readonly classes: readonly string[] };
  const trueOne = (i: number): number => said.probabilities[i * classes.length + data.y[i]];
  return order((i) => 1 - trueOne(i)).map((i) => {
    const truth = classes[data.y[i]];
    return { row: rows[i] + 1, truth, predicted: said.names[i], off: trueOne(i), class: truth };
  });
}

/** By integrated gradients on the way from the medians of the rows that are looked at. */
async function withFactor(
  { model, engine, table }: LookedAt,
  { class: meant, ...hard }: Worst,
  drawn: readonly number[],
): Promise<HardRow> {
  const rows = pickedTable(table, [hard.row - 1, ...drawn]);
  const options = { engine, target: targetsOf(model.target)[0].name, steps: STEPS };
  const { contributions } = await integratedGradients(model, rows, 1, {
    ...options,
    ...(meant !== undefined && { class: meant }),
  });
  // Towards the truth: up to an amount that was missed from below, and always up to the true class.
  const way = meant === undefined ? Math.sign(hard.off) : 1;
  const [factor] = contributions
    .filter(({ contribution }) => way * contribution < 0)
    .sort((a, b) => way * (a.contribution - b.contribution));
  return factor === undefined ? hard : { ...hard, factor };
}

/** At each level that there are enough rows for. */
function intervalsOn({ model, engine, prepared, part }: LookedAt): HeldInterval[] {
  return LEVELS.flatMap((level) => {
    try {
      const held = coverageAt(level, model, engine, prepared.data[part as Part])[0];
      return held === null ? [] : [{ level, ...held }];
    } catch (error) {
      ifThereIsNone(error);
      return [];
    }
  });
}
