/** chaingrad suspects: the rows of a table that probably carry a wrong label, ranked. */
import { type SuspectLabels, suspectColumns, suspectLabels } from "@chaingrad/tables/data-attribution";
import { type Command, Option } from "commander";
import { type EngineOptions, withEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { wholeNumber } from "../given/options.ts";
import { type ReadingFlags, withReading } from "../given/reading.ts";
import { refusing } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { recipeOf, type TrainingFlags, trainingOf, withTraining } from "../given/training-options.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { printSuspects } from "../output/data-attribution.ts";
import { wrap } from "../output/wrap.ts";
import { byFolds } from "../train/by-folds.ts";

interface SuspectsFlags
  extends Omit<TrainingFlags, "validation" | "test" | "split" | "flow">,
    EngineOptions,
    CommonOptions,
    ReadingFlags {
  readonly folds: number;
  readonly repeat?: number;
  readonly top: number;
  readonly out?: string;
}

const EXPLANATION =
  "Each row is judged by models that were trained without it, so that none has learnt it by heart: by default five folds three times " +
  "with the recipe fast. Of classes the score is 1 − the probability of the row's own label, and a row is marked where models are as " +
  "sure of another class as they are of that class's own rows (confident learning). Of amounts it is how many standard deviations " +
  "the row is off, and marked are those beyond 3.5. A suspect is a row to look at: it may be right and rare.";

export function register(program: Command): void {
  const command = program
    .command("suspects")
    .summary("rows that probably carry a wrong label")
    .description("Ranks the rows of a table by how doubtful their target is.")
    .argument("<file>", TABLE)
    .option("--top <N>", "how many rows are shown", wholeNumber(1), 20)
    .option("--folds <number>", "parts that the rows are left out in", wholeNumber(2), 5)
    .option("--repeat <times>", "how often, with other folds each time (default: 3)", wholeNumber(1))
    .addOption(new Option("--out <file>", "the table with rank and score of each row"))
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`);
  withTraining(command).action(run);
  withConventions(
    withEngine(withReading(command)),
    "chaingrad suspects examples/data/iris.csv --target species",
    "chaingrad suspects cars.csv --target miles_per_gallon --top 10 --out cars-ranked.csv",
    "chaingrad suspects digits.csv --target digit --recipe default --repeat 1 --json",
  );
}

async function run(file: string, options: SuspectsFlags): Promise<void> {
  const argument = await tableArgument(file);
  const { label, files } = argument;
  await assertOutputs({ "--out": options.out }, [...files, options.blas]);
  recipeOf(options, { flow: false });
  await byFolds<SuspectLabels>(argument, options, {
    work: async (table, watched) => {
      const { target, ...asked } = trainingOf(options, table);
      return suspectLabels(table, {
        ...asked,
        // The library takes one column, and refuses several.
        target: (target.length === 1 ? target[0] : target) as string,
        ...{ folds: options.folds, ...(options.repeat !== undefined && { repeat: options.repeat }), ...watched },
        onPrepared: (prepared) => {
          for (const text of [...table.notes, ...prepared.notes]) note(`note: ${text}`, options);
        },
      });
    },
    tell: (found) => {
      if (options.json) printJson({ ...found, suspects: found.suspects.slice(0, options.top) });
      else print(...printSuspects(found, options.top, label, formOf(options)));
    },
    written: {
      path: options.out,
      name: "table",
      columns: (found, table) => refusing(label, () => suspectColumns(found, table)),
    },
    interrupted: ["nothing will be said of the rows", "no rank is of all rows"],
  });
}

const formOf = ({ quiet = false }: CommonOptions) => ({ width: terminalWidth(), isQuiet: quiet });
