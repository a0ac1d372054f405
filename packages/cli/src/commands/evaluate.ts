/** chaingrad evaluate: how a model does on a table whose targets are known. */

import { readTable } from "@chaingrad/duckdb";
import { coverageAt, type Evaluation, judgedRows, type Target, UserError } from "@chaingrad/tables";
import {
  chooseThreshold,
  type DecidedRows,
  decideAt,
  decidedRows,
  evaluateFully,
  type FurtherScores,
  type TwoClasses,
  twoClassesOf,
} from "@chaingrad/tables/judging";
import { SCORES, taskOf } from "@chaingrad/tables/words";
import { type Command, Option } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { shareOfAll, wholeNumber } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { refusing } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { type ThresholdFlag, thresholdFlag } from "../given/threshold.ts";
import { loadModel } from "../model/model-file.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import {
  type Covered,
  type Decided,
  printCoverage,
  printDecided,
  printFurther,
  printReliability,
} from "../output/judged.ts";
import { wrap } from "../output/wrap.ts";
import { evaluationsJson, printEvaluation } from "../train/report.ts";

interface EvaluateOptions extends EngineOptions, CommonOptions, ReadingFlags {
  readonly reliability?: boolean;
  readonly bins?: number;
  readonly binning?: "uniform" | "quantile";
  readonly threshold?: ThresholdFlag;
  readonly positive?: string;
  readonly interval?: number;
}

export function register(program: Command): void {
  const command = program
    .command("evaluate")
    .summary("judge a model on a table")
    .description("Judges a model on a table whose targets are known. Rows without a target do not count.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .option("--reliability", "of classes: how often what is said to be probable comes true, in bins")
    .addOption(new Option("--bins <number>", "how many bins (default: 10)").argParser(wholeNumber(1, MOST_BINS)))
    .addOption(
      new Option("--binning <kind>", "bins of one width, or of as many rows each (default: uniform)").choices([
        "uniform",
        "quantile",
      ]),
    )
    .option(
      "--threshold <goal>",
      "of two classes: decide by this threshold, or by the best for f1, recall=0.9 or cost=FN:5,FP:1",
      thresholdFlag,
    )
    .option("--positive <class>", "the class that --threshold is for (default: the second)")
    .option("--interval <share>", "how often intervals for such a share of the truth, as 0.9, hold it", shareOfAll)
    .addHelpText("after", () => `\n${wrap(SCORES, terminalWidth())}`)
    .action(run);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad evaluate cars.safetensors examples/data/cars.csv",
    "chaingrad evaluate breast_cancer.safetensors kept-aside.csv --threshold cost=FN:5,FP:1",
  );
}

/** More bins than this are no table for people. */
const MOST_BINS = 100;

async function run(modelPath: string, file: string, options: EvaluateOptions): Promise<void> {
  const { source, label, files } = await tableArgument(file);
  await assertOutputs({}, [modelPath, ...files, options.blas]);
  const model = await loadModel(modelPath);
  const { target } = model;
  const { threshold, positive, bins, binning: strategy } = options;
  if (positive !== undefined && threshold === undefined)
    throw new UserError("--positive says which class --threshold is for: give that, too");
  if (threshold !== undefined) refusing(modelPath, () => twoClassesOf(target, positive));
  const [table, engine] = await Promise.all([
    readTable(source, readingOptions(options, model)),
    openEngine(options, options),
  ]);
  for (const text of table.notes) note(`note: ${text}`, options);
  const { data, rows, missing, weight } = refusing(label, () => judgedRows(model, table));
  const { evaluation, further } = refusing(label, () => evaluateFully(model, engine, data, { bins, strategy }));
  const decided =
    threshold === undefined
      ? undefined
      : refusing(label, () => decidedBy(threshold, decidedRows(model, engine, data, positive)));
  const { interval } = options;
  const covered =
    interval === undefined
      ? undefined
      : { level: interval, targets: refusing(label, () => coverageAt(interval, model, engine, data)) };
  const found = { evaluation, further, decided, covered };
  if (options.json) {
    printJson(documentOf(target, { rows, missing, ...found }, options));
    return;
  }
  const aside = missing === 0 ? "" : `, ${missing} without a target set aside`;
  const weighed = weight === undefined ? "" : `, weighed by '${weight}'`;
  const head = options.quiet ? [] : [`${taskOf(target)} on ${rows} rows of ${label}${aside}${weighed}`, ""];
  const width = terminalWidth();
  print(
    ...head,
    ...printEvaluation(target, evaluation, width),
    ...printFurther(further, width),
    ...(options.reliability ? printReliability(further, width) : []),
    ...(decided ? printDecided(decided, label, width) : []),
    ...(covered ? printCoverage(target, covered, width) : []),
  );
}

function decidedBy(
  threshold: ThresholdFlag,
  { probabilities, labels, weights, positive, negative }: DecidedRows & TwoClasses,
): Decided {
  const goal = typeof threshold === "number" ? undefined : threshold;
  const costs = goal !== undefined && "costs" in goal ? goal.costs : undefined;
  const at = (value: number) => decideAt(value, probabilities, labels, { weights, costs });
  const decision =
    typeof threshold === "number" ? at(threshold) : chooseThreshold(probabilities, labels, threshold, weights);
  return { positive, negative, goal, decision, half: at(0.5) };
}

interface Found {
  readonly rows: number;
  readonly missing: number;
  readonly evaluation: Evaluation;
  readonly further: readonly FurtherScores[];
  readonly decided: Decided | undefined;
  readonly covered: Covered | undefined;
}

/** The document that `--json` prints. */
function documentOf(
  target: Target,
  { rows, missing, evaluation, further, decided, covered }: Found,
  { reliability }: EvaluateOptions,
): Record<string, unknown> {
  const { scores, targets, ...details } = evaluation;
  const told = further.map(({ reliability: curve, ...rest }) => (reliability ? { ...rest, reliability: curve } : rest));
  return {
    task: target.task,
    target: target.name,
    rows,
    missingTargets: missing,
    metrics: scores,
    ...details,
    ...(targets && { targets: evaluationsJson(target, evaluation) }),
    further: target.task === "several" ? told : told[0],
    ...(decided && { decision: decided }),
    ...(covered && { intervals: { level: covered.level, targets: covered.targets } }),
  };
}
