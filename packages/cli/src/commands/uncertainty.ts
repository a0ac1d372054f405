/** chaingrad uncertainty: how sure a model can be of what it says of rows. */
import { type FileTable, readTable, withTable } from "@chaingrad/duckdb";
import { UserError } from "@chaingrad/tables";
import {
  ensembleSpread,
  type Laplace,
  laplace,
  type UncertainWeights,
  uncertaintyColumns,
} from "@chaingrad/tables/uncertainty";
import { type Command, Option } from "commander";
import { plainEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { shareOfAll, wholeNumber } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { asRefusal, refusing } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { loadModel } from "../model/model-file.ts";
import { writeAdded } from "../output/added.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { type FoundUncertainty, printUncertainty, uncertaintyDocument } from "../output/uncertainty.ts";
import { wrap } from "../output/wrap.ts";

interface UncertaintyFlags extends CommonOptions, ReadingFlags {
  readonly training?: string;
  readonly weights?: UncertainWeights;
  readonly interval: number;
  readonly top: number;
  readonly out?: string;
}

const EXPLANATION =
  "With --training, Laplace's approximation: the posterior of the parameters around where training ended, as wide as the curvature on " +
  "those rows says, with prior and noise where the evidence is largest. Without it, of models that are a mean of networks (the recipes " +
  "default and best), how far apart those are. Either is of what the parameters may be; noise is in intervals alone. Intervals that " +
  "hold whatever the distribution are those of predict --interval.";

export function register(program: Command): void {
  const command = program
    .command("uncertainty")
    .summary("how sure a model can be of what it says")
    .description("Standard deviations of a model's predictions, of rows by how far apart they are.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .option("--training <file>", "the rows that the model was trained on")
    .addOption(
      new Option(
        "--weights <which>",
        "which parameters are uncertain (default: all, where they are few enough)",
      ).choices(["all", "last-layer"]),
    )
    .option("--interval <share>", "the share of the truth that intervals of amounts are to hold", shareOfAll, 0.9)
    .option("--top <N>", "how many rows are shown, the least sure first", wholeNumber(1), 20)
    .option("--out <file>", "the table with what is said of each row")
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(run);
  withConventions(
    withReading(command),
    "chaingrad uncertainty cars.safetensors new.csv --training examples/data/cars.csv",
    "chaingrad uncertainty iris.safetensors new.csv --top 5 --out iris-deviations.csv",
  );
}

async function run(modelPath: string, file: string, options: UncertaintyFlags): Promise<void> {
  const { source, label, files } = await tableArgument(file);
  const known = options.training === undefined ? undefined : await trainingArgument(options.training, file);
  await assertOutputs({ "--out": options.out }, [modelPath, ...files, ...(known?.files ?? [])]);
  if (options.weights !== undefined && known === undefined)
    throw new UserError(
      "--weights is for Laplace's approximation: give the rows that the model was trained on, --training FILE",
    );
  const model = await loadModel(modelPath);
  const engine = await plainEngine(options);
  const training = known && (await readTable(known.source, readingOptions(options, model)));
  await withTable(source, readingOptions(options, model), async (open) => {
    const { table } = open;
    for (const text of table.notes) note(`note: ${text}`, options);
    const posterior =
      training && (await asking(known?.label ?? label, laplace(model, training, { engine, weights: options.weights })));
    const found =
      posterior === undefined
        ? { said: await asking(label, ensembleSpread(model, table, { engine })) }
        : refusing(label, () => saidBy(posterior, table, model.target.name, options.interval));
    if (options.json) printJson(uncertaintyDocument(found));
    else
      print(
        ...printUncertainty(found, model.target.name, options.top, label, {
          width: terminalWidth(),
          isQuiet: options.quiet ?? false,
        }),
      );
    await writeAdded(open, label, () => uncertaintyColumns(found.said, table), options);
  });
}

function saidBy(posterior: Laplace, table: FileTable, target: string, level: number): FoundUncertainty {
  const said = posterior.predict(table, level);
  const isKnown = table.columns.some(({ name }) => name === target);
  return { said, posterior, ...(isKnown && { evaluation: posterior.evaluate(table, level) }) };
}

/** @throws UserError for what the library refuses about the model or the table */
const asking = <T>(label: string, asked: Promise<T>): Promise<T> =>
  asked.catch((error) => {
    throw asRefusal(label, error);
  });

async function trainingArgument(training: string, file: string) {
  if (training === "-" && file === "-")
    throw new UserError("--training: standard input cannot be both tables", "Write one of them to a file.");
  return tableArgument(training);
}
