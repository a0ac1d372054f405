/** `chaingrad check MODEL|NET.json`: every gradient against finite differences and forward mode. */
import type { Verdict } from "@chaingrad/core/check";
import type { Command } from "commander";
import type { Batch } from "../net/batch.ts";
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
}

/** Rows that are tried where no batch is given, and what they and missing weights are drawn from. */
const RANDOM_ROWS = 5;
const SEED = 0;

const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: "the gradient and the differences agree",
  kink: "they do not, because the loss has a corner there (as relu has at 0), and the gradient is one of the slopes at its sides or between them",
  mismatch: "the gradient is wrong; the exit status is then 1",
};

const explanation = (width: number): string => `
${wrap("Differences are central, extrapolated to many digits, in float64 on the reference engine. The last column is forward mode along a random direction, which covers every entry. Of a network with many entries a sample of each tensor is compared.", width)}

Verdicts:
${wrapTerms(VERDICTS, width)}`;

export function register(program: Command): void {
  const command = program
    .command("check")
    .summary("compare every gradient with finite differences")
    .description("Compare the gradient by every parameter and by x with finite differences of the loss.")
    .argument("<network>", "a model that 'train' saved, or a NET.json (see: chaingrad gradient --help)")
    .option("--batch <file>", `rows: a BATCH.json, for a model a table (default: ${RANDOM_ROWS} random ones)`)
    .addHelpText("after", () => explanation(terminalWidth()))
    .action(check);
  withConventions(command, "chaingrad check net.json", "chaingrad check net.json --batch batch.json --json");
}

async function check(path: string, options: CheckOptions): Promise<void> {
  const opened = await openNetwork(path, SEED);
  const { net, tensors } = opened;
  const batch = await chooseRows(opened, { file: options.batch, row: undefined, drawn: RANDOM_ROWS, seed: SEED });
  const width = terminalWidth();
  if (!options.json && !options.quiet) print(`${wrap(conditions(opened, batch, options.batch), width)}\n`);
  const checks = checkNet(net, tensors, batch);
  if (options.json) printJson(toDocument(checks));
  else print(`${report(checks, width)}\n\n${wrap(conclusion(checks), width)}`);
  if (checks[0].verdict === "mismatch") process.exitCode = STATUS.failed;
}

function conditions({ net, origin }: OpenedNetwork, { rows }: Batch, file: string | undefined): string {
  const weights = { trained: "trained weights", given: "given weights", initial: "random weights" }[origin];
  const source = file === undefined ? `${count(rows, "random row")}` : `${count(rows, "row")} of '${file}'`;
  return `${net.loss.name} (${net.reduction}), ${weights}, ${source}, float64`;
}

/** A line for each tensor, the worst first. */
export function report(checks: readonly VariableCheck[], width: number): string {
  const rows = checks.map(({ name, shape, size, entries, forwardError, verdict }) => [
    `∂L/∂${name}`,
    verdict,
    entries.length < size ? `${entries.length} of ${size}` : String(size),
    formatNumber(entries[0].relativeError, 2),
    formatPlace(name, shape, entries[0].index),
    formatNumber(forwardError, 2),
  ]);
  return formatTable(["gradient", "verdict", "entries", "largest error", "where", "forward"], rows, "llrrlr", width);
}

/** What the whole comes to, with the numbers of every entry that is wrong (the first few of each tensor). */
export function conclusion(checks: readonly VariableCheck[]): string {
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

/** The checks for machines; `index` is row-major. */
export function toDocument(checks: readonly VariableCheck[]): Record<string, unknown> {
  const tensors = checks.map(({ name, verdict, shape, size, entries, forwardError }) => {
    const { index, claimed, measured, relativeError } = entries[0];
    return {
      name,
      verdict,
      shape,
      entries: size,
      checked: entries.length,
      forwardError,
      worst: { index, claimed, measured, relativeError },
    };
  });
  return { verdict: checks[0].verdict, tensors };
}
