/** chaingrad train: a table in, a trained network out. */
import { basename } from "node:path";
import type { SyncEngine } from "@chaingrad/core";
import { readTable } from "@chaingrad/duckdb";
import { writeFileAtomically } from "@chaingrad/duckdb/files";
import {
  ACTIVATIONS,
  type ClassWeight,
  chooseRecipe,
  DEFAULTS,
  judgeTraining,
  OPTIMIZERS,
  type Prepared,
  type PrepareOptions,
  preparationFor,
  prepareTable,
  RECIPES,
  type Recipe,
  type RecipeName,
  settleTarget,
  TARGET_LOSSES,
  TASKS,
  type Task,
  UserError,
} from "@chaingrad/tables";
import { RECIPE_WORDS, RECIPES_WORDS, SCORES } from "@chaingrad/tables/words";
import { type Command, Option } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { saveModel } from "../model/model-file.ts";
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
import { wrap } from "../output/wrap.ts";
import { type Failure, printFailure } from "../train/fault.ts";
import { holdInterrupts } from "../train/interrupt.ts";
import { makeProgress } from "../train/progress.ts";
import { printColumns, printReport, type Report, reportJson } from "../train/report.ts";
import { train } from "../train/training.ts";
import { assertOutputs } from "./distinct.ts";
import {
  classWeights,
  collected,
  columnList,
  columnOfTarget,
  embedded,
  fraction,
  hiddenSizes,
  names,
  nonNegative,
  positive,
  quantileList,
  seconds,
  share,
  wholeNumber,
} from "./options.ts";
import { type ReadingFlags, readingOptions, withReading } from "./reading.ts";
import { asRefusal, checkNames, refusing } from "./refusing.ts";
import { TABLE, tableArgument } from "./table-argument.ts";

interface TrainOptions extends Omit<Partial<Recipe>, "rate" | "clip">, EngineOptions, CommonOptions, ReadingFlags {
  readonly recipe?: RecipeName;
  readonly lr?: number;
  /** Largest norm of the whole gradient. */
  readonly clip?: number;
  readonly target: readonly string[];
  readonly task?: Task;
  readonly order?: readonly string[];
  readonly drop: readonly string[];
  readonly embed?: readonly string[];
  readonly weight?: string;
  readonly classWeight?: ClassWeight;
  readonly loss?: PrepareOptions["loss"];
  readonly quantile?: readonly number[];
  readonly transform?: "log" | "none";
  readonly offset?: readonly string[];
  readonly exposure?: readonly string[];
  readonly validation?: number;
  readonly test?: number;
  readonly out?: string;
  readonly report?: string;
}

export function register(program: Command): void {
  const command = program
    .command("train")
    .summary("train a network on a table")
    .description("Trains a fully connected network on a table (CSV, TSV, JSON lines, Excel, Parquet; also gzipped).")
    .argument("<file>", TABLE)
    .requiredOption(
      "--target <columns>",
      "the column to predict, or several, as in y1,y2 (also given again)",
      collected,
    )
    .addOption(new Option("--task <task>", "what the target is (default: inferred)").choices(TASKS))
    .option("--order <classes>", "the classes of an ordinal target of texts, the lowest first, as in low,high", names)
    .addOption(
      new Option("--loss <name>", "what is made small (default: what suits the target)").choices(
        TARGET_LOSSES.regression,
      ),
    )
    .option("--quantile <list>", "the quantiles to predict, as in 0.1,0.5,0.9 (loss: quantile)", quantileList)
    .addOption(
      new Option("--transform <name>", "learn an amount by its logarithm (default: where that serves)").choices([
        "log",
        "none",
      ]),
    )
    .option("--weight <column>", "what each row weighs: a row of weight 2 counts as two")
    .option("--class-weight <weights>", "what each class weighs: balanced, or as in A=2,B=1", classWeights)
    .option(
      "--offset <column>",
      "added to what is predicted: to an amount, or to the logarithm of a count; of several targets as in y1=known (also given again)",
      collected,
    )
    .option(
      "--exposure <column>",
      "multiplies the rate of counts: its logarithm is the offset; of several targets as in y1=years (also given again)",
      collected,
    )
    .option("--drop <columns>", "columns to leave out, as in a,b", names, [])
    .option(
      "--embed <columns>",
      "columns whose categories become learned numbers: by name, as in a,b; of more than so many categories (default: 20; of one network 100); none",
      collected,
    )
    .addOption(new Option("--recipe <name>", RECIPES_WORDS).choices(RECIPES))
    .option("--time <seconds>", RECIPE_WORDS.time, seconds)
    .option("--hidden <sizes>", RECIPE_WORDS.hidden, hiddenSizes)
    .addOption(new Option("--activation <name>", RECIPE_WORDS.activation).choices(ACTIVATIONS))
    .option("--dropout <share>", RECIPE_WORDS.dropout, fraction)
    .addOption(new Option("--optimizer <name>", RECIPE_WORDS.optimizer).choices(OPTIMIZERS))
    .option("--lr <rate>", RECIPE_WORDS.rate, positive)
    .option("--l2 <strength>", RECIPE_WORDS.l2, nonNegative)
    .option("--epochs <number>", RECIPE_WORDS.epochs, wholeNumber(1))
    .option("--patience <epochs>", RECIPE_WORDS.patience, wholeNumber(1))
    .option("--batch <rows>", RECIPE_WORDS.batch, wholeNumber(1))
    .option(
      "--validation <fraction>",
      "share of the rows that decides when to stop (fast: 0.15; else one fold in five)",
      share,
    )
    .option("--test <fraction>", "share of the rows kept for the final judgement (default: 0.15)", share)
    .option("--clip <norm>", RECIPE_WORDS.clip, positive)
    .option("--flow", RECIPE_WORDS.flow)
    .option("--seed <number>", RECIPE_WORDS.seed, wholeNumber(0), DEFAULTS.seed)
    .option("--out <file>", "where the model goes (default: FILE's name with .safetensors)")
    .option("--report <file>", "one page about the table, the training and a prediction, as HTML")
    .addHelpText("after", () => `\n${wrap(SCORES, terminalWidth())}`)
    .action(run);
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
  const { source, label, files, stem } = await tableArgument(file);
  const out = options.out ?? `${stem || "model"}.safetensors`;
  if (out === "-") throw new UserError("a model cannot go to standard output", "Give --out a file name.");
  await assertOutputs({ "--out": out, "--report": options.report }, [...files, options.blas]);
  const recipe = recipeOf(options);
  const [table, engine] = await Promise.all([readTable(source, readingOptions(options)), openEngine(options, options)]);
  const read = refusing(label, () => {
    checkNames(options.drop, table.columns, "--drop");
    const target = columnList(options.target, table.columns);
    const dropped = target.find((name) => options.drop.includes(name));
    if (dropped !== undefined) throw new UserError(`--drop names the target '${dropped}'`);
    const embed = embedded(options.embed, table.columns);
    if (Array.isArray(embed)) checkNames(embed, table.columns, "--embed");
    const { task, order, drop, weight, classWeight, loss, transform, test, quantile } = options;
    const from = { targets: target, columns: table.columns };
    const offset = columnOfTarget("--offset", options.offset, from);
    const exposure = columnOfTarget("--exposure", options.exposure, from);
    return prepareTable(table, {
      ...{ target, task, order, drop, weight, classWeight, loss, transform, offset, exposure, test },
      ...{
        quantiles: quantile,
        seed: recipe.seed,
        ...preparationFor(recipe, { validation: options.validation, embed }),
      },
    });
  });
  const prepared = await settleTarget(read, engine, recipe.seed);
  if (!(options.quiet || options.json))
    print(...printColumns(label, table.rows, prepared, terminalWidth(), { isFolded: "recipe" in recipe }), "");
  for (const text of [...table.notes, ...prepared.notes]) note(`note: ${text}`, options);
  const interruption = holdInterrupts("the best model so far will be saved");
  try {
    const { report, failure, isUseless } = await trainAndSave(
      label,
      out,
      prepared,
      recipe,
      engine,
      options,
      interruption.signal,
    );
    if (report !== undefined) tell(report, options);
    if (isUseless) note(`warning: on the ${report?.part} rows this model does no better than the baseline`, options);
    if (report?.end.stopped === "aborted") process.exitCode = statusOf(interruption.signal);
    if (failure === undefined) return;
    complain(...printFailure(failure, terminalWidth()));
    process.exitCode = STATUS.failed;
  } finally {
    interruption.release();
  }
}

type Chosen = ReturnType<typeof chooseRecipe>;

/** Throws UserError where options name a recipe, and what it chooses itself. */
function recipeOf({ recipe, seed, time, validation, report, ...options }: TrainOptions): Chosen {
  const { hidden, activation, dropout, optimizer, lr, l2, epochs, patience, batch, clip } = options;
  const own = { hidden, activation, dropout, optimizer, l2, epochs, patience, batch };
  const flow = options.flow ?? report !== undefined;
  try {
    return chooseRecipe({
      ...{ recipe, seed, time, validation, flow, ...own, rate: lr },
      ...(clip !== undefined && { clip: { norm: clip } }),
    });
  } catch (error) {
    throw error instanceof RangeError ? new UserError(`--${error.message}`) : error;
  }
}

function tell(report: Report, options: CommonOptions): void {
  if (options.json) printJson(reportJson(report));
  else print(...printReport(report, terminalWidth()));
}

async function trainAndSave(
  file: string,
  out: string,
  prepared: Prepared,
  recipe: Chosen,
  engine: SyncEngine,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<{ report?: Report; failure?: Failure; isUseless?: boolean }> {
  const progress = options.quiet ? undefined : await makeProgress(process.stderr);
  const trained = await train(prepared, recipe, engine, progress, signal).catch((error) => {
    throw asRefusal(file, error);
  });
  const { end, history, remedy, outOfFold, networks, refitted } = trained;
  const failed = { file, prepared, end, remedy };
  if (end.bestEpoch === 0 && end.stopped === "diverged") return { failure: { ...failed, model: undefined } };
  if (end.bestEpoch === 0)
    throw new Interrupted("interrupted before the first epoch was done: nothing was saved", signal);
  const judged = judgeTraining(trained, prepared, engine);
  const { evaluations, part, baseline } = judged;
  await saveModel(out, judged.model);
  if (options.report !== undefined) {
    const { reportOf, reportPage } = await import("@chaingrad/view/report");
    // It is made to be passed on: names of folders say nothing elsewhere.
    const name = basename(file);
    const page = reportPage(
      reportOf({ ...judged, title: name, file: name, prepared, end, history, engine, ...(outOfFold && { outOfFold }) }),
    );
    await writeFileAtomically(options.report, page);
  }
  const shown = options.flow ? { flow: flowOf(history) } : {};
  const report = {
    file,
    prepared,
    engine: engine.name,
    end,
    remedy,
    ...shown,
    ...{ networks, refitted },
    evaluations,
    part,
    baseline,
    model: out,
  };
  const failure = end.stopped === "diverged" ? { failure: { ...failed, model: out } } : {};
  return { report, ...failure, isUseless: !judged.beatsBaseline };
}
