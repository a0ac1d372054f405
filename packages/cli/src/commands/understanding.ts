/** What the commands that look into a model have in common: which number of which target, and a model with its table. */
import type { SyncEngine } from "@chaingrad/core";
import { type FileTable, readTable } from "@chaingrad/duckdb";
import type { TableModelData } from "@chaingrad/tables";
import type { Command } from "commander";
import { plainEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { asRefusal } from "../given/refusing.ts";
import { tableArgument } from "../given/table-argument.ts";
import { loadModel } from "../model/model-file.ts";
import { type CommonOptions, note } from "../output/conventions.ts";

/** Which number is meant, and how the table is read. */
export interface UnderstandingFlags extends CommonOptions, ReadingFlags {
  readonly target?: string;
  readonly class?: string;
}

/** Adds `--target` and `--class`, and the options of tables. */
export function withOutput(command: Command): Command {
  return withReading(
    command
      .option("--target <column>", "of several targets the one that is meant")
      .option(
        "--class <name>",
        "the class or label whose probability is meant, or a quantile as q0.9 (default: the most probable one)",
      ),
  );
}

/** A model and a table that it is looked at with. */
export interface Opened {
  readonly model: TableModelData;
  readonly table: FileTable;
  readonly engine: SyncEngine;
  /** How lines of output call the table. */
  readonly label: string;
}

/** Throws UserError where one of the two cannot be read. */
export async function openBoth(modelPath: string, file: string, options: UnderstandingFlags): Promise<Opened> {
  const { source, label, files } = await tableArgument(file);
  await assertOutputs({}, [modelPath, ...files]);
  const model = await loadModel(modelPath);
  const [table, engine] = await Promise.all([readTable(source, readingOptions(options, model)), plainEngine(options)]);
  for (const text of table.notes) note(`note: ${text}`, options);
  return { model, table, engine, label };
}

/** @throws UserError for what the library refuses about the model's question or the table */
export async function asking<T>({ label }: Opened, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asRefusal(label, error);
  }
}
