/** chaingrad evaluate: how a model does on a table whose targets are known. */

import { readTable } from "@chaingrad/duckdb";
import { evaluateModel, judgedRows } from "@chaingrad/tables";
import { SCORES, taskOf } from "@chaingrad/tables/words";
import type { Command } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { loadModel } from "../model/model-file.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { wrap } from "../output/wrap.ts";
import { evaluationsJson, printEvaluation } from "../train/report.ts";
import { assertOutputs } from "./distinct.ts";
import { type ReadingFlags, readingOptions, withReading } from "./reading.ts";
import { refusing } from "./refusing.ts";
import { TABLE, tableArgument } from "./table-argument.ts";

export function register(program: Command): void {
  const command = program
    .command("evaluate")
    .summary("judge a model on a table")
    .description("Judges a model on a table whose targets are known. Rows without a target do not count.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .addHelpText("after", () => `\n${wrap(SCORES, terminalWidth())}`)
    .action(run);
  withConventions(withEngine(withReading(command)), "chaingrad evaluate cars.safetensors examples/data/cars.csv");
}

async function run(
  modelPath: string,
  file: string,
  options: EngineOptions & CommonOptions & ReadingFlags,
): Promise<void> {
  const { source, label, files } = await tableArgument(file);
  await assertOutputs({}, [modelPath, ...files, options.blas]);
  const model = await loadModel(modelPath);
  const [table, engine] = await Promise.all([
    readTable(source, readingOptions(options, model)),
    openEngine(options, options),
  ]);
  for (const text of table.notes) note(`note: ${text}`, options);
  const { data, rows, missing, weight } = refusing(label, () => judgedRows(model, table));
  const evaluation = evaluateModel(model, engine, data);
  const { target } = model;
  if (options.json) {
    const { scores, targets, ...details } = evaluation;
    const each = targets && { targets: evaluationsJson(target, evaluation) };
    const document = {
      task: target.task,
      target: target.name,
      rows,
      missingTargets: missing,
      metrics: scores,
      ...details,
      ...each,
    };
    printJson(document);
    return;
  }
  const aside = missing === 0 ? "" : `, ${missing} without a target set aside`;
  const weighed = weight === undefined ? "" : `, weighed by '${weight}'`;
  const head = options.quiet ? [] : [`${taskOf(target)} on ${rows} rows of ${label}${aside}${weighed}`, ""];
  print(...head, ...printEvaluation(model.target, evaluation, terminalWidth()));
}
