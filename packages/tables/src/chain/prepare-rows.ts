/** Rows of a table as the graph below a network: columns in their own units, what is made of them, and their values. */
import { type Expr, input, label, log } from "@chaingrad/core";
import type { Preparation } from "@chaingrad/core/net";
import type { TableModelData } from "../model/model-file.ts";
import { encode, featuresOf, findColumn, type NumberEncoding } from "../table/encoder.ts";
import type { Rows, Table } from "../table/table.ts";
import { amountAt, offsetsOf } from "../table/targets/amounts.ts";
import { columnIn } from "../table/targets/column-in.ts";
import type { RegressionTarget } from "../table/targets/target.ts";
import { isNearLimit, joined, numberFeature } from "./encoder-graph.ts";
import { type NumberCells, numberCells } from "./number-cells.ts";
import { standardisedTarget } from "./target-graph.ts";

export interface FollowOptions {
  /** What the network's own nodes are called: a column of such a name gets a prime. */
  readonly taken: ReadonlySet<string>;
  /** The one column of numbers or dates to follow, all else being constant; by default all of them. */
  readonly only?: string | undefined;
  /** Whether the target of each row is known, and the loss of interest (default true). */
  readonly withTarget?: boolean;
}

/** A column that is followed, with its cells in the rows. */
export interface FollowedColumn extends NumberCells {
  readonly encoding: NumberEncoding;
  /** Of its feature in x, from 0. */
  readonly place: number;
}

/** Rows as graph: columns as inputs, and x and the target made from them. */
export interface PreparedRows extends Preparation {
  /** By the labels of their inputs. */
  readonly followed: ReadonlyMap<string, FollowedColumn>;
  /** Followed columns with cells that are missing: these count as the mean, and the derivative by them is 0. */
  readonly missing: readonly string[];
  /** [rows, 1], where the target has one: what is added to the network's output. */
  readonly offset?: Expr;
}

/** The columns that can be followed. */
export const numberColumns = ({ encoder }: Pick<TableModelData, "encoder">): NumberEncoding[] =>
  encoder.columns.filter((column): column is NumberEncoding => column.kind !== "category");

/** Throws as `encode` and `encodeTarget`. */
export function prepareRows(
  { encoder, target }: Pick<TableModelData, "encoder" | "target">,
  table: Table,
  rows: Rows,
  options: FollowOptions,
): PreparedRows {
  const below = new Below(rows.length, options.taken);
  const constants = new Constants(below, encode(encoder, table, rows), options.only !== undefined);
  const followed = new Map<string, FollowedColumn>();
  const missing: string[] = [];
  let first = 0;
  for (const encoding of encoder.columns) {
    const { name } = encoding;
    const width = featuresOf(encoding).length;
    const isFollowed = encoding.kind !== "category" && (options.only ?? name) === name;
    if (!isFollowed) constants.add(name, first, width);
    else {
      constants.flush();
      const cells = numberCells(encoding, findColumn(table, name, []), rows);
      followed.set(below.number(encoding, cells, first + 1), { encoding, place: first, ...cells });
      if (cells.known !== undefined) missing.push(name);
      if (encoding.missing) constants.add(`${name} (missing)`, first + 1, 1);
    }
    first += width;
  }
  constants.flush();
  const x = label(joined(below.parts), "x");
  const { columns, given, values } = below;
  if (target.task !== "regression") return { x, columns, given, values, followed, missing };
  const offset = below.offset(target, table, rows);
  const made = (options.withTarget ?? true) ? { target: below.target(target, table, rows, offset) } : {};
  return { x, columns, given, values, followed, missing, ...(offset && { offset }), ...made };
}

/** The part of the graph below x and target as it grows. */
class Below {
  readonly columns: Expr[] = [];
  readonly given: Expr[] = [];
  readonly values: Record<string, Float64Array> = {};
  readonly parts: Expr[] = [];
  readonly rows: number;
  readonly #taken: Set<string>;

  constructor(rows: number, taken: ReadonlySet<string>) {
    this.rows = rows;
    this.#taken = new Set(taken);
  }

  /** An input that is given; its label. */
  constant(name: string, shape: readonly number[], values: Float64Array): Expr {
    const node = this.#input(name, shape, values);
    this.given.push(node);
    return node;
  }

  /** Follows a column to its feature, which is number `place` of x, from 1; gives the column's label. */
  number(encoding: NumberEncoding, { values, known }: NumberCells, place: number): string {
    const column = this.#input(encoding.name, [this.rows], values);
    this.columns.push(column);
    const mean = this.constant(`μ${place}`, [], Float64Array.of(encoding.mean));
    const scale = this.constant(`σ${place}`, [], Float64Array.of(encoding.scale));
    const parts = {
      ...{ mean, scale, isLimited: isNearLimit(encoding, values) },
      known: known && this.constant(`known${place}`, [this.rows], known),
    };
    this.parts.push(label(numberFeature(encoding, column, parts), `x${place}`));
    return column.label as string;
  }

  target(target: RegressionTarget, table: Table, rows: Rows, offset: Expr | undefined): Expr {
    const column = columnIn(table, target.name);
    const amounts = Float64Array.from(rows, (row) => amountAt(column, row));
    const given = this.constant(target.name, [this.rows], amounts);
    const mean = this.constant("μ", [], Float64Array.of(target.mean));
    const scale = this.constant("σ", [], Float64Array.of(target.scale));
    return label(standardisedTarget(target, given, { mean, scale, offset }), "target");
  }

  /** [rows, 1]: the offset, or the logarithm of the exposure. */
  offset(target: RegressionTarget, table: Table, rows: Rows): Expr | undefined {
    const values = offsetsOf(target, table, rows);
    if (target.offset === undefined || values === undefined) return undefined;
    const { column, log: isLog } = target.offset;
    const written = offsetsOf({ ...target, offset: { column, log: false } }, table, rows) as Float64Array;
    const given = this.constant(column, [this.rows, 1], written);
    return isLog ? log(given) : given;
  }

  #input(name: string, shape: readonly number[], values: Float64Array): Expr {
    let unique = name;
    while (this.#taken.has(unique)) unique += "′";
    this.#taken.add(unique);
    this.values[unique] = values;
    return input(unique, shape, "f64");
  }
}

/** Features that nothing is derived by: a block for each column, or for all that stand beside each other. */
class Constants {
  readonly #below: Below;
  readonly #x: Float64Array;
  readonly #isMerged: boolean;
  #pending: { first: number; width: number } | undefined;
  #blocks = 0;

  constructor(below: Below, x: Float64Array, isMerged: boolean) {
    this.#below = below;
    this.#x = x;
    this.#isMerged = isMerged;
  }

  add(name: string, first: number, width: number): void {
    if (!this.#isMerged) this.#block(name, first, width);
    else if (this.#pending === undefined) this.#pending = { first, width };
    else this.#pending.width += width;
  }

  flush(): void {
    if (this.#pending === undefined) return;
    this.#block(`c${++this.#blocks}`, this.#pending.first, this.#pending.width);
    this.#pending = undefined;
  }

  #block(name: string, first: number, width: number): void {
    if (width === 0) return;
    const { parts } = this.#below;
    const rows = this.#below.rows;
    const whole = this.#x.length / rows;
    const values = Float64Array.from(
      { length: rows * width },
      (_, i) => this.#x[Math.floor(i / width) * whole + first + (i % width)],
    );
    parts.push(this.#below.constant(name, [rows, width], values));
  }
}
