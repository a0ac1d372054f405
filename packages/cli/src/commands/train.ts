/** chaingrad train: a table in, a trained network out. */
import { basename } from "node:path";
import type { Language } from "@chaingrad/core/explain";
import { writeFileAtomically } from "@chaingrad/duckdb/files";
import {
  type chooseRecipe,
  judgeTraining,
  type Prepared,
  preparationFor,
  prepareTable,
  settleTarget,
  type Table,
  UserError,
} from "@chaingrad/tables";
import { leakNotes } from "@chaingrad/tables/leaks";
import { prepareFrom, recipeFor } from "@chaingrad/tables/warm-start";
import { type Command, Option } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import {
  type FollowFlags,
  type Following,
  followedFiles,
  followsFlow,
  openFollowing,
  withFollowing,
} from "../follow/following.ts";
import { assertOutputs } from "../given/distinct.ts";
import { type ReadingFlags, withReading } from "../given/reading.ts";
import { asRefusal, refusing } from "../given/refusing.ts";
import { TABLE } from "../given/table-argument.ts";
import { askedOf, recipeOf, type TrainingFlags, withParts, withTraining } from "../given/training-options.ts";
import { trainingTable } from "../given/training-table.ts";
import { loadModel, saveModel } from "../model/model-file.ts";
import {
  type CommonOptions,
  complain,
  note,
  print,
  printJson,
  terminalWidth,
  withConventions,
} from "../output/conventions.ts";
import { Interrupted, STATUS, statusOf } from "../output/failure.ts";
import { flowOf } from "../output/flow.ts";
import { type CheckpointFlags, checkCheckpoint, openCheckpoint, withCheckpoint } from "../train/checkpoint.ts";
import { type Failure, printFailure } from "../train/fault.ts";
import { holdInterrupts } from "../train/interrupt.ts";
import { makeProgress } from "../train/progress.ts";
import { printColumns, printReport, type Report, reportJson } from "../train/report.ts";
import { type TrainingHost, train } from "../train/training.ts";

interface TrainOptions extends TrainingFlags, EngineOptions, CommonOptions, ReadingFlags, FollowFlags, CheckpointFlags {
  readonly out?: string;
  readonly report?: string;
  readonly lang?: Language;
  readonly warmStart?: string;
}

const LANGUAGES: readonly Language[] = ["en", "zh"];

export function register(program: Command): void {
  const command = program
    .command("train")
    .summary("train a network on a table")
    .description("Trains a fully connected network on a table (CSV, TSV, JSON lines, Excel, Parquet; also gzipped).")
    .argument("<file>", TABLE);
  withCheckpoint(withParts(withTraining(command)))
    .option("--out <file>", "where the model goes (default: FILE's name with .safetensors)")
    .option(
      "--warm-start <model>",
      "go on from a model's weights, on other rows or columns: its network and how it reads them stay",
    )
    .option("--report <file>", "one page about the table, the training, the model and a prediction, as HTML")
    .addOption(new Option("--lang <language>", "the language of the report (default: en)").choices(LANGUAGES))
    .action(run);
  withFollowing(command);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad train examples/data/cars.csv --target miles_per_gallon",
    "chaingrad train examples/data/diabetes.csv --target progression --optimizer levenberg-marquardt",
    "chaingrad train examples/data/cars.csv --target miles_per_gallon --report cars.html",
    "chaingrad train examples/data/cars.csv --target miles_per_gallon --quantile 0.1,0.5,0.9",
    "chaingrad train examples/data/digits.csv --target digit --hidden 128,64 --out digits.safetensors",
  );
}

async function run(file: string, options: TrainOptions): Promise<void> {
  const { label, files, stem, read: readRows } = await trainingTable(file, options);
  const out = options.out ?? `${stem || "model"}.safetensors`;
  if (out === "-") throw new UserError("a model cannot go to standard output", "Give --out a file name.");
  if (options.lang !== undefined && options.report === undefined)
    throw new UserError("--lang is of the report", "Add --report FILE.");
  const followed = await followedFiles(options);
  const given = [...files, options.blas, options.warmStart];
  await assertOutputs({ "--out": out, "--report": options.report, ...followed }, given);
  await checkCheckpoint(options);
  const known = options.warmStart === undefined ? undefined : await loadModel(options.warmStart);
  const flow = options.report !== undefined || followsFlow(options);
  const recipe = recipeOf(known ? recipeFor(options) : options, { flow });
  const [{ table, split }, engine] = await Promise.all([readRows(), openEngine(options, options)]);
  const asked = refusing(label, () => askedOf(options, table));
  const read = refusing(label, () => {
    const rows = split && { split: { rows: split } };
    const wanted = { ...asked, ...rows, seed: recipe.seed };
    return known
      ? prepareFrom(known, table, wanted)
      : prepareTable(table, { ...wanted, ...preparationFor(recipe, asked) });
  });
  const prepared = await settleTarget(read, engine, recipe.seed);
  const checkpoint = await openCheckpoint(options, prepared, { ...asked, ...recipe }, engine);
  const title = `${prepared.target.name} from ${basename(label)}`;
  const following = await openFollowing(options, { title, stem: stem || "training" }).catch(async (error) => {
    await checkpoint?.close();
    throw error;
  });
  const say = options.log === "-" ? complain : print;
  if (!(options.quiet || options.json))
    say(...printColumns(label, table.rows, prepared, terminalWidth(), { isFolded: "recipe" in recipe }), "");
  const notes = [...table.notes, ...prepared.notes, ...leakNotes(table, prepared), ...(checkpoint?.notes ?? [])];
  for (const text of notes) note(`note: ${text}`, options);
  const interruption = holdInterrupts("the best model so far will be saved");
  try {
    const source = { label, table, isFile: stem !== undefined && split === undefined };
    const host = { ...following.host, engine, signal: interruption.signal, checkpoint };
    const { report, failure, isUseless } = await trainAndSave(source, out, prepared, recipe, options, host, following);
    if (report !== undefined && options.json) printJson(reportJson(report));
    else if (report !== undefined) say(...printReport(report, terminalWidth()));
    if (isUseless) note(`warning: on the ${report?.part} rows this model does no better than the baseline`, options);
    if (report?.end.stopped === "aborted") process.exitCode = statusOf(interruption.signal);
    if (failure === undefined) return;
    complain(...printFailure(failure, terminalWidth()));
    process.exitCode = STATUS.failed;
  } finally {
    interruption.release();
    await following.end();
    await checkpoint?.close();
  }
}

type Chosen = ReturnType<typeof chooseRecipe>;

/** What is trained on, as it is called. */
interface Source {
  readonly label: string;
  readonly table: Table;
  /** Whether its rows are those of one file, in order. */
  readonly isFile: boolean;
}

async function trainAndSave(
  { label: file, table, isFile }: Source,
  out: string,
  prepared: Prepared,
  recipe: Chosen,
  options: TrainOptions,
  host: TrainingHost,
  following: Following,
): Promise<{ report?: Report; failure?: Failure; isUseless?: boolean }> {
  const { engine } = host;
  const progress = options.quiet ? undefined : await makeProgress(process.stderr);
  const trained = await train(prepared, recipe, host, progress).catch((error) => {
    throw asRefusal(file, error);
  });
  const { end, history, remedy, outOfFold, networks, refitted } = trained;
  const failed = { file, prepared, end, remedy };
  if (end.bestEpoch === 0 && end.stopped === "diverged") return { failure: { ...failed, model: undefined } };
  if (end.bestEpoch === 0)
    throw new Interrupted("interrupted before the first epoch was done: nothing was saved", host.signal);
  const judged = judgeTraining(trained, prepared, engine);
  const { evaluations, part, baseline } = judged;
  await saveModel(out, judged.model);
  following.judged(judged, out);
  if (end.stopped !== "aborted") await host.checkpoint?.end();
  if (options.report !== undefined) {
    const { reportOf, reportPage } = await import("@chaingrad/view/report");
    // It is made to be passed on: names of folders say nothing elsewhere.
    const name = basename(file);
    const training = { ...judged, title: name, file: name, prepared, end, history, engine, table };
    const found = await reportOf({
      ...training,
      ...(outOfFold && { outOfFold }),
      ...(isFile && { files: { model: basename(out), table: name } }),
      ...(options.lang && { language: options.lang }),
    });
    await writeFileAtomically(options.report, reportPage(found));
  }
  const shown = options.flow ? { flow: flowOf(history) } : {};
  const report = {
    file,
    prepared,
    engine: engine.name,
    end,
    remedy,
    ...shown,
    ...{ networks, refitted, turns: history.turns },
    evaluations,
    part,
    baseline,
    model: out,
  };
  const failure = end.stopped === "diverged" ? { failure: { ...failed, model: out } } : {};
  return { report, ...failure, isUseless: !judged.beatsBaseline };
}
