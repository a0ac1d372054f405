/** chaingrad row-gradients: how strongly each training row pulls at a model, and whether with the others or against them. */
import { basename } from "node:path";
import { catalogue, type Language } from "@chaingrad/core/explain";
import { withTable } from "@chaingrad/duckdb";
import { writeFileAtomically } from "@chaingrad/duckdb/files";
import { type Table, UserError } from "@chaingrad/tables";
import { gradientColumns, type RowGradients, rowGradients, rowPush } from "@chaingrad/tables/data-attribution";
import { type Command, Option } from "commander";
import { plainEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { wholeNumber } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { asRefusal, refusing } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import { loadModel } from "../model/model-file.ts";
import { writeAdded } from "../output/added.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { orderOf, printRowGradients, printRowPush } from "../output/data-attribution.ts";
import { plainNumbers } from "../output/understanding.ts";
import { wrap } from "../output/wrap.ts";

interface RowGradientsFlags extends CommonOptions, ReadingFlags {
  readonly by: "norm" | "cosine";
  readonly top: number;
  readonly row?: number;
  readonly page?: string;
  readonly lang?: Language;
  readonly out?: string;
}

const EXPLANATION =
  "The gradient of each row's loss by all parameters, exactly and in double precision. Its norm is how strongly the row pulls; the " +
  "cosine with the mean gradient is below 0 where it pulls against what the rows want on the whole. The layers' columns are the norms " +
  "of their parts. Rows that pull strongly against the others are hard, rare or wrong: see also chaingrad suspects.";

export function register(program: Command): void {
  const command = program
    .command("row-gradients")
    .summary("how strongly each row pulls at a model, and which way")
    .description("Norm and direction of the gradient of each row's loss, layer by layer.")
    .argument("<model>", "a model made by chaingrad train")
    .argument("<file>", TABLE)
    .addOption(
      new Option("--by <what>", "the largest norm first, or the least cosine")
        .choices(["norm", "cosine"])
        .default("norm"),
    )
    .option("--top <N>", "how many rows are shown", wholeNumber(1), 20)
    .option("--row <N>", "this row alone, layer by layer, counted from 1", wholeNumber(1))
    .option("--page <file>", "a page of this row's pull at each layer (default: of the row that is shown first)")
    .addOption(
      new Option("--lang <language>", "the language of the page (default: en)").choices(Object.keys(catalogue)),
    )
    .option("--out <file>", "the table with loss, norm and cosine of each row")
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(run);
  withConventions(
    withReading(command),
    "chaingrad row-gradients cars.safetensors examples/data/cars.csv",
    "chaingrad row-gradients iris.safetensors iris.csv --by cosine --top 10 --out iris-gradients.csv",
    "chaingrad row-gradients cars.safetensors examples/data/cars.csv --row 330 --page row330.html",
  );
}

async function run(modelPath: string, file: string, options: RowGradientsFlags): Promise<void> {
  const { out, page } = options;
  if (options.lang !== undefined && page === undefined)
    throw new UserError("--lang is the language of a page", "Give --page FILE.");
  const { source, label, files } = await tableArgument(file);
  await assertOutputs({ "--out": out, "--page": page }, [modelPath, ...files]);
  const model = await loadModel(modelPath);
  const engine = await plainEngine(options);
  await withTable(source, readingOptions(options, model), async (open) => {
    const { table } = open;
    for (const text of table.notes) note(`note: ${text}`, options);
    const found = await rowGradients(model, table, { engine }).catch((error) => {
      throw asRefusal(label, error);
    });
    show(found, table, options, label);
    if (page !== undefined) await writePage(page, found, table, options, label);
    await writeAdded(open, label, () => gradientColumns(found, table), options);
  });
}

function show(found: RowGradients, table: Table, options: RowGradientsFlags, label: string): void {
  const { row, json } = options;
  const form = { width: terminalWidth(), isQuiet: options.quiet ?? false };
  const own = row === undefined ? undefined : refusing(label, () => rowPush(found, row));
  if (json) printJson(plainNumbers(own ?? found));
  else if (own !== undefined) print(...printRowPush(own, label, form));
  else print(...printRowGradients(found, table, options, label, form));
}

async function writePage(
  path: string,
  found: RowGradients,
  table: Table,
  options: RowGradientsFlags,
  label: string,
): Promise<void> {
  const { row = found.rows[orderOf(found, options.by)[0]], lang: language = "en" } = options;
  const { rowPushPage } = await import("@chaingrad/view/row-push");
  const own = refusing(label, () => rowPush(found, row));
  await writeFileAtomically(path, rowPushPage({ found: own, table, title: basename(label), language }));
  note(`page: ${path}`, options);
}
