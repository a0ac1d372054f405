/** `chaingrad check MODEL|NET.json`: every gradient against finite differences and forward mode. */
import type { Verdict } from "@chaingrad/core/check";
import { type Command, Option } from "commander";
import type { Batch } from "../net/batch.ts";
import { type Curvature, checkCurvature, SYMMETRY_TOLERANCE } from "../net/check-curvature.ts";
import { checkNet, type VariableCheck } from "../net/check-net.ts";
import { type OpenedNetwork, openNetwork } from "../net/open-network.ts";
import { chooseRows } from "../net/rows.ts";
import { type CommonOptions, print, printJson, terminalWidth, withConventions } from "../output/conventions.ts";
import { STATUS } from "../output/failure.ts";
import { count, formatNumber, formatPlace } from "../output/number.ts";
import { formatTable } from "../output/table.ts";
import { wrap, wrapTerms } from "../output/wrap.ts";

interface CheckOptions extends CommonOptions {
  readonly batch?: string;
  readonly order: "1" | "2";
  readonly format: (typeof FORMATS)[number];
}

const FORMATS = ["text", "json", "html"] as const;

/** Rows that are tried where no batch is given, and what they and missing weights are drawn from. */
const RANDOM_ROWS = 5;
const SEED = 0;

const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: "the gradient and the differences agree",
  kink: "they do not, because the loss has a corner there (as relu has at 0), and the gradient is one of the slopes at its sides or between them",
  mismatch: "the gradient is wrong; the exit status is then 1",
};

const explanation = (width: number): string => `
${wrap("The column forward is forward mode along a random direction, which covers every entry. Below, the worst entry of each tensor by every witness: reverse mode, forward mode, central differences with their own estimate of their error (the step is chosen where that is least), and a complex step, which no difference cancels in (not for erf, as in gelu, and not at a corner). All in float64 on the reference engine. Of a network with many entries a sample of each tensor is compared.", width)}

Verdicts:
${wrapTerms(VERDICTS, width)}`;

export function register(program: Command): void {
  const command = program
    .command("check")
    .summary("compare every gradient with finite differences")
    .description("Compare the gradient by every parameter and by x with finite differences of the loss.")
    .argument("<network>", "a model that 'train' saved, or a NET.json (see: chaingrad gradient --help)")
    .option("--batch <file>", `rows: a BATCH.json, for a model a table (default: ${RANDOM_ROWS} random ones)`)
    .addOption(
      new Option("--order <order>", "2 also checks the curvature: products with the Hessian")
        .choices(["1", "2"])
        .default("1"),
    )
    .addOption(new Option("--format <format>", "how the certificate is written").choices(FORMATS).default("text"))
    .addHelpText("after", () => explanation(terminalWidth()))
    .action(check);
  withConventions(
    command,
    "chaingrad check net.json",
    "chaingrad check net.json --batch batch.json --order 2 --json",
    "chaingrad check cars.safetensors --batch cars.csv --format html > certificate.html",
  );
}

async function check(path: string, options: CheckOptions): Promise<void> {
  const opened = await openNetwork(path, SEED);
  const { net, tensors } = opened;
  const batch = await chooseRows(opened, { file: options.batch, row: undefined, drawn: RANDOM_ROWS, seed: SEED });
  const width = terminalWidth();
  const format = options.json ? "json" : options.format;
  const about = conditions(opened, batch, options.batch);
  if (format === "text" && !options.quiet) print(`${wrap(about, width)}\n`);
  const checks = checkNet(net, tensors, batch);
  const curvature = options.order === "2" ? checkCurvature(net, tensors, batch) : undefined;
  if (format === "json") printJson(toDocument(checks, curvature));
  else if (format === "html") {
    const { certificatePage } = await import("../check/page.ts");
    print(certificatePage(about, checks, curvature));
  } else {
    const second = curvature === undefined ? [] : [reportCurvature(curvature, width)];
    print([report(checks, width), ...second, wrap(conclusion(checks, curvature), width)].join("\n\n"));
  }
  if (isWrong(checks, curvature)) process.exitCode = STATUS.failed;
}

function isWrong([worst]: readonly VariableCheck[], curvature: Curvature | undefined): boolean {
  if (worst.verdict === "mismatch") return true;
  return curvature !== undefined && isCurvatureWrong(curvature);
}

const isCurvatureWrong = ({ products, asymmetry }: Curvature): boolean =>
  products[0].verdict === "mismatch" || !(asymmetry <= SYMMETRY_TOLERANCE);

function conditions({ net, origin }: OpenedNetwork, { rows }: Batch, file: string | undefined): string {
  const weights = { trained: "trained weights", given: "given weights", initial: "random weights" }[origin];
  const source = file === undefined ? `${count(rows, "random row")}` : `${count(rows, "row")} of '${file}'`;
  return `${net.loss.name} (${net.reduction}), ${weights}, ${source}, float64`;
}

export const CHECK_HEAD = ["gradient", "verdict", "entries", "largest error", "where", "forward"] as const;

/** The cells of a line for each tensor, the worst first. */
export function checkRows(checks: readonly VariableCheck[]): string[][] {
  return checks.map(({ name, shape, size, entries, forwardError, verdict }) => [
    `∂L/∂${name}`,
    verdict,
    entries.length < size ? `${entries.length} of ${size}` : String(size),
    formatNumber(entries[0].relativeError, 2),
    formatPlace(name, shape, entries[0].index),
    formatNumber(forwardError, 2),
  ]);
}

export const WITNESS_HEAD = ["worst entry", "reverse", "forward", "differences", "±", "complex step"] as const;

/** What each witness says of each tensor's worst entry. */
export function witnessRows(checks: readonly VariableCheck[]): string[][] {
  return checks.map(({ name, shape, entries: [{ index, claimed, measured, error }], forward, complex }) => [
    `∂L/∂${formatPlace(name, shape, index)}`,
    ...[claimed, forward, measured].map((value) => formatNumber(value, 6)),
    formatNumber(error, 1),
    complex === undefined ? "–" : formatNumber(complex, 6),
  ]);
}

export function report(checks: readonly VariableCheck[], width: number): string {
  return [
    formatTable(CHECK_HEAD, checkRows(checks), "llrrlr", width),
    formatTable(WITNESS_HEAD, witnessRows(checks), "lrrrrr", width),
  ].join("\n\n");
}

export const CURVATURE_HEAD = ["curvature", "verdict", "forward over reverse", "differences", "±", "error"] as const;

export function curvatureRows({ products }: Curvature): string[][] {
  return products.map(({ name, verdict, claimed, measured, error, relativeError }) => [
    ...[`uᵀ H v, u in ${name}`, verdict, formatNumber(claimed, 6), formatNumber(measured, 6)],
    ...[formatNumber(error, 1), formatNumber(relativeError, 2)],
  ]);
}

const reportCurvature = (curvature: Curvature, width: number): string =>
  formatTable(CURVATURE_HEAD, curvatureRows(curvature), "llrrrr", width);

/** What the whole comes to, with the numbers of every entry that is wrong (the first few of each tensor). */
export function conclusion(checks: readonly VariableCheck[], curvature?: Curvature): string {
  if (curvature === undefined) return firstOrder(checks);
  const { asymmetry } = curvature;
  const symmetric = `uᵀ H v and vᵀ H u differ by ${formatNumber(asymmetry, 2)}`;
  return `${firstOrder(checks)}\nThe curvature is ${isCurvatureWrong(curvature) ? "wrong" : "right"}: ${symmetric}.`;
}

function firstOrder(checks: readonly VariableCheck[]): string {
  const of = (verdict: string): number =>
    checks.reduce((total, { entries }) => total + entries.filter((entry) => entry.verdict === verdict).length, 0);
  const compared = checks.reduce((total, { entries }) => total + entries.length, 0);
  const all = checks.reduce((total, { size }) => total + size, 0);
  const number = compared < all ? `${compared} of ${all} entries` : count(all, "entry", "entries");
  const kinks = of("kink") > 0 ? `, ${of("kink")} of them at a kink of the loss` : "";
  if (checks[0].verdict !== "mismatch") return `All gradients are right: ${number} compared${kinks}.`;
  const wrong = checks.filter(({ verdict }) => verdict === "mismatch");
  return [`${count(wrong.length, "gradient")} of ${checks.length} wrong:`, ...wrong.flatMap(wrongEntries)].join("\n");
}

const MOST_SHOWN = 3;

function wrongEntries({ name, shape, entries, forwardError }: VariableCheck): string[] {
  const wrong = entries.filter(({ verdict }) => verdict === "mismatch");
  if (wrong.length === 0) return [`  ∂L/∂${name}: reverse and forward mode differ by ${formatNumber(forwardError, 2)}`];
  const shown = wrong.slice(0, MOST_SHOWN).map(({ index, claimed, measured }) => {
    return `  ∂L/∂${formatPlace(name, shape, index)} is ${formatNumber(claimed, 8)}, differences say ${formatNumber(measured, 8)}`;
  });
  return wrong.length > MOST_SHOWN ? [...shown, `  … ${wrong.length - MOST_SHOWN} more in ∂L/∂${name}`] : shown;
}

/** Raised when something in the document changes its meaning or goes away (docs/certificate.md). */
const VERSION = 1;

/** The checks for machines; `index` is row-major. */
export function toDocument(checks: readonly VariableCheck[], curvature?: Curvature): Record<string, unknown> {
  const tensors = checks.map(({ name, verdict, shape, size, entries, forwardError, forward, complex }) => {
    const { index, claimed, measured, error, step, relativeError } = entries[0];
    const witnesses = { forward, measured, error, step, ...(complex === undefined ? {} : { complex }) };
    return {
      name,
      verdict,
      shape,
      entries: size,
      checked: entries.length,
      forwardError,
      worst: { index, claimed, ...witnesses, relativeError },
    };
  });
  const second = curvature && {
    verdict: isCurvatureWrong(curvature) ? "mismatch" : curvature.products[0].verdict,
    ...curvature,
  };
  const verdict = isWrong(checks, curvature) ? "mismatch" : checks[0].verdict;
  return { version: VERSION, verdict, tensors, ...(second ? { curvature: second } : {}) };
}
