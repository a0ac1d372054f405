/**
 * What every command has in common: an example in its help, `--json`, `--quiet`, and where its words go. All that is
 * written to a terminal goes through here, but for the line of progress and the tables that `predict` writes.
 */
import { codeOf } from "@chaingrad/core/visible";
import type { Command } from "commander";
import { type Shown, shown } from "./line.ts";

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

const ended = (lines: readonly Shown[]): string => lines.map((line) => `${shown(line)}\n`).join("");

/** Prints the result: lines on standard output. */
export function print(...lines: readonly Shown[]): void {
  process.stdout.write(ended(lines));
}

/** Prints a document in a language of its own, whose printer has made all text in it safe. */
export function printDocument(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** What a terminal obeys, or nobody sees, and JSON may have as it is. */
const OBEYED = /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** A document as one line, with its end. */
export const jsonLine = (document: unknown): string => `${JSON.stringify(document).replace(OBEYED, codeOf)}\n`;

/** Prints the result for machines. */
export function printJson(document: unknown): void {
  process.stdout.write(jsonLine(document));
}

/** Says something on standard error, whatever is asked for. */
export function complain(...lines: readonly Shown[]): void {
  process.stderr.write(ended(lines));
}

/** Says something beside the result, unless `--quiet`. */
export function note(text: string, { quiet }: CommonOptions): void {
  if (!quiet) complain(text);
}

/** How many characters a line may have: the terminal's width, or 80 in a pipe. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 80;
}
