/** `chaingrad emit`: a network as source of its own, each line of the derivation as a few lines of code. */
import { count } from "@chaingrad/core/format";
import { exampleNetwork } from "@chaingrad/core/net";
import { writeFileAtomically } from "@chaingrad/duckdb/files";
import { LANGUAGES, LEVELS, type Level, type ProgramLanguage, emit as source } from "@chaingrad/interchange/emit";
import { type Command, Option } from "commander";
import { assertOutputs } from "../given/distinct.ts";
import { openNetwork, warnOf } from "../net/open-network.ts";
import {
  type CommonOptions,
  note,
  printDocument,
  printJson,
  terminalWidth,
  withConventions,
} from "../output/conventions.ts";
import { wrap } from "../output/wrap.ts";

interface EmitOptions extends CommonOptions {
  readonly lang: ProgramLanguage;
  readonly with: Level;
  readonly out?: string;
}

const EXPLANATION =
  "Without a network it writes the small one that 'explain' shows. The program has the network's weights in full " +
  "precision, computes in float64 for any number of rows, and needs nothing: TypeScript imports nothing, Python NumPy " +
  "alone, C99 the mathematics library (-lm). Above every few lines stands the formula of the derivation that they " +
  "compute. 'gradients' adds the loss and its derivative by every parameter and by x to the forward pass, " +
  "'training-step' a step of gradient descent. Of a model, x and the target are encoded and scaled: comments say how.";

export function register(program: Command): void {
  const command = program
    .command("emit")
    .summary("write a network and its gradients as TypeScript, Python or C")
    .description("Write a network as a program that reads like its derivation and needs nothing but its language.")
    .argument("[network]", "a model that 'train' saved, or a NET.json (see: chaingrad gradient --help)")
    .addOption(new Option("--lang <language>", "the language").choices(LANGUAGES).default("typescript"))
    .addOption(new Option("--with <part>", "how much is written").choices(LEVELS).default("gradients"))
    .option("--out <FILE>", "write the program to a file")
    .addHelpText("after", () => `\n${wrap(EXPLANATION, terminalWidth())}`)
    .action(emit);
  withConventions(
    command,
    "chaingrad emit",
    "chaingrad emit net.json --lang python --with training-step --out net.py",
    "chaingrad emit iris.safetensors --lang c --with forward > iris.c",
  );
}

async function emit(path: string | undefined, options: EmitOptions): Promise<void> {
  const { lang, out, with: level } = options;
  await assertOutputs({ "--out": out }, [path]);
  const opened = path === undefined ? exampleNetwork : await openNetwork(path);
  warnOf(opened, options);
  const text = source(opened, lang, level);
  if (out !== undefined) {
    await writeFileAtomically(out, text);
    note(`${count(text.split("\n").length - 1, "line")} of ${lang} in '${out}'`, options);
  }
  if (options.json) return printJson({ language: lang, with: level, source: text });
  if (out === undefined) printDocument(text);
}
