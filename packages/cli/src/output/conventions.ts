/** What every command has in common: an example in its help, `--json`, `--quiet`, and where its words go. */
import type { Command } from "commander";

export interface CommonOptions {
  /** One JSON document on standard output, everything else on standard error. */
  readonly json?: boolean;
  /** No notes and no progress: the result and errors alone. */
  readonly quiet?: boolean;
}

/** Adds `--json`, `--quiet` and the examples, each a command line without its `$`. */
export function withConventions(command: Command, ...examples: readonly string[]): Command {
  return command
    .option("--json", "print one JSON document instead of text; all else goes to standard error")
    .option("-q, --quiet", "no notes and no progress: only the result, and errors")
    .addHelpText(
      "after",
      `\nExample${examples.length > 1 ? "s" : ""}:\n${examples.map((line) => `  $ ${line}\n`).join("")}`,
    );
}

/** Prints the result: lines on standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints the result for machines. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

/** Says something beside the result, unless `--quiet`. */
export function note(text: string, { quiet }: CommonOptions): void {
  if (!quiet) process.stderr.write(`${text}\n`);
}

/** How many characters a line may have: the terminal's width, or 80 in a pipe. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 80;
}
