/** chaingrad search: a network and a training for a table, found by trying many. */
import { basename } from "node:path";
import { writeFileAtomically } from "@chaingrad/duckdb/files";
import { UserError } from "@chaingrad/tables";
import { leakNotes } from "@chaingrad/tables/leaks";
import { type Search, searchTable } from "@chaingrad/tables/search";
import { RECIPE_WORDS } from "@chaingrad/tables/words";
import { type Command, Option } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { wholeNumber } from "../given/options.ts";
import { type ReadingFlags, withReading } from "../given/reading.ts";
import { asRefusal } from "../given/refusing.ts";
import { readSpaceFile, type SearchBudget, searchBudget, trainCommand } from "../given/search-options.ts";
import { TABLE } from "../given/table-argument.ts";
import { askedOf, type TrainingFlags, withAsked, withShares } from "../given/training-options.ts";
import { trainingTable } from "../given/training-table.ts";
import { saveModel } from "../model/model-file.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { Interrupted, statusOf } from "../output/failure.ts";
import { holdInterrupts } from "../train/interrupt.ts";
import { printColumns } from "../train/report.ts";
import { printSearch, searchJson } from "../train/search.ts";
import { makeSearchProgress, type SearchProgress } from "../train/search-progress.ts";
import { addTrial, beginTrials, readTrials } from "../train/trial-log.ts";

interface SearchFlags
  extends Omit<TrainingFlags, "recipe" | "lr" | "clip" | "time" | "flow" | "seed">,
    EngineOptions,
    CommonOptions,
    ReadingFlags {
  readonly seed: number;
  readonly space?: string;
  readonly budget?: SearchBudget;
  readonly trials?: string;
  readonly page?: string;
  readonly lang: "en" | "zh";
  readonly out?: string;
  readonly proposals: "tpe" | "random";
  readonly compare: boolean;
}

export function register(program: Command): void {
  const command = program
    .command("search")
    .summary("find a network and a training for a table")
    .description(
      "Tries many networks and trainings for a short time and the better ones for longer, learns from them what to try next, and trains the best.",
    )
    .argument("<file>", TABLE);
  withShares(withAsked(command))
    .option(
      "--space <file>",
      'what is searched, as JSON: { "rate": true, "hidden": [[32], [64,32]] } (default: every option)',
    )
    .option(
      "--budget <time or trials>",
      "when no more trials are begun: 60s, 200, or 60s,200 (default: 60s)",
      searchBudget,
    )
    .option("--epochs <number>", "most passes over the training rows of a trial (default: 300)", wholeNumber(1))
    .option(
      "--patience <epochs>",
      "a trial ends after so many epochs without a better validation loss (default: 30)",
      wholeNumber(1),
    )
    .option("--seed <number>", RECIPE_WORDS.seed, wholeNumber(0), 0)
    .addOption(
      new Option("--proposals <name>", "tpe learns from what was tried, random does not")
        .choices(["tpe", "random"])
        .default("tpe"),
    )
    .option("--trials <file>", "each trial as a line of JSON; where the file is there, the search goes on with it")
    .option("--page <file>", "the trials as parallel coordinates, as HTML")
    .addOption(new Option("--lang <language>", "the language of the page").choices(["en", "zh"]).default("en"))
    .option("--out <file>", "where the best model goes (default: nowhere)")
    .option("--no-compare", "do not train the default recipe beside it")
    .action(run);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad search examples/data/cars.csv --target miles_per_gallon --budget 60s --out cars.safetensors",
    "chaingrad search examples/data/wine.csv --target cultivar --budget 200 --trials wine.jsonl --page wine.html",
  );
}

async function run(file: string, options: SearchFlags, command: Command): Promise<void> {
  const { label, files, read } = await trainingTable(file, options);
  const { out, page, trials, space: spaceFile } = options;
  if (out === "-") throw new UserError("a model cannot go to standard output", "Give --out a file name.");
  await assertOutputs({ "--out": out, "--page": page, "--trials": trials }, [...files, spaceFile, options.blas]);
  const [space, log] = await Promise.all([readSpaceFile(spaceFile), readTrials(trials)]);
  const [{ table, split }, engine] = await Promise.all([read(), openEngine(options, options)]);
  const progress = options.quiet ? undefined : await makeSearchProgress(process.stderr);
  const interruption = holdInterrupts("the best trial so far will be trained");
  const { epochs, patience, seed, budget, proposals, compare } = options;
  const asked = { ...askedOf(options, table), ...(split && { split: { rows: split } }) };
  try {
    const events = searchTable(table, {
      ...asked,
      ...{ seed, proposals, compare, log, engine, signal: interruption.signal },
      ...(space && { space }),
      ...(budget && { budget }),
      ...(epochs !== undefined && { epochs }),
      ...(patience !== undefined && { patience }),
      onPrepared: (prepared) => {
        if (!(options.quiet || options.json))
          print(...printColumns(label, table.rows, prepared, terminalWidth(), { isFolded: false }), "");
        const notes = [...table.notes, ...prepared.notes, ...leakNotes(table, prepared)];
        for (const text of notes) note(`note: ${text}`, options);
      },
    });
    const found = await follow(events, options, progress).catch((error) => {
      if (interruption.signal.aborted)
        throw new Interrupted("interrupted before the first trial was done", interruption.signal);
      throw asRefusal(label, error);
    });
    const args = process.argv.slice(process.argv.indexOf("search") + 1);
    const line = trainCommand(args, command.options, found.best.options, out);
    if (out !== undefined) await saveModel(out, found.found.judged.model);
    if (page !== undefined) {
      const { searchPage } = await import("@chaingrad/view/search");
      await writeFileAtomically(page, searchPage({ ...found, title: basename(label), language: options.lang }));
    }
    if (options.json) printJson(searchJson(found, line, out));
    else {
      print(...printSearch(found, terminalWidth()), "", `train it: ${line}`);
      if (out !== undefined) print(`model: ${out}`);
    }
    if (found.stopped === "aborted") process.exitCode = statusOf(interruption.signal);
  } finally {
    progress?.done();
    interruption.release();
  }
}

/** Every trial to the file of trials and to the line of progress. */
async function follow(
  events: ReturnType<typeof searchTable>,
  options: SearchFlags,
  progress: SearchProgress | undefined,
): Promise<Search> {
  const { trials } = options;
  for (;;) {
    const { done, value: event } = await events.next();
    if (done) return event;
    if (event.type === "start") {
      if (event.known.length > 0) note(`goes on after ${event.known.length} trainings in '${trials}'`, options);
      if (trials !== undefined) await beginTrials(trials, event.log);
    } else if (event.type === "trial") {
      if (trials !== undefined) await addTrial(trials, event.log);
      progress?.trial(event);
    } else {
      progress?.done();
      note(event.what === "best" ? "training the best" : "training the default recipe", options);
    }
  }
}
