/** Rows whose cells come from different rows of a table: what every question "and if this column were another?" is made of. */
import type { TableModelData } from "../model/model-file.ts";
import { encode, findColumn } from "../table/encoder.ts";
import { type ColumnEncoding, isNumeric, numericKind, readsOf } from "../table/encodings/kinds.ts";
import { layoutOf } from "../table/layout.ts";
import { numbersAt, type Rows, type Table } from "../table/table.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { movedTargets } from "../table/targets/target.ts";

/** Rows as a network takes them: features [rows, features], and what is added to its outputs [rows, targets that have such]. */
export interface EncodedRows {
  readonly x: Float64Array;
  readonly offsets: Float64Array | undefined;
}

/** From which of the known rows each new row has its cell of a column. */
export type Donors = (column: string) => ArrayLike<number>;

/** Each cell is encoded once; a new row is gathered from the features that its cells became. */
export class MixedRows {
  readonly #x: Float64Array;
  readonly #offsets: Float64Array | undefined;
  /** The column of each offset. */
  readonly #moved: readonly string[];
  readonly #width: number;
  readonly #columns: readonly ColumnEncoding[];
  readonly #places: readonly Int32Array[];
  /** Cells of columns that are read together with others. */
  readonly #cells: ReadonlyMap<string, Float64Array>;

  /** Throws as `encode`, and TargetError on an offset that is missing. */
  constructor({ encoder, target }: TableModelData, table: Table, rows: Rows) {
    this.#x = encode(encoder, table, rows);
    this.#offsets = offsetsFor(target, table, rows);
    this.#moved = movedTargets(target).map(({ offset }) => offset.column);
    this.#width = encoder.features.length;
    this.#columns = encoder.columns;
    this.#places = layoutOf(encoder.columns).places;
    const together = encoder.columns.flatMap((encoding) => (isNumeric(encoding) ? jointly(encoding) : []));
    this.#cells = new Map(together.map((name) => [name, numbersAt(findColumn(table, name, []), rows, "date")]));
  }

  /** The given known rows as they are, by their places. */
  rows(places: ArrayLike<number>): EncodedRows {
    return this.mix(places.length, () => places);
  }

  mix(rows: number, donors: Donors): EncodedRows {
    const x = new Float64Array(rows * this.#width);
    for (const [i, encoding] of this.#columns.entries()) {
      const from = readsOf(encoding).map(donors);
      if (from.length === 1) this.#gather(x, this.#places[i], from[0], rows);
      else this.#encode(x, i, from, rows);
    }
    return { x, offsets: this.#mixOffsets(rows, donors) };
  }

  #gather(x: Float64Array, places: Int32Array, from: ArrayLike<number>, rows: number): void {
    for (let row = 0; row < rows; row++) {
      for (const place of places) x[row * this.#width + place] = this.#x[from[row] * this.#width + place];
    }
  }

  /** What is made of several columns is made anew where they come from different rows. */
  #encode(x: Float64Array, i: number, from: readonly ArrayLike<number>[], rows: number): void {
    const encoding = this.#columns[i];
    if (!isNumeric(encoding)) return;
    const write = numericKind(encoding).writer(encoding);
    const known = readsOf(encoding).map((name) => this.#cells.get(name) as Float64Array);
    const cells = known.map(() => new Float64Array(1));
    for (let row = 0; row < rows; row++) {
      for (const [k, own] of cells.entries()) own[0] = known[k][from[k][row]];
      write(cells, 0, { values: x, places: this.#places[i] }, row * this.#width);
    }
  }

  #mixOffsets(rows: number, donors: Donors): Float64Array | undefined {
    const known = this.#offsets;
    if (known === undefined) return undefined;
    const count = this.#moved.length;
    const from = this.#moved.map(donors);
    return Float64Array.from(
      { length: rows * count },
      (_, i) => known[from[i % count][Math.floor(i / count)] * count + (i % count)],
    );
  }
}

/** The columns of an encoding that reads several. */
function jointly(encoding: ColumnEncoding): readonly string[] {
  const reads = readsOf(encoding);
  return reads.length > 1 ? reads : [];
}
