/** chaingrad fit-curve: nonlinear regression of any formula, with standard errors. */
import { count } from "@chaingrad/core/format";
import { readTable } from "@chaingrad/duckdb";
import { UserError } from "@chaingrad/tables";
import {
  CURVE_DEFAULTS,
  type FitCurveOptions,
  FORMULAS,
  fitCurve,
  METHODS,
  MissingStartError,
} from "@chaingrad/tables/curve";
import { type Command, InvalidArgumentError, Option } from "commander";
import { plainEngine } from "../engine.ts";
import { assertOutputs } from "../given/distinct.ts";
import { wholeNumber } from "../given/options.ts";
import { type ReadingFlags, readingOptions, withReading } from "../given/reading.ts";
import { asRefusal } from "../given/refusing.ts";
import { TABLE, tableArgument } from "../given/table-argument.ts";
import {
  type CommonOptions,
  complain,
  note,
  print,
  printJson,
  terminalWidth,
  withConventions,
} from "../output/conventions.ts";
import { curveJson, printCurve, traceLine, warningsOf } from "../output/curve.ts";
import { STATUS, statusOf } from "../output/failure.ts";
import { paragraph } from "../output/wrap.ts";
import { holdInterrupts } from "../train/interrupt.ts";

type Numbers = FitCurveOptions["start"];

interface CurveOptions
  extends CommonOptions,
    ReadingFlags,
    Pick<FitCurveOptions, "start" | "lower" | "upper" | "method" | "iterations"> {
  readonly model: string;
  readonly target: string;
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
        `this method alone, from this start alone (default: ${CURVE_DEFAULTS.method}, then whatever helps)`,
      ).choices(METHODS),
    )
    .option("--no-restarts", `only ${CURVE_DEFAULTS.method} from this start, even where it leads to nothing good`)
    .option("--iterations <number>", "most trial steps of each try", wholeNumber(1), CURVE_DEFAULTS.iterations)
    .option("--trace", "tell each step on standard error")
    .addHelpText("after", `\n${FORMULAS}`)
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
  const [table, engine] = await Promise.all([readTable(source, readingOptions(options)), plainEngine(options)]);
  const { target, model, start, lower, upper, method, iterations, restarts, trace } = options;
  const interruption = holdInterrupts("the best parameters so far will be told");
  try {
    const fit = await fitCurve(
      table,
      { target, model },
      {
        ...{ start, lower, upper, method, iterations, engine, signal: interruption.signal },
        ...(!restarts && { restarts }),
        onPrepared({ missing }) {
          for (const text of table.notes) note(`note: ${text}`, options);
          if (missing > 0) note(`${count(missing, "row")} without a value left out`, options);
        },
        onIteration: (event) => trace && complain(traceLine(event)),
      },
    ).catch((error) => {
      throw asRefusal(label, inOptions(error));
    });
    const head = `${label}: ${count(fit.rows, "row")}, ${target} = ${model}`;
    if (options.json) printJson(curveJson(fit));
    else print(...paragraph(head, terminalWidth()), "", ...printCurve(fit, terminalWidth()));
    for (const warning of warningsOf(fit)) note(`warning: ${warning}`, options);
    if (fit.stopped === "aborted") process.exitCode = statusOf(interruption.signal);
    else if (!fit.converged) process.exitCode = STATUS.failed;
  } finally {
    interruption.release();
  }
}

/** Advice that shows an option shows the command's. */
function inOptions(error: unknown): unknown {
  if (!(error instanceof MissingStartError)) return error;
  const { message, parameter, columns, place } = error;
  const hint = `For a parameter add its start, as in --start ${parameter}=1. ${columns}`;
  return new UserError(message, hint, { cause: error, ...(place && { place }) });
}
