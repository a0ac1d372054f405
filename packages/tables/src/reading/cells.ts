/** A column of text as a reader hands it over: each different cell once, and which row holds which. */
export interface Cells {
  readonly name: string;
  /** The different cells, trimmed. */
  readonly texts: readonly string[];
  /** For each row the place of its cell in `texts`; −1 where the source holds none. */
  readonly places: Int32Array;
}

/** Collects the cells of one column, row by row. */
export class CellCollector {
  readonly #name: string;
  readonly #places: Int32Array;
  readonly #texts: string[] = [];
  readonly #known = new Map<string, number>();

  constructor(name: string, rows: number) {
    this.#name = name;
    this.#places = new Int32Array(rows);
  }

  /** Sets the cell of a row (from 0); null where the source holds none. */
  set(row: number, cell: string | null): void {
    this.#places[row] = cell === null ? -1 : (this.#known.get(cell) ?? this.#add(cell));
  }

  /** Cells that differ in the space around them are one cell. */
  #add(cell: string): number {
    const text = cell.trim();
    let place = this.#known.get(text);
    if (place === undefined) {
      place = this.#texts.push(text) - 1;
      this.#known.set(text, place);
    }
    if (text !== cell) this.#known.set(cell, place);
    return place;
  }

  cells(): Cells {
    return { name: this.#name, texts: this.#texts, places: this.#places };
  }
}
