/** What every way of encoding columns has to say of itself; `encoder.ts` and the chain compose what is said here. */
import type { Expr } from "@chaingrad/core";

/** What a feature is to a network: an amount, one of a few values between −1 and 1, or the number of a row of an embedding. */
export type FeatureGroup = "number" | "flag" | "index";

/** One number that a network is given of each row. */
export interface Feature {
  readonly name: string;
  readonly group: FeatureGroup;
  /** How it is written in a derivation, where that is not its name. */
  readonly title?: string;
  /** Of an index: how many values it has, from 0 on. */
  readonly size?: number;
}

/** What rows hold, for each column that an encoding reads: NaN where a cell is missing, a date as days since 1970-01-01. */
export type Cells = readonly Float64Array[];

/** Where a row's features are written: feature k of an encoding at `base + places[k]` of an output that holds zeros. */
export interface Output {
  readonly values: Float64Array;
  readonly places: ArrayLike<number>;
}

/** Numbers that a graph takes as given: one for all rows, or one for each. */
export type Given = Readonly<Record<string, number | Float64Array>>;

/** What the feature for missing cells is, where there is one. */
export const missingFormula = (
  { name, missing }: { readonly name: string; readonly missing: boolean },
  quoted: (text: string) => string,
): string[] => (missing ? [`1 where ${quoted(name)} is missing, else 0`] : []);

interface AnyKind<E> {
  /** The columns that it reads, by name. */
  reads(encoding: E): readonly string[];
  /** In the order in which they are written. */
  features(encoding: E): readonly Feature[];
  /**
   * What each feature is, for people and programmers: "f((\"weight\" - 2978) / 849)". f is that of `FEATURE_NOTATION`.
   * @param quoted how names and values of the table are written
   */
  formulas(encoding: E, quoted: (text: string) => string): readonly string[];
  /** Throws RangeError on an encoding that is none, as a damaged file may hold. */
  check(encoding: E, what: string): void;
}

/** Encodings of columns whose cells are numbers, or count as numbers: the derivative goes through them. */
export interface NumericKind<E> extends AnyKind<E> {
  readonly cell: "number" | "date";
  /**
   * Writes the features of row i of the cells. What is not differentiated (the start of a cell's month) is that of row i of
   * `given`, by default the same cells.
   */
  writer(encoding: E): (cells: Cells, i: number, output: Output, base: number, given?: Cells) => void;
  /** Constants of the graph, and what depends on the rows but is not differentiated, by symbol. Cells hold no NaN. */
  given(encoding: E, cells: Cells): Given;
  /**
   * Its amounts, in order, each [rows], for columns [rows] without missing cells: with the arithmetic of `writer`.
   * @param isPlain whether the cells are such that parts which matter only for extreme cells may be left out
   */
  graph(encoding: E, columns: readonly Expr[], given: Readonly<Record<string, Expr>>, isPlain: boolean): Expr[];
  isPlain(encoding: E, cells: Cells): boolean;
  /** How far cell i of the column that it reads k-th moves while its features move by about 1. */
  reach(encoding: E, cells: Cells, k: number, i: number): number;
}

/** Encodings of columns of texts, which have no derivative. */
export interface TextKind<E> extends AnyKind<E> {
  readonly cell: "text";
  /** What such a column is called: "a category". */
  readonly called: string;
  /** Writes the features of one text, null where it is missing. */
  writer(encoding: E): (text: string | null, output: Output, base: number) => void;
  /** Of an index: what each of its values stands for, from 0 on. */
  values?(encoding: E): readonly string[];
  /** Whether a text is one that training never saw and that says nothing to the network; absent: never. */
  isUnseen?(encoding: E): (text: string) => boolean;
}
