/** chaingrad dependence: what a model says on average, value by value of a column. */
import { UserError } from "@chaingrad/tables";
import {
  accumulatedLocalEffects,
  dependenceView,
  localEffectsView,
  partialDependence,
} from "@chaingrad/tables/understanding";
import { type Command, InvalidArgumentError, Option } from "commander";
import { collected, wholeNumber } from "../given/options.ts";
import { TABLE } from "../given/table-argument.ts";
import { print, printDocument, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import {
  checkDerivation,
  type DerivationFlags,
  mostOf,
  printDerivation,
  withDerivation,
} from "../output/derivation.ts";
import {
  dependenceCsv,
  effectsCsv,
  plainNumbers,
  printDependence,
  printEffects,
  shownValue,
} from "../output/understanding.ts";
import { wrap } from "../output/wrap.ts";
import { asking, type Opened, openBoth, type UnderstandingFlags, withOutput } from "./understanding.ts";

interface DependenceOptions extends UnderstandingFlags, Omit<DerivationFlags, "format"> {
  readonly of: readonly string[];
  readonly method: "partial-dependence" | "local-effects";
  readonly resolution: number;
  readonly grid?: readonly string[];
  readonly rows?: number;
  readonly seed: number;
  readonly curves?: boolean;
  readonly format: DerivationFlags["format"] | "csv";
  readonly derive?: readonly string[];
}

const EXPLANATION =
  "Partial dependence is the mean prediction where the column is set to one value in every row; a curve is what becomes of one row. " +
  "Where columns depend on each other that also asks about rows that there cannot be: local-effects adds up how far predictions " +
  "move across narrow bins of the column, each for the rows that lie in it (Apley and Zhu, 2020), and is 0 on average.";

export function register(program: Command): void {
  const command = program
    .command("dependence")
    .summary("how predictions move with a column")
    .description("Partial dependence of a model's predictions on a column of a table, or on two together.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .requiredOption("--of <column>", "the column; given again, two together", collected)
    .addOption(
      new Option("--method <name>", "what is added up")
        .choices(["partial-dependence", "local-effects"])
        .default("partial-dependence"),
    )
    .option("--resolution <N>", "how many values of numbers and dates, or bins", wholeNumber(1), 20)
    .option("--grid <values>", "the values to ask about, as 10,20,30 (default: from 5 to 95 % of the rows)", values)
    .option("--rows <N>", "at most so many rows (default: all)", wholeNumber(1))
    .option("--seed <number>", "which rows", wholeNumber(0), 0)
    .option("--curves", "each row's own curve too: in a terminal the least, the median and the largest")
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(run);
  withConventions(
    withOutput(withDerivation(command, DERIVE, ["csv"])),
    "chaingrad dependence cars.safetensors examples/data/cars.csv --of weight_lbs",
    "chaingrad dependence cars.safetensors cars.csv --of weight_lbs --method local-effects",
    "chaingrad dependence iris.safetensors iris.csv --of petal_width_cm --class virginica --curves --format csv",
    "chaingrad dependence cars.safetensors cars.csv --of weight_lbs --derive 3000",
  );
}

const DERIVE = new Option(
  "--derive <value>",
  "how the number at this value comes about; of two columns given twice",
).argParser(collected);

/** "10,20,30" → ["10", "20", "30"] */
function values(text: string): string[] {
  const list = text.split(",").map((part) => part.trim());
  if (list.some((part) => part === "")) throw new InvalidArgumentError("They must be values with commas between them.");
  return list;
}

async function run(modelPath: string, file: string, options: DependenceOptions): Promise<void> {
  const { of: columns, method, grid, rows, curves, derive } = options;
  if (columns.length > 2) throw new UserError(`--of names ${columns.length} columns`, "Name one, or two together.");
  if (columns.length === 2 && grid !== undefined)
    throw new UserError("--grid is for one column", "Of two columns --resolution says how many values each has.");
  if (derive !== undefined && derive.length !== columns.length)
    throw new UserError(`--derive names ${derive.length} values, --of ${columns.length}`, "Give one of each column.");
  if (derive !== undefined && grid !== undefined)
    throw new UserError("--grid is none of a derivation", "--derive says the value.");
  checkDerivation(options, derive !== undefined, "--derive VALUE");
  const isLocal = method === "local-effects";
  const other = { "--grid": grid, "--rows": rows, "--curves": curves, "a second --of": columns[1] };
  const wrong = Object.entries(other).find(([, value]) => isLocal && value !== undefined)?.[0];
  if (wrong !== undefined)
    throw new UserError(`${wrong} is none of local-effects`, "Its bins are those of --resolution.");
  const opened = await openBoth(modelPath, file, options);
  const labels = [modelPath, opened.label] as const;
  const derived = { ...options, format: options.format === "csv" ? ("terminal" as const) : options.format };
  if (derive !== undefined) await printDerivation(await derivation(opened, derive, options), labels, derived);
  else if (isLocal) await showEffects(opened, options);
  else await showDependence(opened, options);
}

/** Of partial dependence at the value itself, of local effects at the edge that it is. */
async function derivation(opened: Opened, derive: readonly string[], options: DependenceOptions) {
  const { model, table, engine } = opened;
  const { of, method, target, class: name, resolution, rows, seed } = options;
  const asked = { target, class: name, engine };
  if (method === "local-effects") {
    const found = await asking(opened, () =>
      accumulatedLocalEffects(model, table, of[0], { ...asked, bins: resolution }),
    );
    return localEffectsView(found, edgeAt(found.edges, derive[0]));
  }
  const [first, second] = of;
  const column = second === undefined ? first : ([first, second] as const);
  const grid = second === undefined ? derive : ([[derive[0]], [derive[1]]] as const);
  const found = await asking(opened, () =>
    partialDependence(model, table, column, { ...asked, grid, rows, seed, curves: true }),
  );
  return dependenceView(found, 0, mostOf(options));
}

/** Throws UserError on a value that is no edge. */
function edgeAt(edges: readonly (number | string)[], value: string): number {
  const place = edges.findIndex((edge) => String(edge) === value || shownValue(edge) === value);
  if (place >= 0) return place;
  const list = edges.slice(0, 20).map(shownValue).join(", ");
  throw new UserError(`--derive: no bin ends at ${value}`, `Bins end at ${list}${edges.length > 20 ? ", …" : ""}.`);
}

async function showDependence(opened: Opened, options: DependenceOptions): Promise<void> {
  const { model, table, engine, label } = opened;
  const { target, class: name, resolution, grid, rows, seed, curves } = options;
  const [first, second] = options.of;
  const column = second === undefined ? first : ([first, second] as const);
  const asked = { target, class: name, resolution, grid, rows, seed, curves, engine };
  const found = await asking(opened, () => partialDependence(model, table, column, asked));
  if (options.json) return printJson(plainNumbers(found));
  if (options.format === "csv") return printDocument(dependenceCsv(found));
  print(...printDependence(found, label, { width: terminalWidth(), isQuiet: options.quiet ?? false }));
}

async function showEffects(opened: Opened, options: DependenceOptions): Promise<void> {
  const { model, table, engine, label } = opened;
  const { target, class: name, resolution: bins } = options;
  const asked = { target, class: name, bins, engine };
  const found = await asking(opened, () => accumulatedLocalEffects(model, table, options.of[0], asked));
  if (options.json) return printJson(plainNumbers(found));
  if (options.format === "csv") return printDocument(effectsCsv(found));
  print(...printEffects(found, label, { width: terminalWidth(), isQuiet: options.quiet ?? false }));
}
