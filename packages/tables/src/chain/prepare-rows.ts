/** Rows of a table as the graph below a network: columns in their own units, what is made of them, and their values. */
import { concat, type Expr, input, label, log } from "@chaingrad/core";
import type { Preparation } from "@chaingrad/core/net";
import type { TableModelData } from "../model/model-file.ts";
import { encode, findColumn } from "../table/encoder.ts";
import type { Cells } from "../table/encodings/kind.ts";
import { type NumericEncoding, numericKind, readsOf } from "../table/encodings/kinds.ts";
import { layoutOf } from "../table/layout.ts";
import type { Rows, Table } from "../table/table.ts";
import { amountAt, offsetsOf } from "../table/targets/amounts.ts";
import { columnIn } from "../table/targets/column-in.ts";
import { movedTargets, type Offset, type RegressionTarget } from "../table/targets/target.ts";
import { encoderGraph, type Source, type SourceCells } from "./encoder-graph.ts";
import { type NumberCells, numberCells, numberColumns } from "./number-cells.ts";
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
  readonly name: string;
}

/** Rows as graph: columns as inputs, and x and the target made from them. */
export interface PreparedRows extends Preparation {
  /** By the labels of their inputs. */
  readonly followed: ReadonlyMap<string, FollowedColumn>;
  /** Followed columns with cells that are missing: these count as the centre, and the derivative by them is 0. */
  readonly missing: readonly string[];
  /** What is added to the network's outputs, [rows, targets that have one]. */
  readonly offset?: Expr;
}

/** Throws as `encode` and `encodeTarget`. */
export function prepareRows(
  model: Pick<TableModelData, "encoder" | "target">,
  table: Table,
  rows: Rows,
  options: FollowOptions,
): PreparedRows {
  const { encoder, target } = model;
  const below = new Below(rows.length, options, encode(encoder, table, rows));
  const { places } = layoutOf(encoder.columns);
  for (const encoding of numberColumns(model)) {
    const place = places[encoder.columns.indexOf(encoding)][0] + 1;
    below.number(encoding.name, numberCells(encoding, findColumn(table, encoding.name, []), rows), place);
  }
  const x = label(encoderGraph(encoder.columns, below, options.only !== undefined), "x");
  const { columns, given, values, followed } = below;
  const missing = [...followed.values()].flatMap(({ name, known }) => (known === undefined ? [] : [name]));
  const whole = { x, columns, given, values, followed, missing };
  const moved = movedTargets(target).map((one) => below.offset(one, table, rows));
  const offset = moved.length > 1 ? concat(moved, 1) : moved.at(0);
  const isKnown = target.task === "regression" && (options.withTarget ?? true);
  const made = isKnown ? { target: below.target(target, table, rows, offset) } : {};
  return { ...whole, ...(offset && { offset }), ...made };
}

/** The part of the graph below x and target as it grows, with the numbers of its inputs. */
class Below implements Source {
  readonly columns: Expr[] = [];
  readonly given: Expr[] = [];
  readonly values: Record<string, Float64Array> = {};
  readonly followed = new Map<string, FollowedColumn>();
  readonly #rows: number;
  readonly #x: Float64Array;
  readonly #options: FollowOptions;
  readonly #taken: Set<string>;
  readonly #numbers = new Map<string, NumberCells & { readonly place: number }>();
  readonly #cells = new Map<string, SourceCells>();
  readonly #offsets = new Map<string, Expr>();
  #blocks = 0;

  constructor(rows: number, options: FollowOptions, x: Float64Array) {
    this.#rows = rows;
    this.#options = options;
    this.#taken = new Set(options.taken);
    this.#x = x;
  }

  isFollowed(name: string): boolean {
    return this.#numbers.has(name) && (this.#options.only ?? name) === name;
  }

  /** What the rows hold of a column, whose first feature is number `place` of x, from 1; an input where it is followed. */
  number(name: string, cells: NumberCells, place: number): void {
    this.#numbers.set(name, { ...cells, place });
    if (!this.isFollowed(name)) return;
    const column = this.#input(name, [this.#rows], cells.values);
    this.columns.push(column);
    this.followed.set(column.label as string, { name, ...cells });
    this.#cells.set(name, { column, known: this.#known(cells, place) });
  }

  cells(name: string): SourceCells {
    const found = this.#cells.get(name);
    if (found !== undefined) return found;
    const cells = this.#numbers.get(name) as NumberCells & { place: number };
    const made = { column: this.#constant(name, [this.#rows], cells.values), known: this.#known(cells, cells.place) };
    this.#cells.set(name, made);
    return made;
  }

  constants(encoding: NumericEncoding, place: number): Record<string, Expr> {
    const given = numericKind(encoding).given(encoding, this.#cellsOf(encoding));
    return Object.fromEntries(
      Object.entries(given).map(([symbol, value]) => {
        if (typeof value === "number") return [symbol, this.#constant(`${symbol}${place}`, [], Float64Array.of(value))];
        return [symbol, this.#constant(`${encoding.name}: ${symbol}`, [this.#rows], value)];
      }),
    );
  }

  isPlain(encoding: NumericEncoding): boolean {
    return numericKind(encoding).isPlain(encoding, this.#cellsOf(encoding));
  }

  block(first: number, width: number, name: string): Expr {
    const whole = this.#x.length / this.#rows;
    const values = Float64Array.from(
      { length: this.#rows * width },
      (_, i) => this.#x[Math.floor(i / width) * whole + first + (i % width)],
    );
    const own = this.#options.only === undefined ? name : `c${++this.#blocks}`;
    return this.#constant(own, [this.#rows, width], values);
  }

  target(target: RegressionTarget, table: Table, rows: Rows, offset: Expr | undefined): Expr {
    const column = columnIn(table, target.name);
    const amounts = Float64Array.from(rows).map((row) => amountAt(column, row));
    const given = this.#constant(target.name, [this.#rows], amounts);
    const mean = this.#constant("μ", [], Float64Array.of(target.mean));
    const scale = this.#constant("σ", [], Float64Array.of(target.scale));
    return label(standardisedTarget(target, given, { mean, scale, offset }), "target");
  }

  /** [rows, 1]: the offset, or the logarithm of the exposure. */
  offset(target: RegressionTarget & { readonly offset: Offset }, table: Table, rows: Rows): Expr {
    const { column, log: isLog } = target.offset;
    offsetsOf(target, table, rows);
    const written = offsetsOf({ ...target, offset: { column, log: false } }, table, rows) as Float64Array;
    const given = this.#offsets.get(column) ?? this.#constant(column, [this.#rows, 1], written);
    this.#offsets.set(column, given);
    return isLog ? log(given) : given;
  }

  #cellsOf(encoding: NumericEncoding): Cells {
    return readsOf(encoding).map((name) => (this.#numbers.get(name) as NumberCells).values);
  }

  #known({ known }: NumberCells, place: number): Expr | undefined {
    return known && this.#constant(`known${place}`, [this.#rows], known);
  }

  /** An input that is given. */
  #constant(name: string, shape: readonly number[], values: Float64Array): Expr {
    const node = this.#input(name, shape, values);
    this.given.push(node);
    return node;
  }

  #input(name: string, shape: readonly number[], values: Float64Array): Expr {
    let unique = name;
    while (this.#taken.has(unique)) unique += "′";
    this.#taken.add(unique);
    this.values[unique] = values;
    return input(unique, shape, "f64");
  }
}
