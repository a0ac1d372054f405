/** What a model's columns are, for whoever describes them to others: a form, a document of an interface. */
import type { TableModelData } from "../model/model-file.ts";
import { type ColumnEncoding, readsOf } from "../table/encodings/kinds.ts";
import { offsetColumns } from "../table/targets/target.ts";

/** A column that a prediction is made from. */
export interface ColumnForm {
  readonly name: string;
  readonly holds: "number" | "date" | "category" | "text";
  /** Of a category those that training saw; all else is a category, too. */
  readonly categories?: readonly string[];
}

/** The columns of the model in the order in which it reads them, each once; offsets last. */
export function columnForms({ encoder, target }: Pick<TableModelData, "encoder" | "target">): ColumnForm[] {
  const forms = new Map<string, ColumnForm>();
  for (const encoding of encoder.columns) {
    for (const name of readsOf(encoding)) if (!forms.has(name)) forms.set(name, formOf(name, encoding));
  }
  for (const name of offsetColumns(target)) forms.set(name, { name, holds: "number" });
  return [...forms.values()];
}

function formOf(name: string, encoding: ColumnEncoding): ColumnForm {
  switch (encoding.kind) {
    case "number":
    case "text":
      return { name, holds: encoding.kind };
    case "date":
    case "duration":
      return { name, holds: "date" };
    default:
      return { name, holds: "category", categories: encoding.categories };
  }
}
