/** chaingrad predict: a table with the model's predictions added as columns. */
import type { SyncEngine } from "@chaingrad/core";
import { type FileTable, withTable, writeTable } from "@chaingrad/duckdb";
import { type Column, predictedColumns, type TableModelData, UserError } from "@chaingrad/tables";
import { twoClassesOf, withThreshold } from "@chaingrad/tables/judging";
import { unseenValues } from "@chaingrad/tables/words";
import { type Command, Option } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { shareOfAll } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { refusing } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { thresholdNumber } from "../given/threshold.ts";
import { loadModel } from "../model/model-file.ts";
import { type CommonOptions, note, withConventions } from "../output/conventions.ts";

interface PredictOptions extends EngineOptions, CommonOptions, ReadingFlags {
  readonly out: string;
  readonly interval?: number;
  readonly format?: "csv" | "jsonl" | "parquet";
  readonly threshold?: number;
  readonly positive?: string;
}

export function register(program: Command): void {
  const command = program
    .command("predict")
    .summary("add a model's predictions to a table")
    .description("Adds columns with predictions (and class probabilities) to a table.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .option("--out <file>", "where the table goes; - is standard output", "-")
    .option(
      "--interval <share>",
      "also between what, or among which classes, such a share of the truth lies, as 0.9",
      shareOfAll,
    )
    .addOption(
      new Option("--format <format>", "instead of what the name of --out says")
        .choices(["csv", "jsonl", "parquet"])
        .conflicts("json"),
    )
    .option(
      "--threshold <number>",
      "of two classes: predict the second one where its probability is above this",
      thresholdNumber,
    )
    .option("--positive <class>", "the class that --threshold is for (default: the second)")
    .action(run);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad predict cars.safetensors examples/data/cars.csv --out predicted.csv",
    "chaingrad predict digits.safetensors examples/data/digits.csv --format jsonl | head",
  );
}

async function run(modelPath: string, file: string, options: PredictOptions): Promise<void> {
  const { out, blas } = options;
  const { source, files } = await tableArgument(file);
  await assertOutputs({ "--out": out === "-" ? undefined : out }, [modelPath, ...files, blas]);
  const model = await loadModel(modelPath);
  if (options.positive !== undefined && options.threshold === undefined)
    throw new UserError("--positive says which class --threshold is for: give that, too");
  if (options.threshold !== undefined) refusing(modelPath, () => twoClassesOf(model.target, options.positive));
  const engine = await openEngine(options, options);
  await withTable(source, readingOptions(options, model), async (open) => {
    const added = addedColumns(model, engine, open.table, options);
    const format = options.json ? { format: "json" as const } : options.format ? { format: options.format } : {};
    await writeTable(open, added, { path: out, ...format });
  });
}

function addedColumns(
  model: TableModelData,
  engine: SyncEngine,
  table: FileTable,
  options: PredictOptions,
): readonly Column[] {
  const { columns, wild } = refusing(table.path, () => {
    const { threshold, positive, interval } = options;
    const predicted = predictedColumns(model, engine, table, { interval });
    return threshold === undefined ? predicted : withThreshold(predicted, model.target, { threshold, positive });
  });
  for (const text of [...table.notes, ...unseenValues(model.encoder, table)]) note(`note: ${text}`, options);
  if (wild > 0)
    note(`${wild} predicted numbers are not finite: the model's weights are too large for these rows`, options);
  return columns;
}
