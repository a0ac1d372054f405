/** `chaingrad explain`: the forward program of a network, then its backward program from the output to the first layer. */
import { evaluate, referenceEngine } from "@chaingrad/core";
import { type Derivation, derivationJson, derive, type Numbers, terminalLines } from "@chaingrad/core/explain";
import type { Command } from "commander";
import type { Batch } from "../net/batch.ts";
import { exampleBatch, exampleNetwork } from "../net/example.ts";
import type { Net } from "../net/net-document.ts";
import { objectiveGraph, objectiveValues, type Tensors } from "../net/objective.ts";
import { type OpenedNetwork, openNetwork } from "../net/open-network.ts";
import { chooseRows } from "../net/rows.ts";
import { type CommonOptions, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { count } from "../output/number.ts";
import { wrap } from "../output/wrap.ts";
import { UserError } from "../table/errors.ts";
import { wholeNumber } from "./options.ts";

interface ExplainOptions extends CommonOptions {
  readonly batch?: string;
  readonly row?: number;
  readonly digits: number;
  readonly width?: number;
}

const SEED = 0;
const NARROWEST = 24;
const WIDEST = 1000;
const FLOAT64_DIGITS = 17;

const EXPLANATION =
  "Without a network it explains a small one with two hidden layers, whose numbers can be followed by hand. Of a model, " +
  "features and target are shown as the network takes them: encoded and scaled. The formulas are read from the programs " +
  "that run, and the numbers are what those programs compute, in float64 on the reference engine.";

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
    .option("--digits <N>", "significant digits", wholeNumber(1, FLOAT64_DIGITS), 4)
    .option("--width <N>", "characters in a line (default: those of the terminal)", wholeNumber(NARROWEST, WIDEST))
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(explain);
  withConventions(
    command,
    "chaingrad explain",
    "chaingrad explain net.json batch.json --row 2",
    "chaingrad explain cars.safetensors cars.csv --row 17 | less",
  );
}

async function explain(path: string | undefined, rows: string | undefined, options: ExplainOptions): Promise<void> {
  const { opened, batch, source } = await choose(path, rows ?? options.batch, options.row);
  const { derivation, numbers } = explainNet(opened.net, opened.tensors, batch);
  if (options.json) return printJson(derivationJson(derivation, numbers));
  const width = options.width ?? Math.max(NARROWEST, terminalWidth());
  if (!options.quiet) print(`${wrap(describe(opened, source), width)}\n`);
  print(terminalLines(derivation, numbers, { width, digits: options.digits }).join("\n"));
}

interface Choice {
  readonly opened: OpenedNetwork;
  readonly batch: Batch;
  /** What the rows are, in words. */
  readonly source: string;
}

async function choose(path: string | undefined, file: string | undefined, row: number | undefined): Promise<Choice> {
  if (row !== undefined && file === undefined) {
    throw new UserError(
      "--row needs rows to choose from",
      "Name them after the network: chaingrad explain NET.json BATCH.json",
    );
  }
  if (path === undefined) {
    if (file !== undefined)
      throw new UserError("rows need a network", "Name it first: chaingrad explain NET.json BATCH.json");
    return { opened: exampleNetwork, batch: exampleBatch, source: "an example" };
  }
  const opened = await openNetwork(path, SEED);
  const shown = row ?? (opened.model && file !== undefined ? 1 : undefined);
  const batch = await chooseRows(opened, { file, row: shown, drawn: 1, seed: SEED });
  if (file === undefined) return { opened, batch, source: "a random row" };
  return { opened, batch, source: `${shown === undefined ? count(batch.rows, "row") : `row ${shown}`} of '${file}'` };
}

/** The derivation of a network's gradients and the numbers of its program on a batch. */
export function explainNet(net: Net, tensors: Tensors, batch: Batch): { derivation: Derivation; numbers: Numbers } {
  const { variables, given, layers, loss } = objectiveGraph(net, batch, "f64");
  const { x, ...parameters } = variables;
  const derivation = derive({ loss, layers, parameters: Object.values(parameters), x, given });
  const values = objectiveValues(net, tensors, batch);
  return { derivation, numbers: { ...values, ...evaluate(referenceEngine, derivation.program, values) } };
}

/** "2 inputs, 3 tanh, 1 identity, mean-squared-error; row 2 of 'batch.json'", and what a model's x stands for. */
function describe({ net: { network, loss }, model }: OpenedNetwork, source: string): string {
  const layers = network.layers.map(({ units, activation }) => `${units} ${activation}`);
  const head = `${[count(network.inputs, "input"), ...layers, loss.name].join(", ")}; ${source}`;
  return model === undefined ? head : `${head}\nx: ${model.encoder.features.join(", ")}`;
}
