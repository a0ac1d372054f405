/** chaingrad attribute: what each column did to one prediction, or to the difference between two. */
import { UserError } from "@chaingrad/tables";
import {
  inputGradients,
  integratedGradients,
  type OutputChoice,
  pathView,
  prefers,
  shapleyValues,
  sharesView,
} from "@chaingrad/tables/understanding";
import { type Command, Option } from "commander";
import { wholeNumber } from "../given/options.ts";
import { TABLE } from "../given/table-argument.ts";
import { derivationOf, printGradients, printPath, printPreference, printShares } from "../output/attribution.ts";
import { note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import {
  checkDerivation,
  type DerivationFlags,
  mostOf,
  printDerivation,
  withDerivation,
} from "../output/derivation.ts";
import type { Shown } from "../output/line.ts";
import { wrap } from "../output/wrap.ts";
import { asking, type Opened, openBoth, type UnderstandingFlags, withOutput } from "./understanding.ts";

const METHODS = ["integrated-gradients", "shapley", "gradient"] as const;

interface AttributeOptions extends UnderstandingFlags, DerivationFlags {
  readonly derive?: string;
  readonly row: number;
  readonly against?: number;
  readonly method: (typeof METHODS)[number];
  readonly steps?: number;
  readonly samples?: number;
  readonly background?: number;
  readonly seed?: number;
}

const EXPLANATION =
  "integrated-gradients adds up gradients along the way from a row of the table's medians, or from another row (--against), and " +
  "what columns add is the difference of both predictions, but for a gap that is said. shapley lets columns be filled in from the row " +
  "in many random orders, over background rows, each share with its standard error. gradient is the slope at the row, in the " +
  "target's unit for each unit of the column. Columns move as a whole, whatever features they become.";

export function register(program: Command): void {
  const command = program
    .command("attribute")
    .summary("what each column did to one prediction")
    .description("Shares of a table's columns in one prediction, or in the difference between two.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .requiredOption("--row <N>", "the row that is explained, counted from 1", wholeNumber(1))
    .option("--against <N>", "why the model says more, or less, of it than of this row", wholeNumber(1))
    .addOption(new Option("--method <name>", "how").choices(METHODS).default(METHODS[0]))
    .option("--steps <N>", "of integrated-gradients: at most so many gradients (default: 10000)", wholeNumber(8))
    .option("--samples <N>", "of shapley: how many orders (default: 1000)", wholeNumber(1))
    .option("--background <N>", "of shapley: how many rows the average is of (default: 100)", wholeNumber(1))
    .option("--seed <number>", "of shapley: which orders and rows (default: 0)", wholeNumber(0))
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(run);
  withConventions(
    withOutput(withDerivation(command, new Option("--derive <column>", "how what this column adds comes about"))),
    "chaingrad attribute cars.safetensors examples/data/cars.csv --row 17",
    "chaingrad attribute cars.safetensors cars.csv --row 17 --against 5",
    "chaingrad attribute iris.safetensors iris.csv --row 60 --class virginica --method shapley --samples 4000",
    "chaingrad attribute cars.safetensors cars.csv --row 17 --derive weight_lbs --format html > why.html",
  );
}

/** What each method alone is told. */
const OWN: Readonly<Record<"against" | "steps" | "samples" | "background" | "seed", AttributeOptions["method"]>> = {
  ...{ against: "integrated-gradients", steps: "integrated-gradients" },
  ...{ samples: "shapley", background: "shapley", seed: "shapley" },
};

async function run(modelPath: string, file: string, options: AttributeOptions): Promise<void> {
  for (const [name, method] of Object.entries(OWN) as [keyof typeof OWN, AttributeOptions["method"]][])
    if (options[name] !== undefined && options.method !== method)
      throw new UserError(`--${name} is none of ${options.method}`, `It is of: --method ${method}.`);
  const { derive } = options;
  checkDerivation(options, derive !== undefined, "--derive COLUMN");
  if (derive !== undefined && options.method === "gradient") {
    const explain = derivationOf({ model: modelPath, file, row: options.row, from: "prediction", column: derive });
    throw new UserError("--derive is none of gradient", `The derivation of a slope is: ${explain}.`);
  }
  const opened = await openBoth(modelPath, file, options);
  if (derive !== undefined) {
    const blocks = await asking(opened, () => derivation(opened, derive, options));
    return printDerivation(blocks, [modelPath, opened.label], options);
  }
  const { found, lines, column } = await asking(opened, () => attributed(opened, options));
  if (options.json) return printJson(found);
  print(...lines);
  if (options.method === "shapley") return;
  for (const row of [options.row, ...(options.against === undefined ? [] : [options.against])]) {
    const command = derivationOf({ model: modelPath, file, row, from: found.output.from, column });
    note(`the derivation of the gradient at row ${row}: ${command}`, options);
  }
}

async function derivation({ model, table, engine }: Opened, column: string, options: AttributeOptions) {
  const { row, against, target, class: name, method, steps, samples, background, seed } = options;
  const choice: OutputChoice & { engine: typeof engine } = { target, class: name, engine };
  if (method === "shapley") {
    const found = await shapleyValues(model, table, row, { ...choice, samples, background, seed, orders: true });
    return sharesView(found, column, mostOf(options));
  }
  const asked = { ...choice, steps, path: true };
  const found =
    against === undefined
      ? await integratedGradients(model, table, row, asked)
      : await prefers(model, table, row, against, asked);
  return pathView(found, column, mostOf(options));
}

interface Attributed {
  readonly found: { readonly output: { readonly from: string } };
  readonly lines: readonly Shown[];
  /** The column of numbers or dates that says most, whose derivative can be followed. */
  readonly column: string | undefined;
}

async function attributed({ model, table, engine, label }: Opened, options: AttributeOptions): Promise<Attributed> {
  const { row, against, target, class: name, steps, samples, background, seed } = options;
  const choice: OutputChoice & { engine: typeof engine } = { target, class: name, engine };
  const form = { width: terminalWidth(), isQuiet: options.quiet ?? false };
  if (options.method === "shapley") {
    const found = await shapleyValues(model, table, row, { ...choice, samples, background, seed });
    return { found, lines: printShares(found, label, form), column: undefined };
  }
  const gradients = await inputGradients(model, table, row, choice);
  const followed = gradients.columns.filter(({ derivative }) => derivative !== null).map(({ column }) => column);
  if (options.method === "gradient")
    return { found: gradients, lines: printGradients(gradients, label, form), column: followed[0] };
  const isFollowed = ({ column }: { readonly column: string }): boolean => followed.includes(column);
  if (against !== undefined) {
    const found = await prefers(model, table, row, against, { ...choice, steps });
    return { found, lines: printPreference(found, label, form), column: found.contributions.find(isFollowed)?.column };
  }
  const found = await integratedGradients(model, table, row, { ...choice, steps });
  return { found, lines: printPath(found, label, form), column: found.contributions.find(isFollowed)?.column };
}
