/** From what a reader copied to the columns of a table. */
import { UserError } from "@chaingrad/core/user-error";
import type { Cells } from "../reading/cells.ts";
import { redeclared } from "../reading/declared.ts";
import { type InferOptions, type Inferred, inferColumns } from "../reading/infer.ts";
import type { DecimalSign } from "../reading/numbers.ts";
import { ValueError } from "../reading/value-error.ts";
import type { Column, NumberColumn, Table } from "../table/table.ts";
import { ROWS_HINT } from "./refusals.ts";

/** How text is to be read, where the user knows better than the file tells. */
export interface ReadingOptions {
  /** The sign between whole and fraction. */
  readonly decimal?: DecimalSign;
  /** Lines above the header. */
  readonly skip?: number;
}

/**
 * A table as a reader hands it over. Number columns hold NaN where a value is missing, and only there: reading refuses
 * ±Infinity. Dates are ISO 8601, `2020-01-05` throughout a column or `2020-01-05T10:00:00.000Z` throughout (UTC, as
 * Date.toISOString prints).
 */
export interface FileTable extends Table {
  /** What it was read from: a path as the user gave it, a File's name, an address; "the table" where it has none. */
  readonly path: string;
  /** The sign between whole and fraction in its text. */
  readonly decimal: DecimalSign;
  /** What was read into the file as a whole, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Columns in order, those that are cells yet judged by the rules for text.
 * @throws UserError where a column of numbers holds an infinity
 */
export function inferred(copied: readonly (Column | Cells)[], label: string, options: InferOptions): Inferred {
  try {
    const { columns, ...rest } = inferColumns(
      copied.filter((column): column is Cells => "places" in column),
      options,
    );
    const judged = columns.values();
    const types = { ...options.remembered?.types, ...options.types };
    return {
      columns: copied.map((column) => {
        if ("places" in column) return judged.next().value as Column;
        const declared = Object.hasOwn(types, column.name) ? types[column.name] : undefined;
        return declared === undefined ? column : redeclared(column, declared);
      }),
      ...rest,
    };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UserError(`${label}, ${error.message}`, ROWS_HINT, { cause: error });
  }
}

/** Collects the numbers of a typed column; NaN counts as missing, and is said. */
export class NumberCollector {
  readonly #name: string;
  readonly #label: string;
  readonly #values: Float64Array;
  #nan = 0;
  #first = 0;

  constructor(name: string, rows: number, label: string) {
    this.#name = name;
    this.#label = label;
    this.#values = new Float64Array(rows);
  }

  /**
   * Sets the value of a row (from 0); null where the source holds none.
   * @throws UserError at an infinity
   */
  set(row: number, value: number | null): void {
    if (value !== null && Math.abs(value) === Number.POSITIVE_INFINITY) {
      const place = `${this.#label}, column '${this.#name}', row ${row + 1}`;
      throw new UserError(
        `${place}: expected a finite number, got ${value} (or a number too large for 64 bits)`,
        ROWS_HINT,
      );
    }
    if (Number.isNaN(value) && this.#nan++ === 0) this.#first = row;
    this.#values[row] = value ?? Number.NaN;
  }

  column(): NumberColumn {
    const column = { name: this.#name, type: "number", values: this.#values } as const;
    if (this.#nan === 0) return column;
    const where = `${this.#nan > 1 ? `${this.#nan}×, first in ` : ""}row ${this.#first + 1}`;
    return { ...column, note: `NaN (${where}) counts as missing` };
  }
}
