/** What is said of a table and a model, its page and its source, whatever columns, categories, classes and files are called. */
import type { ProgramLanguage } from "@chaingrad/interchange/emit";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { learn, type Names, type Said } from "./learnt.ts";
import {
  anyText,
  columnNames,
  expectNoControl,
  expectReadable,
  LEGITIMATE,
  markupOf,
  NASTY,
  readMarkdown,
  textOf,
} from "./nasty.ts";

const PLAIN: Names = { columns: ["a", "b"], target: "t", categories: ["u", "v"], classes: ["0k", "1k"], file: "f.csv" };

const names = fc
  .record({
    columns: columnNames(3),
    categories: columnNames(2),
    classes: fc.oneof(columnNames(2), fc.constant([])),
    file: anyText,
  })
  .map(({ columns: [first, second, target], ...rest }): Names => ({ ...rest, columns: [first, second], target }));

/** The nasty and the legitimate ones all, in eights. */
const texts = [...new Set([...NASTY, ...LEGITIMATE].map((text) => text.trim()))];
const known = Array.from({ length: Math.ceil(texts.length / 8) }, (_, i): Names => {
  const own = texts.slice(8 * i, 8 * i + 8);
  const [a, b, t, u, v, c, d, file] = [...own, ..."abtuvcdf"].slice(0, 8);
  // Every other one has a number to predict.
  return { columns: [a, b], target: t, categories: [u, v], classes: i % 2 === 0 ? [c, d] : [], file };
});

/** How many there are of each element with its attributes; in charts and formulas, which there are: they have other numbers. */
function markup(page: string): unknown {
  const marks = markupOf(page);
  const isDrawn = (mark: string): boolean => /^(M[A-Z]+|LINE|PATH|TEXT|RECT|CIRCLE|TSPAN)\b/.test(mark);
  const kinds = [...new Set(marks)].sort();
  return kinds.map((kind) => [
    kind,
    isDrawn(kind) || kind.startsWith("G ") ? 1 : marks.filter((one) => one === kind).length,
  ]);
}

const all = ({ columns, target, categories, classes, file }: Names): string[] => [
  ...[...columns, target, ...categories, ...classes, file],
];

let plain: Said;
let plainAmount: Said;
beforeAll(async () => {
  plain = await learn(PLAIN);
  plainAmount = await learn({ ...PLAIN, classes: [] });
});

function checkLines({ lines }: Said, given: Names): void {
  expect(lines.filter((line) => line.includes("\n"))).toEqual([]);
  expectNoControl(lines.join("\n"));
  expectReadable(lines.join("\n"), all(given));
}

/** What a model is like decides which columns are drawn and how many rows a table has, but not of what elements these are. */
const kindsOf = (page: string): string[] => (markup(page) as [string, number][]).map(([kind]) => kind);

function checkPage({ page, looked }: Said, given: Names): void {
  for (const one of [page, looked]) expectNoControl(one);
  expect([...kindsOf(plain.looked), ...kindsOf(plainAmount.looked)]).toEqual(expect.arrayContaining(kindsOf(looked)));
  expectReadable(textOf(looked), [...given.columns, given.target, ...given.categories, ...given.classes]);
  expect(markup(page)).toEqual(markup((given.classes.length === 0 ? plainAmount : plain).page));
  expectReadable(textOf(page), [...given.columns, given.target, ...given.categories, ...given.classes]);
}

/** Lines that are no comment, without their numbers: those follow the order of the categories. */
const codeOf = (source: string, mark: string): string[] =>
  source
    .split("\n")
    .filter((line) => !line.trimStart().startsWith(mark))
    .map((line) => line.replace(/-?\d+\.\d+(?:e-?\d+)?/g, "0"));

function checkSource({ sources }: Said, given: Names, language: ProgramLanguage): void {
  const mark = language === "python" ? "#" : "//";
  const source = sources(language);
  expectNoControl(source);
  expect(source).not.toMatch(/\r|(?:\\|\?\?\/)\n|\/\/\s*@/);
  expect(codeOf(source, mark)).toEqual(
    codeOf((given.classes.length === 0 ? plainAmount : plain).sources(language), mark),
  );
}

test("lines of the command, the report's page and the emitted source", async () => {
  await fc.assert(
    fc.asyncProperty(names, async (given) => {
      const said = await learn(given);
      checkLines(said, given);
      checkPage(said, given);
      for (const language of ["typescript", "python", "c"] as const) checkSource(said, given, language);
    }),
    // To make a counterexample smaller takes trainings without end.
    { endOnFailure: true, numRuns: 10 + known.length, examples: known.map((given) => [given]) },
  );
});

test("what the checks look for is found", () => {
  expect(() => expectNoControl("a\u001b[7m")).toThrow();
  expect(() => expectNoControl("a\u202eb")).toThrow();
  expect(() => expectReadable("abc", ["x"])).toThrow();
  expect(markupOf("<p><b onclick=x>y</b></p>")).not.toEqual(markupOf("<p>&lt;b&gt;</p>"));
  expect(readMarkdown("[x](https://e.example)").marks).not.toEqual(readMarkdown("x").marks);
  expect(readMarkdown("https://e.example").marks).not.toEqual(readMarkdown("x").marks);
  expect(readMarkdown("a@evil.com").marks).not.toEqual(readMarkdown("x").marks);
  expect(readMarkdown("<script>").marks).not.toEqual(readMarkdown("x").marks);
});
