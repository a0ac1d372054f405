/** chaingrad cross-validate: how well a recipe does on rows that it has not seen, fold by fold. */
import { type Column, UserError } from "@chaingrad/tables";
import { type CrossValidation, crossValidate } from "@chaingrad/tables/cross-validation";
import { leakNotes } from "@chaingrad/tables/leaks";
import type { Command } from "commander";
import { type EngineOptions, withEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { wholeNumber } from "../given/options.ts";
import { type ReadingFlags, withReading } from "../given/reading.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { recipeOf, type TrainingFlags, trainingOf, withTraining } from "../given/training-options.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { byFolds } from "../train/by-folds.ts";
import { crossValidationJson, printCrossValidation } from "../train/cross-validation.ts";

interface CrossValidateFlags
  extends Omit<TrainingFlags, "validation" | "test" | "split" | "flow">,
    EngineOptions,
    CommonOptions,
    ReadingFlags {
  readonly folds: number;
  readonly repeat: number;
  readonly predictions?: string;
}

export function register(program: Command): void {
  const command = program
    .command("cross-validate")
    .summary("judge a recipe on a table, fold by fold")
    .description(
      "Trains a model for each fold of the rows without that fold, judges it by the fold, and compares with a linear model and with guessing.",
    )
    .argument("<file>", TABLE)
    .option("--folds <number>", "parts that the rows are left out in", wholeNumber(2), 5)
    .option("--repeat <times>", "how often, with other folds each time", wholeNumber(1), 1)
    .option("--predictions <file>", "the table with what is said of each row by a model that never saw it");
  withTraining(command).action(run);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad cross-validate examples/data/cars.csv --target miles_per_gallon",
    "chaingrad cross-validate examples/data/cars.csv --target miles_per_gallon --folds 5 --repeat 3 --recipe fast",
    "chaingrad cross-validate examples/data/iris.csv --target species --predictions iris-folds.csv",
  );
}

async function run(file: string, options: CrossValidateFlags): Promise<void> {
  const argument = await tableArgument(file);
  const { label, files } = argument;
  await assertOutputs({ "--predictions": options.predictions }, [...files, options.blas]);
  recipeOf(options, { flow: false });
  await byFolds<CrossValidation>(argument, options, {
    work: async (table, watched) =>
      crossValidate(table, {
        ...trainingOf(options, table),
        ...{ folds: options.folds, repeat: options.repeat, ...watched },
        onPrepared: (prepared) => {
          const notes = [...table.notes, ...prepared.notes, ...leakNotes(table, prepared)];
          for (const text of notes) note(`note: ${text}`, options);
        },
      }),
    tell: (found, table) => {
      if (options.json) printJson(crossValidationJson(found));
      else print(...printCrossValidation(label, table.rows, found, terminalWidth()));
    },
    written: {
      path: options.predictions,
      name: "predictions",
      columns: (found, table) => columnsOf(found, table.columns),
    },
    interrupted: ["nothing will be said of the folds", "no score is of all folds"],
  });
}

/** What is said in each repeat; of the second and later ones with their number. Throws UserError on a name that is taken. */
function columnsOf({ outOfFold }: CrossValidation, taken: readonly { readonly name: string }[]): Column[] {
  const columns = outOfFold.flatMap((own, repeat) =>
    own.map((column) => (repeat === 0 ? column : { ...column, name: `${column.name}, repeat ${repeat + 1}` })),
  );
  const clash = columns.find(({ name }) => taken.some((column) => column.name === name));
  if (clash !== undefined)
    throw new UserError(`--predictions: the table already has a column '${clash.name}'`, "Rename or drop it first.");
  return columns;
}
