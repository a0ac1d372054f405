/** chaingrad fit-curve: nonlinear regression of any formula, with standard errors. */
import { evaluate } from "@chaingrad/core";
import {
  isConverged,
  type LeastSquaresMinimum,
  leastSquares,
  type MinimizerName,
  minimizers,
  NonFiniteError,
} from "@chaingrad/core/curvature";
import { type ReadingOptions, readTable } from "@chaingrad/duckdb";
import { UserError } from "@chaingrad/tables";
import { count } from "@chaingrad/view/number";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type CurveModel, curveModel, type Numbers } from "../curve/model.ts";
import { curveJson, printCurve, traceLine, warningsOf } from "../curve/report.ts";
import { openEngine } from "../engine.ts";
import {
  type CommonOptions,
  complain,
  note,
  print,
  printJson,
  terminalWidth,
  withConventions,
} from "../output/conventions.ts";
import { STATUS, statusOf } from "../output/failure.ts";
import { paragraph } from "../output/wrap.ts";
import { holdInterrupts } from "../train/interrupt.ts";
import { assertOutputs } from "./distinct.ts";
import { wholeNumber, withReading } from "./options.ts";
import { asRefusal } from "./refusing.ts";
import { TABLE, tableArgument } from "./table-argument.ts";

interface CurveOptions extends CommonOptions, ReadingOptions {
  readonly model: string;
  readonly target: string;
  readonly start: Numbers;
  readonly lower?: Numbers;
  readonly upper?: Numbers;
  readonly method?: MinimizerName;
  readonly iterations: number;
  readonly restarts: boolean;
  readonly trace?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command("fit-curve")
    .summary("fit any formula to a table by least squares")
    .description("Nonlinear regression: the parameters of a formula that bring it nearest to a column.")
    .argument("<file>", TABLE)
    .requiredOption("--model <formula>", 'as in "b1*(1-exp(-b2*x))", of columns and parameters')
    .requiredOption("--target <column>", "the column to come near to, or a formula of columns, as in log(y)")
    .requiredOption("--start <values>", "where each parameter starts, as in b1=500,b2=0.0001", assignments)
    .option("--lower <values>", "least values, as in b1=0", assignments)
    .option("--upper <values>", "greatest values, as in b1=1", assignments)
    .addOption(
      new Option(
        "--method <name>",
        "this method alone, from this start alone (default: levenberg-marquardt, then whatever helps)",
      ).choices(Object.keys(minimizers)),
    )
    .option("--no-restarts", "only levenberg-marquardt from this start, even where it leads to nothing good")
    .option("--iterations <number>", "most trial steps of each try", wholeNumber(1), 2000)
    .option("--trace", "tell each step on standard error")
    .addHelpText(
      "after",
      "\nFormulas: + - * / ^ and brackets, pi, abs acos asin atan cos cosh erf exp expm1\nlog log10 log1p log2 max min pow sigmoid sin sinh softplus sqrt tan tanh;\n`column names` with blanks go in backticks.",
    )
    .action(run);
  withConventions(
    withReading(command),
    'chaingrad fit-curve examples/data/cars.csv --target miles_per_gallon --model "a+b/weight_lbs" --start a=0,b=50000',
  );
}

/** "b1=500,b2=0.0001", after those of the same option given before. */
function assignments(text: string, before: Numbers | undefined): Numbers {
  const pairs = text.split(",").map((part): [string, number] => {
    const [name, value, ...rest] = part.split("=").map((side) => side.trim());
    if (!name || !value || rest.length > 0 || !Number.isFinite(Number(value)))
      throw new InvalidArgumentError(`'${part.trim()}' must be a name and a finite number, as in b1=500.`);
    return [name, Number(value)];
  });
  const names = [...Object.keys(before ?? {}), ...pairs.map(([name]) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`'${twice}' stands there twice.`);
  return { ...before, ...Object.fromEntries(pairs) };
}

async function run(file: string, options: CurveOptions): Promise<void> {
  const { source, label, files } = await tableArgument(file);
  await assertOutputs({}, files);
  const [table, engine] = await Promise.all([
    readTable(source, options),
    openEngine({ threads: 1, blas: "none" }, options),
  ]);
  const model = curveModel(table, options.model, options.target, options.start);
  for (const text of table.notes) note(`note: ${text}`, options);
  if (model.missing > 0) note(`${count(model.missing, "row")} without a value left out`, options);
  const interruption = holdInterrupts("the best parameters so far will be told");
  try {
    const minimum = await fitCurve(model, engine, options, interruption.signal).catch((error) => {
      throw refusal(label, model, error);
    });
    if (options.json) printJson(curveJson(minimum, model.rows.length));
    else print(...paragraph(head(label, model, options), terminalWidth()), "", ...printCurve(minimum, terminalWidth()));
    for (const warning of warningsOf(minimum)) note(`warning: ${warning}`, options);
    if (minimum.stopped === "aborted") process.exitCode = statusOf(interruption.signal);
    else if (!isConverged(minimum)) process.exitCode = STATUS.failed;
  } finally {
    interruption.release();
  }
}

const head = (file: string, { rows }: CurveModel, { target, model }: CurveOptions): string =>
  `${file}: ${count(rows.length, "row")}, ${target} = ${model}`;

async function fitCurve(
  { residuals, observed, data }: CurveModel,
  engine: Parameters<typeof leastSquares>[2]["engine"],
  options: CurveOptions,
  signal: AbortSignal,
): Promise<LeastSquaresMinimum> {
  const { start, method, iterations, restarts, lower = {}, upper = {} } = options;
  const names = Object.keys({ ...lower, ...upper });
  const bounds = Object.fromEntries(
    names.map((name) => [
      name,
      { ...(name in lower && { lower: lower[name] }), ...(name in upper && { upper: upper[name] }) },
    ]),
  );
  const chosen = { ...(method && { method }), ...(!restarts && { restarts }) };
  const common = { engine, data, iterations, signal, observed: evaluate(engine, observed, data).y, ...chosen };
  const events = leastSquares(residuals, start, { ...common, ...(names.length > 0 && { bounds }) });
  for await (const event of events) {
    if (event.type === "iteration" && options.trace) complain(traceLine(event));
    if (event.type === "end") return event.minimum;
  }
  throw new Error("least squares ended without a result");
}

/** A refusal in the table's terms: rows are counted from 1. */
function refusal(file: string, { rows }: CurveModel, error: unknown): unknown {
  if (!(error instanceof NonFiniteError)) return asRefusal(file, error);
  const { fault } = error;
  const where =
    fault === undefined ? "" : `: ${fault.operation}${fault.row === undefined ? "" : ` in row ${rows[fault.row] + 1}`}`;
  return new UserError(
    `${file}: the model is not finite at the start${where}`,
    "Start elsewhere, or leave out such rows.",
    {
      cause: error,
    },
  );
}
