/**
 * What encoders do, as graph: the same steps as `encode`, made of the ops that a network is made of, so that derivatives
 * lead on to the columns. A test compares both.
 */
import { concat, type Expr, label, mul, reshape, withProvenance } from "@chaingrad/core";
import {
  type ColumnEncoding,
  isNumeric,
  type NumericEncoding,
  numericKind,
  readsOf,
} from "../table/encodings/kinds.ts";
import { layoutOf } from "../table/layout.ts";

/** What a graph below a network is made from, and under which names. */
export interface Source {
  /** The cells of a column that encodings read, [rows], and 1 where they hold a value, else 0 (undefined: everywhere). */
  cells(name: string): SourceCells;
  /** Constants and what is given with the rows, for the encoding whose first feature is number `place` of x, from 1. */
  constants(encoding: NumericEncoding, place: number): Readonly<Record<string, Expr>>;
  /** Whether no cell that an encoding reads is extreme. */
  isPlain(encoding: NumericEncoding): boolean;
  /** Whether the derivative by a column is wanted. */
  isFollowed(name: string): boolean;
  /** Features first … first + width − 1 of x, from 0, as they are: [rows, width]. They are those of a column, or of several. */
  block(first: number, width: number, name: string): Expr;
}

export interface SourceCells {
  readonly column: Expr;
  readonly known: Expr | undefined;
}

/** A feature as graph, or the block of constants that it belongs to. */
type Part = { readonly made: Expr } | { readonly block: string };

/**
 * x [rows, features].
 * @param isMerged whether features that nothing is derived by are one block where they stand beside each other, or one for each column
 */
export function encoderGraph(columns: readonly ColumnEncoding[], source: Source, isMerged: boolean): Expr {
  const { features, places } = layoutOf(columns);
  const parts: Part[] = features.map(({ name }) => ({ block: name }));
  for (const [i, encoding] of columns.entries()) {
    if (!isNumeric(encoding)) for (const place of places[i]) parts[place] = { block: encoding.name };
    else if (readsOf(encoding).some((name) => source.isFollowed(name))) {
      for (const [k, made] of featureGraphs(encoding, places[i][0] + 1, source).entries())
        parts[places[i][k]] = { made: label(made, `x${places[i][k] + 1}`) };
    }
  }
  return concat(blocksOf(parts, source, isMerged), 1);
}

/** Each [rows, some]. */
function blocksOf(parts: readonly Part[], source: Source, isMerged: boolean): Expr[] {
  const blocks: Expr[] = [];
  for (let first = 0; first < parts.length; ) {
    const part = parts[first];
    if ("made" in part) {
      blocks.push(reshape(part.made, [part.made.type.shape[0], 1]));
      first++;
      continue;
    }
    let end = first + 1;
    for (let next = parts[end]; next !== undefined && "block" in next; next = parts[++end])
      if (!isMerged && next.block !== part.block) break;
    blocks.push(source.block(first, end - first, part.block));
    first = end;
  }
  return blocks;
}

/** The amounts of an encoding, 0 where a cell that they are made from is missing. */
function featureGraphs(encoding: NumericEncoding, place: number, source: Source): Expr[] {
  const cells = readsOf(encoding).map((name) => source.cells(name));
  const given = source.constants(encoding, place);
  return withProvenance({ rule: "standardise", of: encoding.name }, () => {
    const columns = cells.map(({ column }) => column);
    const features = numericKind(encoding).graph(encoding, columns, given, source.isPlain(encoding));
    const known = cells.flatMap((one) => (one.known === undefined ? [] : [one.known]));
    return features.map((feature) => known.reduce((product, one) => mul(one, product), feature));
  });
}
