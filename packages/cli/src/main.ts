/** The command `chaingrad`: finds the sub-command, runs it, and turns what comes of it into an exit status. */
import { tmpdir } from "node:os";
import { sweep } from "@chaingrad/duckdb/files";
import { Command } from "commander";
import { refuseRepeats } from "./given/repeats.ts";
import { complain } from "./output/conventions.ts";
import { guardOutput, reportFailure } from "./output/failure.ts";
import { version } from "./version.ts";

/** Each command's module, in the order of the help. Only the one that is called is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<{ register(program: Command): void }>>> = {
  train: () => import("./commands/train.ts"),
  search: () => import("./commands/search.ts"),
  "cross-validate": () => import("./commands/cross-validate.ts"),
  "fit-curve": () => import("./commands/fit-curve.ts"),
  predict: () => import("./commands/predict.ts"),
  evaluate: () => import("./commands/evaluate.ts"),
  calibrate: () => import("./commands/calibrate.ts"),
  uncertainty: () => import("./commands/uncertainty.ts"),
  importance: () => import("./commands/importance.ts"),
  dependence: () => import("./commands/dependence.ts"),
  attribute: () => import("./commands/attribute.ts"),
  suspects: () => import("./commands/suspects.ts"),
  influence: () => import("./commands/influence.ts"),
  "row-gradients": () => import("./commands/row-gradients.ts"),
  gradient: () => import("./commands/gradient.ts"),
  check: () => import("./commands/check.ts"),
  explain: () => import("./commands/explain.ts"),
  emit: () => import("./commands/emit.ts"),
  serve: () => import("./commands/serve.ts"),
};

async function buildProgram(called: string | undefined): Promise<Command> {
  const program = new Command("chaingrad")
    .description("Train fully connected networks on tables, and see the chain rule behind them.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help; 'chaingrad COMMAND --help' shows an example")
    .configureOutput({ outputError: (text) => complain(...refusalLines(text)) })
    .exitOverride();
  const load = called !== undefined && Object.hasOwn(COMMANDS, called) ? [COMMANDS[called]] : Object.values(COMMANDS);
  for (const module of await Promise.all(load.map((load) => load()))) module.register(program);
  for (const command of [program, ...program.commands]) {
    refuseRepeats(command);
    command.showHelpAfterError(`See: ${command === program ? "" : "chaingrad "}${command.name()} --help`);
  }
  return program;
}

/** What commander says of a usage: a line, and below it perhaps a suggestion. Other line feeds are in what was given. */
function refusalLines(text: string): string[] {
  return text
    .trimEnd()
    .replace(/^error: /, "chaingrad: ")
    .split(/\n(?=\(Did you mean [^\n]*\)$)/);
}

guardOutput(process.stdout);
guardOutput(process.stderr);
try {
  const program = await buildProgram(process.argv[2]);
  program.hook("preAction", () => sweep(tmpdir()));
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
