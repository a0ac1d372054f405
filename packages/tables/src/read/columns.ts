/** From what a reader copied to the columns of a table. */
import { UserError } from "@chaingrad/core/user-error";
import type { Cells } from "../reading/cells.ts";
import type { DateOrder } from "../reading/dates.ts";
import { redeclared } from "../reading/declared.ts";
import { type InferOptions, type Inferred, inferColumns } from "../reading/infer.ts";
import type { DecimalSign } from "../reading/numbers.ts";
import { COLUMN_TYPES, type ColumnType, type Reading } from "../reading/reading.ts";
import type { Delimiter } from "../reading/records.ts";
import { ValueError } from "../reading/value-error.ts";
import type { Column, NumberColumn, Table } from "../table/table.ts";
import { ROWS_HINT } from "./refusals.ts";

/** How a table is to be read, where the user knows better than the file tells. */
export interface ReadingOptions {
  /** The sign between whole and fraction. */
  readonly decimal?: DecimalSign | undefined;
  /** Whether the day comes first in 3/4/2024. */
  readonly dates?: DateOrder | undefined;
  /** What columns are, by name, whatever their cells look like. A cell that is not so is refused. */
  readonly types?: Readonly<Record<string, ColumnType>> | undefined;
  /** What separates the columns of a text. */
  readonly separator?: Delimiter | undefined;
  /** Lines above the header. */
  readonly skip?: number | undefined;
  /** How a text is encoded, by a name that `TextDecoder` knows: "windows-1251". */
  readonly encoding?: string | undefined;
  /** The sheet of a workbook; the first one by default. */
  readonly sheet?: string | undefined;
  /** How the table was read that a model was trained on, for what nothing in this one shows: `model.reading`. */
  readonly remembered?: Reading | undefined;
}

/** What of the options decides what cells are. */
export const inferOptions = ({ decimal, dates, types, remembered }: ReadingOptions): InferOptions => ({
  ...{ decimal, dates, types, remembered },
});

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
 * @throws UserError where a column of numbers holds an infinity, or a column is not what it was declared to be
 */
export function inferred(copied: readonly (Column | Cells)[], label: string, options: InferOptions): Inferred {
  checkTypes(copied, label, options.types ?? {});
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

/** @throws UserError where a type is declared of a column that is not there, or is none */
function checkTypes(
  columns: readonly { readonly name: string }[],
  label: string,
  types: Readonly<Record<string, ColumnType>>,
): void {
  const names = columns.map(({ name }) => name);
  for (const [name, type] of Object.entries(types)) {
    if (!COLUMN_TYPES.includes(type))
      throw new UserError(`types: '${type}' is no type of a column`, `Expected ${COLUMN_TYPES.join(", ")}.`, OF_TYPES);
    if (names.includes(name)) continue;
    const listed = names.slice(0, MOST_NAMED).join(", ") + (names.length > MOST_NAMED ? ", …" : "");
    throw new UserError(`types: ${label} has no column '${name}'`, `Its columns are ${listed}.`, OF_TYPES);
  }
}

const OF_TYPES = { option: "types" };
/** Columns that a message lists. */
const MOST_NAMED = 20;

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
