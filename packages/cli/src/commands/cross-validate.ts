/** chaingrad cross-validate: how well a recipe does on rows that it has not seen, fold by fold. */
import { withTable, writeTable } from "@chaingrad/duckdb";
import { type Column, UserError } from "@chaingrad/tables";
import { type CrossValidation, crossValidate } from "@chaingrad/tables/cross-validation";
import { leakNotes } from "@chaingrad/tables/leaks";
import type { Command } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { wholeNumber } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { asRefusal, refusing } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { askedOf, recipeFlags, recipeOf, type TrainingFlags, withTraining } from "../given/training-options.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { Interrupted } from "../output/failure.ts";
import { crossValidationJson, printCrossValidation } from "../train/cross-validation.ts";
import { makeFoldProgress } from "../train/fold-progress.ts";
import { holdInterrupts } from "../train/interrupt.ts";

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
  const { source, label, files } = await tableArgument(file);
  await assertOutputs({ "--predictions": options.predictions }, [...files, options.blas]);
  recipeOf(options, { flow: false });
  const engine = await openEngine(options, options);
  await withTable(source, readingOptions(options), async (open) => {
    const { table } = open;
    const asked = refusing(label, () => askedOf(options, table));
    const progress = options.quiet ? undefined : await makeFoldProgress(process.stderr);
    const interruption = holdInterrupts("nothing will be said of the folds");
    const { signal } = interruption;
    try {
      const found = await crossValidate(table, {
        ...definedOf({ ...asked, ...recipeFlags(options) }),
        target: asked.target,
        ...{ engine, signal, folds: options.folds, repeat: options.repeat },
        onPrepared: (prepared) => {
          const notes = [...table.notes, ...prepared.notes, ...leakNotes(table, prepared)];
          for (const text of notes) note(`note: ${text}`, options);
        },
        onFold: (fold, at) => progress?.fold(fold, at),
      }).catch((error) => {
        if (signal.aborted) throw new Interrupted("interrupted: no score is of all folds", signal);
        throw asRefusal(label, error);
      });
      progress?.done();
      for (const text of found.notes) note(`note: ${text}`, options);
      if (options.json) printJson(crossValidationJson(found));
      else print(...printCrossValidation(label, table.rows, found, terminalWidth()));
      if (options.predictions !== undefined) {
        await writeTable(open, columnsOf(found, table.columns), { path: options.predictions });
        note(`predictions: ${options.predictions}`, options);
      }
    } finally {
      progress?.done();
      interruption.release();
    }
  });
}

/** Absent rather than undefined, as the library takes what is not said. */
const definedOf = <T extends object>(all: T): Partial<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<T>;

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
