/** docs/backpropagation.md and its Chinese twin: each console block is what its command prints, each number is in one. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  FENCE,
  type Fence,
  fencesOf,
  folderWith,
  isConsole,
  LEFT_OUT,
  missing,
  printedBy,
  shownIn,
  titleOf,
} from "./support/documents.ts";

const DOCS = resolve(import.meta.dirname, "../../../docs");

interface Section {
  readonly level: number;
  readonly heading: string;
  readonly fences: readonly Fence[];
  /** Everything but console blocks and files. */
  readonly prose: string;
}
function sections(text: string): Section[] {
  return text.split(/^(?=#+ )/m).map((part) => {
    const [, hashes, heading] = /^(#+) (.*)/.exec(part) as RegExpExecArray;
    const fences = fencesOf(part);
    const prose = part.replace(FENCE, (whole, info: string) => (/^console|title=/.test(info) ? "" : whole));
    return { level: hashes.length, heading, fences, prose };
  });
}

/** What each `$` line of a section's console blocks is said to print. */
const shownBy = ({ heading, fences }: Section) =>
  fences.filter(isConsole).flatMap((fence) => shownIn(fence).map((shown) => ({ heading, ...shown })));

/** Decimals, as they stand there, without their signs. */
const decimals = (text: string): string[] => text.match(/(?<![\d.§])\d+\.\d+(?!\.?\d)/g) ?? [];
const digits = (decimal: string): number => decimal.replace(".", "").replace(/^0+/, "").length;
const inEnglish = (command: string): string => command.replace(" --lang zh", "");

const documents = ["backpropagation.md", "backpropagation.zh.md"].map((name) => {
  const parts = sections(readFileSync(join(DOCS, name), "utf8"));
  return { name, parts, fences: parts.flatMap(({ fences }) => fences), shown: parts.flatMap(shownBy) };
});
const [english, chinese] = documents;

/** Lines that each command prints, run once, each in a folder with the document's files and the tables. */
const printed = new Map<string, readonly string[]>();

beforeAll(async () => {
  const queue = documents.flatMap(({ shown, fences }) =>
    [...new Set(shown.map(({ command }) => command))].map((command) => ({ command, files: fences.filter(titleOf) })),
  );
  const jobs = [...new Map(queue.map((job) => [job.command, job])).values()].filter(({ command }) =>
    command.startsWith("chaingrad "),
  );
  const worker = async (): Promise<void> => {
    for (let job = jobs.pop(); job; job = jobs.pop())
      printed.set(job.command, await printedBy(job.command, { cwd: folderWith(job.files) }));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}, 180_000);

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
