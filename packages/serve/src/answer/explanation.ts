/** Why a row is predicted as it is: the derivation that `chaingrad explain --json` prints, and the gradient by columns. */
import { catalogue, derivationJson, viewJson } from "@chaingrad/core/explain";
import type { Table } from "@chaingrad/tables";
import { type AnyRow, textAt } from "@chaingrad/tables";
import { explainModel, type Shown } from "@chaingrad/tables/explain";
import type { ServedModel } from "../served-model.ts";

/** Which row, and of what. */
export interface ExplanationAsked {
  /** Counted from 1. */
  readonly row: number;
  readonly from: string;
  readonly of: string | undefined;
  readonly view: string | undefined;
}

/** Throws UserError on a name or a view that there is not, RangeError on a row that there is not, EncodingError as `predict`. */
export async function explanationOf({ model }: ServedModel, table: Table, asked: ExplanationAsked): Promise<object> {
  const { row, from, of, view } = asked;
  const found = await explainModel(model, table, { row, from, of, view: view as Shown | undefined });
  const document = derivationJson(found.of, catalogue.en);
  const isView = of !== undefined || view !== undefined;
  const derivation = isView ? { ...document, view: viewJson(found.blocks, catalogue.en) } : document;
  const own = rowOf(table, row - 1);
  return { prediction: model.predict(own), gradient: model.gradient(own), derivation, notes: found.notes };
}

/** One row of a table as an object, its cells as the program holds them. */
function rowOf({ columns }: Table, row: number): AnyRow {
  return Object.fromEntries(
    columns.map((column) => {
      const value = column.values[row];
      const isMissing = value === null || Number.isNaN(value);
      return [
        column.name,
        isMissing ? null : column.type === "number" && !column.written ? value : textAt(column, row),
      ];
    }),
  );
}
