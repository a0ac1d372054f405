/** `chaingrad check MODEL|NET.json`: every gradient against forward mode, finite differences and complex steps. */
import { basename } from "node:path";
import { certificateJson, isWrong, type Verdict } from "@chaingrad/core/check";
import { nameNet } from "@chaingrad/core/explain";
import { count } from "@chaingrad/core/format";
import { describeLoss } from "@chaingrad/core/net";
import { namesOf } from "@chaingrad/tables";
import { certifyOpened, type OpenedNetwork, type TableCertificate } from "@chaingrad/tables/explain";
import { certificatePage, conclusion, VERDICTS, WITNESSES } from "@chaingrad/view/certificate";
import { type Command, Option } from "commander";
import { assertOutputs } from "../given/distinct.ts";
import { wholeNumber } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { openNetwork, warnOf } from "../net/open-network.ts";
import { chooseRows } from "../net/rows.ts";
import { report } from "../output/certificate.ts";
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

interface CheckOptions extends CommonOptions, ReadingFlags {
  readonly batch?: string;
  readonly order: "1" | "2";
  readonly rows?: number;
  readonly format: (typeof FORMATS)[number];
  readonly symbols?: boolean;
}

const FORMATS = ["text", "json", "html"] as const;

/** Rows that are tried where no batch is given, and what they and missing weights are drawn from. */
const RANDOM_ROWS = 5;
const SEED = 0;

/** With what the command makes of them. */
const verdicts = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(VERDICTS).map(([name, words]) => [
      name,
      isWrong(name as Verdict) ? `${words}; the exit status is then ${STATUS.failed}` : words,
    ]),
  );

const explanation = (width: number): string => `
${wrap(WITNESSES, width)}

Verdicts:
${wrapTerms(verdicts(), width)}`;

export function register(program: Command): void {
  const command = program
    .command("check")
    .summary("certify every gradient by independent witnesses")
    .description(
      "Compare the gradient by every parameter and by x with forward mode, finite differences of the loss and complex steps; of a model also by the columns of its table, and of the prediction in the target's unit.",
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
    .option(
      "--rows <number>",
      "the most rows that are compared, evenly spread (default: as many as take seconds)",
      wholeNumber(1),
    )
    .addOption(new Option("--format <format>", "how the certificate is written").choices(FORMATS).default("text"))
    .option("--symbols", "write W1[2][4] where a model's columns have names, as W1[2][weight_lbs]")
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
  warnOf(opened, options);
  const choice = {
    file: options.batch,
    row: undefined,
    drawn: RANDOM_ROWS,
    seed: SEED,
    reading: readingOptions(options),
  };
  const batch = await chooseRows(opened, choice);
  const width = terminalWidth();
  const format = options.json ? "json" : options.format;
  const file = options.batch !== undefined && format === "html" ? basename(options.batch) : options.batch;
  const certificate = certifyOpened(opened, batch, { order: options.order === "2" ? 2 : 1, rows: options.rows });
  const { verdict, rows, columns, checks, curvature } = certificate;
  const about = conditions(opened, certificate, file);
  const given = opened.model && namesOf(opened.model);
  const names = given === undefined || options.symbols ? undefined : nameNet(opened, given);
  if (format === "json") {
    const document = certificateJson(checks, curvature, rows);
    printJson({ ...document, ...(columns ? { columns } : {}), ...(given ? { names: given } : {}) });
  } else if (format === "html") printDocument(certificatePage(about, checks, curvature, names));
  else {
    if (!options.quiet) print(...paragraph(about, width), "");
    const words = conclusion(checks, curvature, names).flatMap((line) => paragraph(line, width));
    print(...report(checks, curvature, width, names), "", ...words);
  }
  if (isWrong(verdict)) process.exitCode = STATUS.failed;
}

function conditions(net: OpenedNetwork, { rows, columns }: TableCertificate, file: string | undefined): string {
  const weights = { trained: "trained weights", given: "given weights", initial: "random weights" }[net.origin];
  const many = rows.compared < rows.of ? `${rows.compared} of the ${rows.of} rows` : count(rows.of, "row");
  const source = file === undefined ? `${count(rows.of, "random row")}` : `${many} of '${file}'`;
  return [`${describeLoss(net)}`, weights, `${source}${columns ? ofColumns(rows.of, columns) : ""}`, "float64"].join(
    ", ",
  );
}

/** What is said where not every cell is compared. */
function ofColumns(rows: number, { compared, of, rows: own }: NonNullable<TableCertificate["columns"]>): string {
  const which = compared < of ? `${compared} of the ${of} columns` : "the columns";
  return compared < of || own < rows ? ` (${which} of ${own} of them)` : "";
}
