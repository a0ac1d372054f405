/** `chaingrad gradient NET.json BATCH.json`: loss, outputs and every gradient, as an oracle for other programs. */
import { type FloatType, referenceEngine, type SyncEngine } from "@chaingrad/core";
import { count, formatNumber, formatPlace, formatShape } from "@chaingrad/core/format";
import { computeGradients, describeLoss, type Gradients, gradientsJson } from "@chaingrad/core/net";
import { writeFileAtomically } from "@chaingrad/duckdb/files";
import { BATCH_FORM, NET_ACTIVATIONS, NET_FORM, NET_LOSSES } from "@chaingrad/interchange/net-document";
import { UserError } from "@chaingrad/tables";
import { type Command, Option } from "commander";
import { plainEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { isModel, warnOf } from "../net/open-network.ts";
import { readBatch, readNet } from "../net/read.ts";
import { type CommonOptions, note, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import type { Shown } from "../output/line.ts";
import { formatTable } from "../output/table.ts";
import { paragraph, wrap, wrapTerms } from "../output/wrap.ts";

export interface GradientOptions extends CommonOptions {
  readonly engine: "reference" | "wasm";
  readonly dtype: FloatType;
  readonly out?: string;
}

export function register(program: Command): void {
  const command = program
    .command("gradient")
    .summary("loss and gradients of a network on a batch, as JSON")
    .description("Compute loss, outputs and the gradient by every parameter and by x, in full precision.")
    .argument("<NET.json>", "network, loss and weights ('-' is standard input)")
    .argument("<BATCH.json>", "rows: x, y and perhaps weight")
    .addOption(new Option("--engine <name>", "what computes").choices(["reference", "wasm"]).default("reference"))
    .addOption(new Option("--dtype <type>", "element type").choices(["f64", "f32"]).default("f64"))
    .option("--out <FILE>", "write the JSON document to a file")
    .addHelpText("after", () => documents(terminalWidth()))
    .action(gradient);
  withConventions(
    command,
    "chaingrad gradient net.json batch.json",
    "chaingrad gradient net.json batch.json --engine wasm --dtype f32 --json",
  );
}

/** The two documents and every name that may stand in them. */
const documents = (width: number): string => `
NET.json:
${indented(NET_FORM.example)}
${wrapTerms(NET_FORM.fields, width)}

BATCH.json:
${indented(BATCH_FORM.example)}
${wrapTerms(BATCH_FORM.fields, width)}

Activations:
${wrap(NET_ACTIVATIONS.join(", "), width, "  ")}

Losses:
${wrap(NET_LOSSES.join(", "), width, "  ")}`;

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join("\n");

async function gradient(netPath: string, batchPath: string, options: GradientOptions): Promise<void> {
  if (options.engine === "reference" && options.dtype === "f32") {
    throw new UserError("the reference engine computes in f64 only", "For f32 add --engine wasm.");
  }
  if (netPath === "-" && batchPath === "-") throw new UserError("only one of the two files can be standard input");
  await assertOutputs({ "--out": options.out }, [netPath, batchPath]);
  if (await isModel(netPath)) {
    throw new UserError(
      `'${netPath}' is a model, expected a NET.json`,
      "See: chaingrad check --help, chaingrad explain --help",
    );
  }
  const net = await readNet(netPath);
  if (net.weights === undefined) {
    throw new UserError(`'${netPath}': weights are missing`, "A gradient is taken at given weights: add W1, b1, ….");
  }
  const batch = await readBatch(batchPath, net);
  warnOf(net, options);
  const engine: SyncEngine = options.engine === "wasm" ? await plainEngine(options) : referenceEngine;
  const result = computeGradients(net, net.weights, batch, engine, options.dtype);
  const document = gradientsJson(result);
  warnOfInfinities(result, options);
  if (options.out !== undefined) await writeFileAtomically(options.out, `${JSON.stringify(document)}\n`);
  if (options.json) return printJson(document);
  const head = `${count(batch.rows, "row")}, ${describeLoss(net)}, engine ${engine.name} in ${options.dtype}`;
  if (!(options.quiet && options.out !== undefined))
    print(...paragraph(head, terminalWidth()), "", ...summary(result, terminalWidth()));
}

function warnOfInfinities({ loss, outputs, gradients }: Gradients, options: CommonOptions): void {
  const numbers = [[loss], ...[outputs, ...Object.values(gradients)].map(({ values }) => Array.from(values))].flat();
  const bad = numbers.filter((value) => !Number.isFinite(value)).length;
  if (bad > 0) note(`chaingrad: ${count(bad, "result")} overflowed to infinity or NaN; in JSON that is null`, options);
}

/** The loss, and of each gradient its shape, size and largest entry. */
export function summary({ loss, gradients }: Gradients, width: number): Shown[] {
  const rows = Object.entries(gradients).map(([name, { shape, values }]) => {
    const all = Array.from(values);
    const largest = all.reduce((best, value, i) => (Math.abs(value) > Math.abs(all[best]) ? i : best), 0);
    const at = formatPlace(name, shape, largest);
    return [`∂L/∂${name}`, formatShape(shape), formatNumber(norm(all)), `${formatNumber(all[largest])} at ${at}`];
  });
  const table = formatTable(["gradient", "shape", "norm", "largest entry"], rows, "llll", width);
  return [`loss  ${formatNumber(loss, 12)}`, "", ...table];
}

const norm = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0));
