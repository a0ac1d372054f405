/** The columns of the table that a prediction is made from: what moves as a whole, however many features it becomes. */
import { nearest } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import type { TableModelData } from "../model/model-file.ts";
import { columnsRead, findColumn } from "../table/encoder.ts";
import { readsOf } from "../table/encodings/kinds.ts";
import type { Column, Table } from "../table/table.ts";
import { offsetColumns, targetsOf } from "../table/targets/target.ts";

type Model = Pick<TableModelData, "encoder" | "target" | "weight">;

/** What a column holds, as the model takes it. */
export type RawKind = "number" | "date" | "category" | "text";

/** A column that the model reads, with its cells. */
export interface RawColumn {
  readonly column: Column;
  readonly kind: RawKind;
}

/** Their names: those of the encoder, and those that offsets stand in, each once. */
export const rawColumns = ({ encoder, target }: Model): string[] => [
  ...new Set([...columnsRead(encoder), ...offsetColumns(target)]),
];

/** Columns of the table that no prediction is made from, targets and weights aside. */
export function unreadColumns(model: Model, table: Table): string[] {
  const known = [...rawColumns(model), ...targetsOf(model.target).map(({ name }) => name), model.weight];
  return table.columns.flatMap(({ name }) => (known.includes(name) ? [] : [name]));
}

/**
 * Throws UserError on a column that the model does not read: the target, one that was set aside, or none of the table's, with
 * the nearest name; EncodingError where the table lacks it.
 */
export function rawColumn(model: Model, table: Table, name: string): RawColumn {
  const read = rawColumns(model);
  if (!read.includes(name)) throw unread(model, table, name, read);
  const column = findColumn(table, name, read);
  const own = model.encoder.columns.find((encoding) => readsOf(encoding).length === 1 && readsOf(encoding)[0] === name);
  const kind = own?.kind ?? "number";
  const isPlain = kind === "number" || kind === "date" || kind === "text";
  return { column, kind: isPlain ? kind : "category" };
}

function unread({ target, weight }: Model, table: Table, name: string, read: readonly string[]): UserError {
  const reads = `The model reads ${read.join(", ")}.`;
  if (targetsOf(target).some((one) => one.name === name))
    return new UserError(`'${name}' is the target: nothing is predicted from it`, reads);
  if (weight === name) return new UserError(`'${name}' holds the weights of rows: nothing is predicted from it`, reads);
  if (table.columns.some((column) => column.name === name))
    return new UserError(`the model does not read the column '${name}': no prediction depends on it`, reads);
  const near = nearest(name, read);
  return new UserError(`there is no column '${name}'`, near === undefined ? reads : `Did you mean '${near}'? ${reads}`);
}
