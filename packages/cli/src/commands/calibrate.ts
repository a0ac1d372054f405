/** chaingrad calibrate: a model whose probabilities are divided in logits by one temperature, fitted to rows it has not seen. */
import { readTable } from "@chaingrad/duckdb";
import { judgedRows } from "@chaingrad/tables";
import { type Calibration, calibrateModel, checkCalibrates } from "@chaingrad/tables/judging";
import type { Command } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { refusing } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { loadModel, saveModel } from "../model/model-file.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import type { Shown } from "../output/line.ts";
import { formatTable } from "../output/table.ts";
import { paragraph } from "../output/wrap.ts";

interface CalibrateOptions extends EngineOptions, CommonOptions, ReadingFlags {
  readonly out: string;
}

export function register(program: Command): void {
  const command = program
    .command("calibrate")
    .summary("make a model's probabilities come true as often as they say")
    .description(
      "Fits one temperature T to rows that the model was not trained on and saves the model with its logits divided by it " +
        "(temperature scaling). Which class is the most probable stays.",
    )
    .argument("<model>", "a model of classes made by chaingrad train")
    .argument("<file>", `${TABLE}; of rows that were not used in training`)
    .requiredOption("--out <file>", "where the calibrated model goes")
    .action(run);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad calibrate wine.safetensors kept-aside.csv --out calibrated.safetensors",
  );
}

async function run(modelPath: string, file: string, options: CalibrateOptions): Promise<void> {
  const { out, blas } = options;
  const { source, label, files } = await tableArgument(file);
  await assertOutputs({ "--out": out }, [modelPath, ...files, blas]);
  const model = await loadModel(modelPath);
  refusing(modelPath, () => checkCalibrates(model));
  const [table, engine] = await Promise.all([
    readTable(source, readingOptions(options, model)),
    openEngine(options, options),
  ]);
  for (const text of table.notes) note(`note: ${text}`, options);
  const { data, rows } = refusing(label, () => judgedRows(model, table));
  const found = refusing(label, () => calibrateModel(model, engine, data));
  await saveModel(out, found.model);
  const { temperature, before, after } = found;
  if (options.json) printJson({ ...temperature, rows, scores: { before, after }, model: out });
  else print(...report(found, `${rows} rows of ${label}`, terminalWidth()), `model: ${out}`);
}

function report({ temperature: { temperature }, before, after }: Calibration, from: string, width: number): Shown[] {
  const effect = temperature > 1 ? "less sure of itself" : "surer of itself";
  const names = Object.keys(before);
  const row = (title: string, scores: Calibration["before"]): string[] => [
    title,
    ...names.map((name) => scores[name]?.toPrecision(4) ?? "–"),
  ];
  return [
    ...paragraph(`temperature ${temperature.toPrecision(4)} from ${from}: the model becomes ${effect}`, width),
    "",
    ...formatTable(["", ...names], [row("before", before), row("after", after)], `l${"r".repeat(names.length)}`, width),
    "",
    ...paragraph(HONEST, width),
  ];
}

const HONEST =
  "both lines are of the rows that it was fitted to: use rows that were not used in training, and judge the new model on others";
