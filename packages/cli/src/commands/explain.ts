/** `chaingrad explain`: the derivation of a network's gradients, from the program that runs, in any of its views. */
import { basename } from "node:path";
import {
  type Block,
  catalogue,
  derivationJson,
  type Explained,
  type Language,
  plain,
  type Text,
  text,
  viewJson,
  type Words,
} from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork, partsOf } from "@chaingrad/core/net";
import { UserError } from "@chaingrad/tables";
import {
  type ChosenRows,
  DEFAULT_OPTIMIZER,
  explainOpened,
  type OpenedNetwork,
  type Shown,
  VIEWS,
} from "@chaingrad/tables/explain";
import { type Command, Option } from "commander";
import { assertOutputs } from "../given/distinct.ts";
import { positive, wholeNumber } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { openNetwork } from "../net/open-network.ts";
import { chooseRows } from "../net/rows.ts";
import { NARROWEST, printBlocks } from "../output/blocks.ts";
import { type CommonOptions, printDocument, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { wrap } from "../output/wrap.ts";

interface ExplainOptions extends CommonOptions, ReadingFlags {
  readonly batch?: string;
  readonly row?: number;
  readonly of?: string;
  readonly from: string;
  readonly view?: Shown;
  readonly format: Format;
  readonly lang: Language;
  readonly optimizer: string;
  readonly rate?: number;
  readonly step: number;
  readonly digits: number;
  readonly width?: number;
  readonly kernels?: boolean;
  readonly symbols?: boolean;
  readonly pager: boolean;
}

const FORMATS = ["terminal", "markdown", "latex", "html", "json"] as const;
type Format = (typeof FORMATS)[number];

const SEED = 0;
/** Rows that the view of a batch shows where none are named. */
const DRAWN = 8;
const WIDEST = 1000;
const FLOAT64_DIGITS = 17;
/** Of counts: all of them. */
const DIGITS = 15;

const EXPLANATION =
  "Without a network it explains a small one with two hidden layers, whose numbers can be followed by hand. Of a model, " +
  "the columns are shown in their own units, then as the network takes them: encoded and scaled. The formulas are read from the programs " +
  "that run, and the numbers are what those programs compute, in float64 on the reference engine. What --of names is a " +
  "parameter (W2, b1), an input (x), a pre-activation (z1) or an activation (h1, y), or one number of it; places count " +
  "from 1, as in mathematics. It may also be a column of the model's table: the chain then goes on through the " +
  "preprocessing, and with --from prediction the derivative is in the target's unit for each unit of the column.";

export function register(program: Command): void {
  const command = program
    .command("explain")
    .summary("show the chain rule of a network, formula by formula")
    .description("Show the forward pass of a network, then the chain rule backwards: formulas, shapes and numbers.")
    .argument("[network]", "a model that 'train' saved, or a NET.json (see: chaingrad gradient --help)")
    .argument("[rows]", "for a model a table with its columns, else a BATCH.json (default: a random row)")
    .option("--batch <file>", "another way to name the rows")
    .option(
      "--row <N>",
      "this row alone, counted from 1 (default: all of a batch, the first of a table)",
      wholeNumber(1),
    )
    .option("--of <name>", "the derivative by this alone, as W2, W2[1,3], b1, x[2], h1[4], or a column of the table")
    .option(
      "--from <name>",
      "what is differentiated: loss, prediction, or of a model the probability of a class",
      "loss",
    )
    .addOption(new Option("--view <view>", "how it is shown").choices(VIEWS))
    .addOption(new Option("--format <format>", "for what it is written").choices(FORMATS).default("terminal"))
    .addOption(
      new Option("--lang <language>", "the language of the texts").choices(Object.keys(catalogue)).default("en"),
    )
    .option("--optimizer <name>", "whose step '--view update' shows", DEFAULT_OPTIMIZER)
    .option("--rate <rate>", "its learning rate (default: the optimizer's own)", positive)
    .option("--step <N>", "which of its steps, all on these rows", wholeNumber(1, 1000), 1)
    .option("--digits <N>", "significant digits", wholeNumber(1, FLOAT64_DIGITS), 4)
    .option("--width <N>", "characters in a line (default: those of the terminal)", wholeNumber(NARROWEST, WIDEST))
    .option("--kernels", "say which step of the compiled plan computes each value")
    .option("--symbols", "write x[4] where a model's columns have names, as weight_lbs")
    .option("--no-pager", "print all at once in a terminal, however long it is")
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(explain);
  withConventions(
    withReading(command),
    "chaingrad explain",
    'chaingrad explain --of "W2[1,3]" --view paths',
    "chaingrad explain net.json batch.json --row 2 --view jacobian --format latex > proof.tex",
    "chaingrad explain cars.safetensors cars.csv --row 17 --format html > why.html",
    "chaingrad explain cars.safetensors cars.csv --row 17 --from prediction --of weight_lbs",
  );
}

async function explain(path: string | undefined, rows: string | undefined, options: ExplainOptions): Promise<void> {
  if (rows !== undefined && options.batch !== undefined)
    throw new UserError(`the rows are named twice: '${rows}' and --batch '${options.batch}'`, "Name them once.");
  await assertOutputs({}, [path, rows, options.batch]);
  const { opened, batch, source } = await choose(path, rows ?? options.batch, options);
  const { of: name, from, view, optimizer, rate, step, kernels } = options;
  // A page shows the whole derivation beside any view.
  const isWhole = options.format === "html" ? true : undefined;
  const shown = { of: name, from, view, optimizer, rate, step, kernels, isWhole };
  const { of, blocks, notes } = await explainOpened(opened, batch, shown);
  const title = [describe(opened, source, catalogue[options.lang]), ...notes];
  await write({ of, title, blocks }, options);
}

interface Result {
  readonly of: Explained;
  /** What is explained, line by line. */
  readonly title: readonly string[];
  readonly blocks: readonly Block[];
}

async function write({ of, title, blocks }: Result, options: ExplainOptions): Promise<void> {
  const words = catalogue[options.lang];
  if (options.json || options.format === "json") {
    const document = derivationJson(of, words);
    const isView = options.view !== undefined || options.of !== undefined;
    return printJson(isView ? { ...document, view: viewJson(blocks, words) } : document);
  }
  const { lang, digits, symbols = false, width, pager, quiet } = options;
  if (options.format === "html") {
    const { derivationPage } = await import("@chaingrad/view/derivation");
    const target = options.of?.replaceAll(" ", "");
    return printDocument(derivationPage(of, { title, language: lang, digits, target, symbols }));
  }
  const names = symbols ? undefined : of.names;
  const { format } = options;
  await printBlocks(blocks, { format, lang, digits, names, width, pager, title: quiet ? [] : title });
}

interface Choice {
  readonly opened: OpenedNetwork;
  readonly batch: ChosenRows;
  /** What the rows are, in words. */
  readonly source: Text;
}

/** One row where there is a choice, unless many are wanted. */
async function choose(
  path: string | undefined,
  file: string | undefined,
  { row, view, from, format, ...reading }: ExplainOptions,
): Promise<Choice> {
  const many = view === "batch";
  if (row !== undefined && file === undefined) {
    throw new UserError(
      "--row needs rows to choose from",
      "Name them after the network: chaingrad explain NET.json BATCH.json",
    );
  }
  if (path === undefined) {
    if (file !== undefined)
      throw new UserError("rows need a network", "Name it first: chaingrad explain NET.json BATCH.json");
    return { opened: exampleNetwork, batch: exampleBatch, source: text("source.example") };
  }
  const opened = await openNetwork(path, SEED);
  // What is made to be passed on says nothing of the folders here.
  const label = file !== undefined && format !== "terminal" ? basename(file) : (file ?? "");
  const shown = row ?? (opened.model && file !== undefined && !many ? 1 : undefined);
  const batch = await chooseRows(opened, {
    file,
    row: shown,
    drawn: many ? DRAWN : 1,
    seed: SEED,
    reading: readingOptions(reading),
    withTarget: from === "loss",
  });
  if (file === undefined)
    return { opened, batch, source: many ? text("source.drawn", { count: DRAWN }) : text("source.random") };
  if (shown === undefined && batch.rows > 1) {
    return { opened, batch, source: text("source.rows", { count: batch.rows, file: label }) };
  }
  return { opened, batch, source: text("source.row", { row: shown ?? 1, file: label }) };
}

/** "2 inputs, 3 tanh, 1 identity, mean-squared-error; row 2 of 'batch.json'". */
function describe(opened: OpenedNetwork, source: Text, words: Words): string {
  const { inputs } = opened.network;
  const options = { words, digits: DIGITS };
  const first = plain(inputs === 1 ? text("title.input") : text("title.inputs", { count: inputs }), options);
  return `${[first, ...partsOf(opened)].join(", ")}; ${plain(source, options)}`;
}
