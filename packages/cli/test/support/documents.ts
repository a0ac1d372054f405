/** Fenced blocks of a document, and whether a command prints what a document says that it prints. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DATA, emptyFolder, runCli } from "./run-cli.ts";

/** On a line of its own: lines that are left out. */
export const LEFT_OUT = "⋮";
/** In a line: what is left out of it. */
const ELLIPSIS = "…";

/** A fenced block: "```console" or "```json title=net.json". */
export interface Fence {
  readonly info: string;
  readonly body: string;
}
/** A command, and what a document says that it prints. */
export interface Shown {
  readonly command: string;
  readonly lines: readonly string[];
}

export const FENCE = /^```([^\n]*)\n(.*?)^```$/gms;
export const isConsole = ({ info }: Fence): boolean => /^console\b/.test(info);
export const titleOf = ({ info }: Fence): string | undefined => /title=(\S+)/.exec(info)?.[1];

export const fencesOf = (text: string): Fence[] => [...text.matchAll(FENCE)].map(([, info, body]) => ({ info, body }));

/** What each `$` line of a console block is said to print. */
export const shownIn = ({ body }: Fence): Shown[] =>
  body
    .trimEnd()
    .split(/^(?=\$ )/m)
    .map((run) => run.trimEnd().split("\n"))
    .map(([first, ...lines]) => ({ command: first.replace(/^\$ /, ""), lines }));

/** A new folder with a document's files, and the tables where the repository has them. */
export function folderWith(files: readonly Fence[]): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, "examples"));
  symlinkSync(DATA, join(folder, "examples/data"));
  for (const file of files) writeFileSync(join(folder, titleOf(file) as string), file.body);
  return folder;
}

interface Printing {
  readonly cwd: string;
  /** The exit status that is right (default 0). */
  readonly status?: number;
  /** A folder of its own for what is measured. */
  readonly cache?: string;
}

/** The lines that `chaingrad …` prints. Throws unless it exits with the right status. */
export async function printedBy(command: string, { cwd, status: right = 0, cache }: Printing): Promise<string[]> {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word);
  const { status, stdout, stderr } = await runCli(words.slice(1), { cwd, ...(cache && { cache }) });
  if (status !== right) throw new Error(`${command}: exit status ${status}\n${stderr}`);
  return linesOf(stdout);
}

export const linesOf = (text: string): string[] => {
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => line.trimEnd());
};

/** Looks for the pieces between the signs of what is left out, in their order; returns the first that is not there. */
export function missing(shown: readonly string[], output: readonly string[]): string | undefined {
  let from = 0;
  let mayLeaveOut = false;
  const pieces = shown
    .join("\n")
    .split(new RegExp(`^${LEFT_OUT}$`, "m"))
    .map((piece) => piece.replace(/^\n|\n$/g, ""));
  for (const piece of pieces) {
    const lines = piece === "" ? [] : piece.split("\n");
    const at = output.findIndex((_, i) => i >= from && lines.every((line, k) => isLine(line, output[i + k])));
    if (lines.length > 0 && (at < 0 || (!mayLeaveOut && at > from))) return piece;
    if (lines.length > 0) from = at + lines.length;
    mayLeaveOut = true;
  }
  return shown.at(-1) === LEFT_OUT || from === output.length ? undefined : output[from];
}

/** Whether a printed line is the shown one: the same, but for what is left out of it. */
function isLine(shown: string, printed: string | undefined): boolean {
  if (printed === undefined || !shown.includes(ELLIPSIS)) return shown === printed;
  const parts = shown.split(ELLIPSIS).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(printed);
}
