/** chaingrad influence: which training rows made a prediction what it is. */
import { UserError } from "@chaingrad/tables";
import { influence } from "@chaingrad/tables/data-attribution";
import { type Command, Option } from "commander";
import { nonNegative, wholeNumber } from "../given/options.ts";
import { readingOptions, withReading } from "../given/reading.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { printInfluence } from "../output/data-attribution.ts";
import { wrap } from "../output/wrap.ts";
import { asking, openBoth, type UnderstandingFlags } from "./understanding.ts";

interface InfluenceFlags extends UnderstandingFlags {
  readonly row: number;
  readonly in?: string;
  readonly of: "prediction" | "loss";
  readonly top: number;
  readonly damping?: number;
}

const EXPLANATION =
  "The file holds the rows that the model was trained on. What a row adds is how much larger the prediction is with it than without " +
  "it, by the formula of Koh and Liang: the inverse of the training objective's exact Hessian, and one solve for all rows, whose " +
  "relative residual is said. The formula is of a minimum: small networks that were trained to the end by a method of second order, " +
  "without validation rows, come near to one; of others it is said how far they are.";

export function register(program: Command): void {
  const command = program
    .command("influence")
    .summary("which training rows made a prediction what it is")
    .description("What each row that a model was trained on adds to one prediction, or to one row's loss.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .requiredOption("--row <N>", "the row whose prediction is looked into, counted from 1", wholeNumber(1))
    .option("--in <file>", "another table that this row stands in")
    .addOption(new Option("--of <what>", "what the rows add to").choices(["prediction", "loss"]).default("prediction"))
    .option("--class <name>", "the class whose probability is meant (default: the most probable one)")
    .option("--top <N>", "how many rows are shown of those that add, and of those that take away", wholeNumber(1), 5)
    .option("--damping <number>", "added to the Hessian's diagonal (default: the least that serves)", nonNegative)
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(run);
  withConventions(
    withReading(command),
    "chaingrad influence cars.safetensors examples/data/cars.csv --row 17",
    "chaingrad influence iris.safetensors iris.csv --row 3 --in new.csv --class virginica --top 10",
    "chaingrad influence iris.safetensors iris.csv --row 71 --of loss --json",
  );
}

async function run(modelPath: string, file: string, options: InfluenceFlags): Promise<void> {
  const opened = await openBoth(modelPath, file, options);
  const { model, table, engine, label } = opened;
  const { row, of, top, damping, class: name } = options;
  const other = options.in === undefined ? undefined : await otherTable(options.in, options, opened);
  const asked = { row, of, engine, damping, class: name, ...(other && { in: other.table }) };
  const found = await asking(opened, () => influence(model, table, asked));
  for (const text of found.notes) note(`note: ${text}`, options);
  if (options.json) return printJson(found);
  const labels = { rows: label, row: other?.label ?? label };
  print(...printInfluence(found, table, model.target.name, top, labels, formOf(options)));
}

const formOf = ({ quiet = false }: InfluenceFlags) => ({ width: terminalWidth(), isQuiet: quiet });

async function otherTable(file: string, options: InfluenceFlags, { model }: Awaited<ReturnType<typeof openBoth>>) {
  const { readTable } = await import("@chaingrad/duckdb");
  const { source, label } = await tableArgument(file);
  if (file === "-") throw new UserError("--in: standard input cannot be both tables", "Write one of them to a file.");
  return { table: await readTable(source, readingOptions(options, model)), label };
}
