/** chaingrad importance: how much worse a model does where a column tells nothing. */
import { importanceView, type PermutationImportance, permutationImportance } from "@chaingrad/tables/understanding";
import { type Command, Option } from "commander";
import { wholeNumber } from "../given/options.ts";
import { withReading } from "../given/reading.ts";
import { TABLE } from "../given/table-argument.ts";
import { note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { checkDerivation, type DerivationFlags, printDerivation, withDerivation } from "../output/derivation.ts";
import { printImportance } from "../output/understanding.ts";
import { wrap } from "../output/wrap.ts";
import { asking, openBoth, type UnderstandingFlags } from "./understanding.ts";

interface ImportanceOptions extends UnderstandingFlags, DerivationFlags {
  readonly derive?: string;
  readonly repeats: number;
  readonly seed: number;
  readonly score?: string;
}

const EXPLANATION =
  "A column's cells are dealt out to other rows, as a whole, and the drop of the score is its importance: the mean over the repeats, " +
  "with the standard error of that mean. Give rows that the model was not trained on, or what it learnt by heart counts too. Columns " +
  "that tell the same share their importance, or both have none. Scores: r2, rmse, mae, deviance (of counts), pinball (of " +
  "quantiles), accuracy, f1, auc, log-loss, exact and hamming (of sets of labels); where less is better, the drop is the rise.";

export function register(program: Command): void {
  const command = program
    .command("importance")
    .summary("which columns a model's predictions depend on")
    .description("Permutation importance of every column that a model reads, on a table whose targets are known.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .option("--target <column>", "of several targets the one that is meant")
    .option("--score <name>", "what the drop is of (default: r2, or accuracy)")
    .option("--repeats <N>", "how often each column is permuted", wholeNumber(1), 5)
    .option("--seed <number>", "which permutations", wholeNumber(0), 0)
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(run);
  withConventions(
    withReading(withDerivation(command, new Option("--derive <column>", "how this column's importance comes about"))),
    "chaingrad importance cars.safetensors examples/data/cars.csv",
    "chaingrad importance iris.safetensors iris.csv --score log-loss --repeats 20 --json",
    "chaingrad importance cars.safetensors examples/data/cars.csv --derive weight_lbs --format latex",
  );
}

async function run(modelPath: string, file: string, options: ImportanceOptions): Promise<void> {
  const { target, score, repeats, seed, derive } = options;
  checkDerivation(options, derive !== undefined, "--derive COLUMN");
  const opened = await openBoth(modelPath, file, options);
  const { model, table, engine, label } = opened;
  const found: PermutationImportance = await asking(opened, () =>
    permutationImportance(model, table, { target, score, repeats, seed, engine }),
  );
  if (derive !== undefined) return printDerivation(importanceView(found, derive), [modelPath, label], options);
  if (options.json) return printJson(found);
  print(...printImportance(found, label, { width: terminalWidth(), isQuiet: options.quiet ?? false }));
  if (found.unread.length > 0)
    note(`not read by the model, so that no prediction depends on it: ${found.unread.join(", ")}`, options);
}
