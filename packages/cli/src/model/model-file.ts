/** Model files: read with errors that name the file, written whole or not at all. */
import { readFile } from "node:fs/promises";
import { FormatError, type Model } from "@chaingrad/core";
import { systemCode, systemReason, writeFileAtomically } from "@chaingrad/duckdb/files";
import {
  readModel as decodeModel,
  writeModel as encodeModel,
  type TableModelData,
  takesTables,
  UserError,
} from "@chaingrad/tables";

/** @throws UserError as `loadAnyModel`, and when the model was not trained on a table */
export async function loadModel(path: string): Promise<TableModelData> {
  const model = await loadAnyModel(path);
  if (takesTables(model)) return model;
  throw new UserError(
    `${path}: a network that was trained on numbers, not on a table`,
    "In TypeScript: predictorOf(model, engine).predict(rows). To look at it: chaingrad check, explain, emit.",
  );
}

/** @throws UserError when the file cannot be read or is no model (cut short, damaged, of a newer version, …) */
export async function loadAnyModel(path: string): Promise<Model | TableModelData> {
  try {
    return decodeModel(await readFile(path));
  } catch (error) {
    if (error instanceof FormatError) {
      throw new UserError(`${path}: ${error.message}`, "Models are made with: chaingrad train FILE --target COLUMN", {
        cause: error,
      });
    }
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new UserError(`cannot read the model '${path}': ${systemReason(code)}`, undefined, { cause: error });
  }
}

/** @throws UserError when the disk is full, the folder read-only, … An older file at the path is then untouched. */
export async function saveModel(path: string, model: TableModelData): Promise<void> {
  await writeFileAtomically(path, encodeModel(model));
}
