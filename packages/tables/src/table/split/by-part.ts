/** Rows whose part is given by a column. */
import type { Split } from "@chaingrad/core";
import { PARTS, type Part } from "../parts.ts";
import { type Column, EncodingError, textAt } from "../table.ts";

/** What else the parts are called. */
const NAMES: Readonly<Record<string, Part>> = {
  ...{ train: "train", training: "train", fit: "train" },
  ...{ validation: "validation", valid: "validation", val: "validation", dev: "validation" },
  ...{ test: "test", testing: "test", holdout: "test" },
};

/** Throws EncodingError on a row whose part is not told, and where none is to be trained on. */
export function splitByPart(column: Column, rows: Int32Array): Split {
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  for (const row of rows) {
    const text = textAt(column, row);
    const part = text === null ? undefined : NAMES[text.trim().toLowerCase()];
    if (part !== undefined) {
      parts[part].push(row);
      continue;
    }
    const given = text === null ? "nothing is given" : `got '${text}'`;
    throw new EncodingError(
      `column '${column.name}', row ${row + 1}: expected ${PARTS.map((name) => `'${name}'`).join(", ")}; ${given}`,
      column.name,
      row,
    );
  }
  if (parts.train.length === 0)
    throw new EncodingError(`column '${column.name}' says of no row that it is to be trained on`, column.name);
  const rowsOf = (part: Part): Int32Array => Int32Array.from(parts[part]);
  return { train: rowsOf("train"), validation: rowsOf("validation"), test: rowsOf("test") };
}
