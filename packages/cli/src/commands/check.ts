/** `chaingrad check MODEL|NET.json`: every gradient against forward mode, finite differences and complex steps. */
import { checkCurvature, checkNet, isWrong, type Verdict, verdictOf } from "@chaingrad/core/check";
import type { Batch, WeightedNet } from "@chaingrad/core/net";
import type { ReadingOptions } from "@chaingrad/duckdb";
import { certificatePage, conclusion } from "@chaingrad/view/certificate";
import { count } from "@chaingrad/view/number";
import { type Command, Option } from "commander";
import { toDocument } from "../check/document.ts";
import { report } from "../check/report.ts";
import { warnOfMadeTwice } from "../net/made-twice.ts";
import { openNetwork } from "../net/open-network.ts";
import { chooseRows } from "../net/rows.ts";
import {
  type CommonOptions,
  print,
  printDocument,
  printJson,
  terminalWidth,
  withConventions,
} from "../output/conventions.ts";
import { STATUS } from "../output/failure.ts";
import { paragraph, wrap, wrapTerms } from "../output/wrap.ts";
import { assertOutputs } from "./distinct.ts";
import { withReading } from "./options.ts";

interface CheckOptions extends CommonOptions, ReadingOptions {
  readonly batch?: string;
  readonly order: "1" | "2";
  readonly format: (typeof FORMATS)[number];
}

const FORMATS = ["text", "json", "html"] as const;

/** Rows that are tried where no batch is given, and what they and missing weights are drawn from. */
const RANDOM_ROWS = 5;
const SEED = 0;

const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: "every witness agrees with the gradient",
  kink: "differences do not, because the loss has a corner there (as relu has at 0), and the gradient is one of the slopes at its sides or between them",
  "no derivative":
    "there is none: an operation is at a point that has none (√ at 0, 0/0), and the gradient is NaN or infinite; the exit status is then 1",
  mismatch: "a witness says otherwise: the gradient is wrong; the exit status is then 1",
};

const explanation = (width: number): string => `
${wrap("The largest error is that of the differences, entry by entry; the forward error is that of forward mode along a random direction, which covers every entry. Below, the worst entry of each tensor by every witness: reverse mode, forward mode, central differences with their own estimate of their error (the step is chosen where that is least), and a complex step, which no difference cancels in (not for erf, as in gelu, and not at a corner). All in float64 on the reference engine. Of a network with many entries a sample of each tensor is compared, so that a check takes seconds; each tensor as a whole is then held against all witnesses along the random direction.", width)}

Verdicts:
${wrapTerms(VERDICTS, width)}`;

export function register(program: Command): void {
  const command = program
    .command("check")
    .summary("certify every gradient by independent witnesses")
    .description(
      "Compare the gradient by every parameter and by x with forward mode, finite differences of the loss and complex steps.",
    )
    .argument("<network>", "a model that 'train' saved, or a NET.json (see: chaingrad gradient --help)")
    .option("--batch <file>", `rows: a BATCH.json, for a model a table (default: ${RANDOM_ROWS} random ones)`)
    .addOption(
      new Option(
        "--order <order>",
        "2 also checks the curvature: products with the Hessian, and its entries where it is small",
      )
        .choices(["1", "2"])
        .default("1"),
    )
    .addOption(new Option("--format <format>", "how the certificate is written").choices(FORMATS).default("text"))
    .addHelpText("after", () => explanation(terminalWidth()))
    .action(check);
  withConventions(
    withReading(command),
    "chaingrad check net.json",
    "chaingrad check net.json --batch batch.json --order 2 --json",
    "chaingrad check cars.safetensors --batch cars.csv --format html > certificate.html",
  );
}

async function check(path: string, options: CheckOptions): Promise<void> {
  await assertOutputs({}, [path, options.batch]);
  const opened = await openNetwork(path, SEED);
  const { tensors } = opened;
  warnOfMadeTwice(opened, options);
  const choice = { file: options.batch, row: undefined, drawn: RANDOM_ROWS, seed: SEED, reading: options };
  const batch = await chooseRows(opened, choice);
  const width = terminalWidth();
  const format = options.json ? "json" : options.format;
  const about = conditions(opened, batch, options.batch);
  if (format === "text" && !options.quiet) print(...paragraph(about, width), "");
  const checks = checkNet(opened, tensors, batch);
  const curvature = options.order === "2" ? checkCurvature(opened, tensors, batch) : undefined;
  if (format === "json") printJson(toDocument(checks, curvature));
  else if (format === "html") printDocument(certificatePage(about, checks, curvature));
  else {
    const words = conclusion(checks, curvature).flatMap((line) => paragraph(line, width));
    print(...report(checks, curvature, width), "", ...words);
  }
  if (isWrong(verdictOf(checks, curvature))) process.exitCode = STATUS.failed;
}

function conditions({ objective, origin }: WeightedNet, { rows }: Batch, file: string | undefined): string {
  const weights = { trained: "trained weights", given: "given weights", initial: "random weights" }[origin];
  const source = file === undefined ? `${count(rows, "random row")}` : `${count(rows, "row")} of '${file}'`;
  return `${objective.loss.name} (${objective.reduction ?? "mean"}), ${weights}, ${source}, float64`;
}
