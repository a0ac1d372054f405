/** docs/backpropagation.md and its Chinese twin: each console block is what its command prints, each number is in one. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const DOCS = resolve(import.meta.dirname, "../../../docs");
const LEFT_OUT = "⋮";

/** A fenced block: "```console" or "```json title=net.json". */
interface Fence {
  readonly info: string;
  readonly body: string;
}
interface Section {
  readonly level: number;
  readonly heading: string;
  readonly fences: readonly Fence[];
  /** Everything but console blocks and files. */
  readonly prose: string;
}
/** A command, and what a document says that it prints. */
interface Shown {
  readonly heading: string;
  readonly command: string;
  readonly lines: readonly string[];
}

const FENCE = /^```([^\n]*)\n(.*?)^```$/gms;
const isConsole = ({ info }: Fence): boolean => info === "console";
const titleOf = ({ info }: Fence): string | undefined => /title=(\S+)/.exec(info)?.[1];

function sections(text: string): Section[] {
  return text.split(/^(?=#+ )/m).map((part) => {
    const [, hashes, heading] = /^(#+) (.*)/.exec(part) as RegExpExecArray;
    const fences = [...part.matchAll(FENCE)].map(([, info, body]) => ({ info, body }));
    const prose = part.replace(FENCE, (whole, info: string) => (/^console|title=/.test(info) ? "" : whole));
    return { level: hashes.length, heading, fences, prose };
  });
}

/** What each `$` line of a section's console blocks is said to print. */
const shownIn = ({ heading, fences }: Section): Shown[] =>
  fences.filter(isConsole).flatMap(({ body }) =>
    body
      .trimEnd()
      .split(/^(?=\$ )/m)
      .map((run) => run.trimEnd().split("\n"))
      .map(([first, ...lines]) => ({ heading, command: first.replace(/^\$ /, ""), lines })),
  );

/** Decimals, as they stand there, without their signs. */
const decimals = (text: string): string[] => text.match(/(?<![\d.§])\d+\.\d+(?!\.?\d)/g) ?? [];
const digits = (decimal: string): number => decimal.replace(".", "").replace(/^0+/, "").length;
const inEnglish = (command: string): string => command.replace(" --lang zh", "");

const documents = ["backpropagation.md", "backpropagation.zh.md"].map((name) => {
  const parts = sections(readFileSync(join(DOCS, name), "utf8"));
  return { name, parts, fences: parts.flatMap(({ fences }) => fences), shown: parts.flatMap(shownIn) };
});
const [english, chinese] = documents;

/** Lines that each command prints, run once, each in a folder with the document's files and the tables. */
const printed = new Map<string, readonly string[]>();

async function run(command: string, files: readonly Fence[]): Promise<void> {
  const folder = emptyFolder();
  mkdirSync(join(folder, "examples"));
  symlinkSync(DATA, join(folder, "examples/data"));
  for (const file of files) writeFileSync(join(folder, titleOf(file) as string), file.body);
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word);
  const { status, stdout, stderr } = await runCli(words.slice(1), { cwd: folder });
  if (status !== 0) throw new Error(`${command}: exit status ${status}\n${stderr}`);
  printed.set(
    command,
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.trimEnd()),
  );
}

beforeAll(async () => {
  const queue = documents.flatMap(({ shown, fences }) =>
    [...new Set(shown.map(({ command }) => command))].map((command) => ({ command, files: fences.filter(titleOf) })),
  );
  const jobs = [...new Map(queue.map((job) => [job.command, job])).values()].filter(({ command }) =>
    command.startsWith("chaingrad "),
  );
  const worker = async (): Promise<void> => {
    for (let job = jobs.pop(); job; job = jobs.pop()) await run(job.command, job.files);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}, 60_000);

/** Looks for the pieces between the signs of what is left out, in their order; returns the first that is not there. */
function missing(shown: readonly string[], output: readonly string[]): string | undefined {
  let from = 0;
  let mayLeaveOut = false;
  const pieces = shown
    .join("\n")
    .split(new RegExp(`^${LEFT_OUT}$`, "m"))
    .map((piece) => piece.replace(/^\n|\n$/g, ""));
  for (const piece of pieces) {
    const lines = piece === "" ? [] : piece.split("\n");
    const at = output.findIndex((_, i) => i >= from && lines.every((line, k) => output[i + k] === line));
    if (lines.length > 0 && (at < 0 || (!mayLeaveOut && at > from))) return piece;
    if (lines.length > 0) from = at + lines.length;
    mayLeaveOut = true;
  }
  return shown.at(-1) === LEFT_OUT || from === output.length ? undefined : output[from];
}

describe.each(documents)("$name", ({ parts, shown }) => {
  test("has a command in every console block", () => {
    expect(shown.filter(({ command }) => !command.startsWith("chaingrad "))).toEqual([]);
    expect(shown.filter(({ lines }) => lines.every((line) => line === LEFT_OUT))).toEqual([]);
  });

  test("shows what its commands print", () => {
    for (const { heading, command, lines } of shown) {
      const output = printed.get(command) ?? [];
      const message = `${heading}: $ ${command}\nprints\n${output.join("\n")}\nand not`;
      expect.soft(missing(lines, output), message).toBeUndefined();
    }
  });

  test("has every number from a console block of its section", () => {
    for (const { heading, fences, prose } of parts) {
      const known = new Set(fences.filter(isConsole).flatMap(({ body }) => decimals(body)));
      const unknown = decimals(prose).filter((number) => digits(number) > 2 && !known.has(number));
      expect.soft(unknown, heading).toEqual([]);
    }
  });
});

test("both documents tell the same story", () => {
  const outline = ({ parts }: typeof english) =>
    parts.map(({ level, heading, fences, prose }) => ({
      level,
      number: Number.parseInt(heading, 10) || 0,
      blocks: fences.map((fence) => (isConsole(fence) ? "console" : fence)),
      numbers: [...new Set(decimals(prose))].sort(),
    }));
  expect(outline(chinese)).toEqual(outline(english));
  expect(chinese.shown.map(({ command }) => inEnglish(command))).toEqual(english.shown.map(({ command }) => command));
  const explained = chinese.shown.filter(({ command }) => command.startsWith("chaingrad explain"));
  expect(explained.every(({ command }) => command.endsWith(" --lang zh"))).toBe(true);
});
