/** chaingrad train: a table in, a trained network out. */
import { activations, type Engine, optimizers } from "@chaingrad/core";
import { type ReadingOptions, readTable } from "@chaingrad/duckdb";
import { writeFileAtomically } from "@chaingrad/duckdb/files";
import {
  DEFAULTS,
  evaluateBaseline,
  evaluateModel,
  type Part,
  type Prepared,
  prepareTable,
  type Recipe,
  SECOND_ORDER,
  type Task,
  UserError,
} from "@chaingrad/tables";
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
import { wrap } from "../output/wrap.ts";
import { type Failure, printFailure } from "../train/fault.ts";
import { holdInterrupts } from "../train/interrupt.ts";
import { makeProgress } from "../train/progress.ts";
import { printColumns, printReport, type Report, reportJson, SCORES } from "../train/report.ts";
import { train } from "../train/training.ts";
import { assertOutputs } from "./distinct.ts";
import { fraction, hiddenSizes, names, nonNegative, positive, share, wholeNumber, withReading } from "./options.ts";
import { asRefusal, checkNames, refusing } from "./refusing.ts";
import { TABLE, tableArgument } from "./table-argument.ts";

interface TrainOptions extends Omit<Recipe, "rate" | "clip">, EngineOptions, CommonOptions, ReadingOptions {
  readonly lr?: number;
  /** Largest norm of the whole gradient. */
  readonly clip?: number;
  readonly target: string;
  readonly task?: Task;
  readonly drop: readonly string[];
  readonly validation: number;
  readonly test: number;
  readonly out?: string;
  readonly report?: string;
}

export function register(program: Command): void {
  const command = program
    .command("train")
    .summary("train a network on a table")
    .description("Trains a fully connected network on a table (CSV, TSV, JSON lines, Parquet; also gzipped).")
    .argument("<file>", TABLE)
    .requiredOption("--target <column>", "the column to predict")
    .addOption(
      new Option("--task <task>", "what the target is (default: inferred)").choices(["classification", "regression"]),
    )
    .option("--drop <columns>", "columns to leave out, as in a,b", names, [])
    .option("--hidden <sizes>", "units of each hidden layer, as in 32,16", hiddenSizes, DEFAULTS.hidden)
    .addOption(
      new Option("--activation <name>", "of the hidden layers")
        .choices(Object.keys(activations))
        .default(DEFAULTS.activation),
    )
    .option("--dropout <share>", "of the hidden layers", fraction, DEFAULTS.dropout)
    .addOption(
      new Option("--optimizer <name>", "how weights are updated")
        .choices([...Object.keys(optimizers), ...SECOND_ORDER])
        .default(DEFAULTS.optimizer),
    )
    .option("--lr <rate>", "learning rate (default: 0.005 for adam, else the optimiser's own)", positive)
    .option("--l2 <strength>", "λ of (λ/2) Σ‖W‖² (default: 0.002; bayesian-regularisation sets its own)", nonNegative)
    .option("--epochs <number>", "most passes over the training rows", wholeNumber(1), DEFAULTS.epochs)
    .option(
      "--patience <epochs>",
      "stop after so many epochs without a better validation loss",
      wholeNumber(1),
      DEFAULTS.patience,
    )
    .option("--batch <rows>", "rows in a step (default: 32; kfac 256; all where a method needs all)", wholeNumber(1))
    .option("--validation <fraction>", "share of the rows that decides when to stop", share, 0.15)
    .option("--test <fraction>", "share of the rows kept for the final judgement", share, 0.15)
    .option("--clip <norm>", "largest norm of the whole gradient (default: none)", positive)
    .option("--flow", "tell how the gradient flows through each layer, before training and after it")
    .option("--seed <number>", "decides everything random", wholeNumber(0), DEFAULTS.seed)
    .option("--out <file>", "where the model goes (default: FILE's name with .safetensors)")
    .option("--report <file>", "one page about the table, the training and a prediction, as HTML")
    .addHelpText("after", () => `\n${wrap(SCORES, terminalWidth())}`)
    .action(run);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad train examples/data/cars.csv --target miles_per_gallon",
    "chaingrad train examples/data/diabetes.csv --target progression --optimizer levenberg-marquardt",
    "chaingrad train examples/data/cars.csv --target miles_per_gallon --report cars.html",
    "chaingrad train examples/data/digits.csv --target digit --hidden 128,64 --out digits.safetensors",
  );
}

async function run(file: string, options: TrainOptions): Promise<void> {
  const { source, label, files, stem } = await tableArgument(file);
  const out = options.out ?? `${stem || "model"}.safetensors`;
  if (out === "-") throw new UserError("a model cannot go to standard output", "Give --out a file name.");
  await assertOutputs({ "--out": out, "--report": options.report }, [...files, options.blas]);
  const [table, engine] = await Promise.all([readTable(source, options), openEngine(options, options)]);
  const prepared = refusing(label, () => {
    checkNames(options.drop, table.columns, "--drop");
    if (options.drop.includes(options.target)) throw new UserError(`--drop names the target '${options.target}'`);
    const { target, task, drop, validation, test, seed } = options;
    return prepareTable(table, { target, task, drop, validation, test, seed });
  });
  if (!(options.quiet || options.json)) print(...printColumns(label, table.rows, prepared, terminalWidth()), "");
  for (const text of [...table.notes, ...prepared.notes]) note(`note: ${text}`, options);
  const interruption = holdInterrupts("the best model so far will be saved");
  try {
    const { report, failure } = await trainAndSave(label, out, prepared, engine, options, interruption.signal);
    if (report !== undefined) tell(report, options);
    if (report?.end.stopped === "aborted") process.exitCode = statusOf(interruption.signal);
    if (failure === undefined) return;
    complain(...printFailure(failure, terminalWidth()));
    process.exitCode = STATUS.failed;
  } finally {
    interruption.release();
  }
}

function tell(report: Report, options: CommonOptions): void {
  if (options.json) printJson(reportJson(report));
  else print(...printReport(report, terminalWidth()));
  if (isUseless(report)) note("warning: on the test rows this model does no better than the baseline", options);
}

async function trainAndSave(
  file: string,
  out: string,
  prepared: Prepared,
  engine: Engine,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<{ report?: Report; failure?: Failure }> {
  const progress = options.quiet ? undefined : await makeProgress(process.stderr);
  const { hidden, activation, dropout, optimizer, lr, l2, epochs, patience, batch, seed, clip } = options;
  const recipe: Recipe = {
    ...{ hidden, activation, dropout, optimizer, rate: lr, l2, epochs, patience, batch, seed },
    clip: clip === undefined ? undefined : { norm: clip },
    flow: options.flow ?? options.report !== undefined,
  };
  const {
    model,
    history,
    flow: measured,
    ...trained
  } = await train(prepared, recipe, engine, progress, signal).catch((error) => {
    throw asRefusal(file, error);
  });
  const { end, remedy } = trained;
  const failed = { file, prepared, end, remedy };
  if (end.bestEpoch === 0 && end.stopped === "diverged") return { failure: { ...failed, model: undefined } };
  if (end.bestEpoch === 0)
    throw new Interrupted("interrupted before the first epoch was done: nothing was saved", signal);
  const { data, target } = prepared;
  const byPart = <T>(of: (part: Part) => T): Record<Part, T> => {
    return { train: of("train"), validation: of("validation"), test: of("test") };
  };
  const evaluations = byPart((part) => evaluateModel(model, engine, data[part]));
  await saveModel(out, { ...model, metrics: byPart((part) => evaluations[part].scores) });
  const baseline = evaluateBaseline(target, data.train, data.test);
  const shown = options.flow ? { flow: measured } : {};
  const report = { file, prepared, engine: engine.name, ...trained, ...shown, evaluations, baseline, model: out };
  if (options.report !== undefined) {
    const { reportPage } = await import("../report/page.ts");
    await writeFileAtomically(options.report, reportPage({ report, model, engine, history }));
  }
  return end.stopped === "diverged" ? { report, failure: { ...failed, model: out } } : { report };
}

/** Whether guessing would have scored as well on the test rows. */
function isUseless({ baseline, evaluations: { test } }: Report): boolean {
  const [own, guess] = [test.scores, baseline];
  if ("accuracy" in own) return Number(own.accuracy) <= Number(guess.accuracy);
  return !(Number(own.rmse) < Number(guess.rmse));
}
