/**
 * How much worse a model does where a column tells nothing: its cells are dealt out to other rows, all else stays, and the drop of
 * the score is the column's importance. A column moves as a whole, whatever it becomes inside.
 *   importance of j = mean over repeats of s − s(column j permuted)
 * Breiman, "Random forests", 2001; as Fisher, Rudin & Dominici, "All models are wrong, but many are useful", 2019, for any model
 */
import { shuffle } from "@chaingrad/core";
import { checkKeys, countingNumber, inRange, integer } from "@chaingrad/core/given";
import type { OfModel } from "../explain/explain-model.ts";
import type { Rows } from "../rows.ts";
import { findColumn } from "../table/encoder.ts";
import { countDifferent } from "../table/table.ts";
import { answering, deviationOf, meanOf, widthOf } from "./answers.ts";
import { type Donors, type EncodedRows, MixedRows } from "./mixed-rows.ts";
import { chosenTarget, type OutputChoice } from "./output.ts";
import { rawColumns, unreadColumns } from "./raw-columns.ts";
import { knownRows, type ScoreName, scoreOf } from "./score.ts";
import { type EngineChoice, type Subject, subjectOf } from "./subject.ts";

/** Of which target and score, and how often. */
export interface PermutationOptions extends EngineChoice, Pick<OutputChoice, "target"> {
  /** How often each column is permuted (default 5). */
  readonly repeats?: number | undefined;
  /** The same seed gives the same bytes (default 0). */
  readonly seed?: number | undefined;
  /**
   * What the drop is of: "r2", "rmse", "mae", "deviance", "pinball", "accuracy", "f1", "auc", "log-loss", "exact", "hamming", as far
   * as the target has it (default: r2, accuracy; of quantiles pinball, of sets of labels f1). Where less of it is better, the drop is
   * the rise.
   */
  readonly score?: string | undefined;
}

/** How much a column matters to a model's score. */
export interface ColumnImportance {
  readonly column: string;
  /** The mean of the drops, in the unit of the score: about 0 where the column does not help. */
  readonly importance: number;
  /** Of the mean, over repeats: how much luck is in it which row got which cell; null of one repeat. */
  readonly standardError: number | null;
  /** Of each repeat. */
  readonly drops: readonly number[];
  /** What the model reaches in each of them. */
  readonly scores: readonly number[];
  /** Why it is exactly 0, where it must be. */
  readonly note?: string;
}

/** How much each column matters to the score that a model reaches on rows. */
export interface PermutationImportance {
  readonly target: string;
  readonly score: ScoreName;
  /** What the model reaches on the rows as they are. */
  readonly reached: number;
  /** Rows with a target, which all numbers are of. */
  readonly rows: number;
  readonly repeats: number;
  /** Every column that the model reads, the most important first. */
  readonly columns: readonly ColumnImportance[];
  /** Columns of the table that the model does not read, the target and weights aside: no prediction depends on them. */
  readonly unread: readonly string[];
}

/** What each of a column's rows gets the cell of, by place among the rows with a target. */
export type PermutationOf = (column: string, repeat: number, rows: number) => ArrayLike<number>;

const OPTIONS = { engine: true, target: true, repeats: true, seed: true, score: true } as const satisfies Record<
  keyof PermutationOptions,
  true
>;

/**
 * Permutation importance of every column that a model reads, on rows whose target is known: not those it was trained on, or what it
 * learnt by heart counts too. All columns are permuted alike, so that which is first is less a matter of luck. Rows are weighed as the
 * model was trained.
 * Throws UserError where there are several targets and none is named, and on a score that the target has not; RangeError on an option
 * that is none or out of range; TargetError where no row has a target; EncodingError as `TableModel.evaluate`.
 */
export async function permutationImportance(
  given: OfModel,
  rows: Rows<object>,
  options: PermutationOptions = {},
): Promise<PermutationImportance> {
  checkKeys("permutationImportance", options, OPTIONS);
  const seed = inRange("seed", options.seed ?? 0, integer);
  inRange("repeats", options.repeats ?? 5, countingNumber);
  const subject = await subjectOf(given, rows, options);
  return permuted(subject, options, (_, repeat, count) =>
    shuffle(
      Int32Array.from({ length: count }, (_, i) => i),
      seed,
      repeat,
    ),
  );
}

/** The same with permutations of one's own. */
export function permuted(
  subject: Subject,
  { repeats = 5, ...options }: PermutationOptions,
  permutationOf: PermutationOf,
): PermutationImportance {
  const { model, table } = subject;
  const { target, first, count } = chosenTarget(model.target, options);
  const { rows, truth } = knownRows(subject, target);
  const score = scoreOf(target, truth, options.score);
  const mixed = new MixedRows(model, table, rows);
  const answer = answering(subject, rows.length);
  const scored = (encoded: EncodedRows): number => score.of(partOf(answer(encoded), widthOf(subject), first, count));
  const still = Int32Array.from(rows.keys());
  const reached = scored(mixed.rows(still));
  const columns = rawColumns(model).map((column): ColumnImportance => {
    const scores = Array.from({ length: repeats }, (_, repeat) => {
      const dealt = permutationOf(column, repeat, rows.length);
      const donors: Donors = (name) => (name === column ? dealt : still);
      return scored(mixed.mix(rows.length, donors));
    });
    const drops = scores.map((own) => score.sign * (reached - own) + 0); // not −0
    const { different, missing } = countDifferent(findColumn(table, column, []), rows);
    const isConstant = different + Number(missing > 0) === 1;
    return {
      ...{ column, importance: meanOf(drops), drops, scores },
      standardError: repeats === 1 ? null : deviationOf(drops) / Math.sqrt(repeats),
      ...(isConstant && { note: "the same in every row" }),
    };
  });
  columns.sort((a, b) => b.importance - a.importance);
  const about = { target: target.name, score: score.name, reached, rows: rows.length, repeats };
  return { ...about, columns, unread: unreadColumns(model, table) };
}

/** `count` of the numbers that are said of each row. */
function partOf(said: Float64Array, width: number, first: number, count: number): Float64Array {
  if (count === width) return said;
  const rows = said.length / width;
  return Float64Array.from(
    { length: rows * count },
    (_, i) => said[Math.floor(i / count) * width + first + (i % count)],
  );
}
