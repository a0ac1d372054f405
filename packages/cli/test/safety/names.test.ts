/** Columns and classes of any name in the derivation: put in where symbols stood, and nothing of them is markup. */
import {
  type Block,
  type ColumnNames,
  catalogue,
  explainNet,
  htmlBody,
  latexBody,
  markdownDocument,
  type Notation,
  nameNet,
  overview,
  terminalLines,
  text,
} from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { derivationPage } from "@chaingrad/view";
import fc from "fast-check";
import katex from "katex";
import { expect, test } from "vitest";
import {
  columnNames,
  expectNoControl,
  expectReadable,
  LEGITIMATE,
  markupOf,
  NASTY,
  readMarkdown,
  textOf,
} from "./nasty.ts";

const symbol = (name: string): Notation => ({ form: "symbol", name });
const at = (name: string, ...places: number[]): Notation => ({
  form: "element",
  of: symbol(name),
  at: places.map((value) => ({ form: "number", value })),
});
const slope: Notation = { form: "infix", operator: "/", parts: [symbol("∂L"), at("∂x", 1)] };

/** Wherever a view has notation. */
const BLOCKS: readonly Block[] = [
  { kind: "heading", text: text("paths", { L: symbol("L"), gradient: slope }) },
  { kind: "paragraph", text: text("paths.why", { start: at("x", 2), count: 2, L: symbol("L") }) },
  { kind: "equation", symbol: slope, sides: [at("x", 2), at("W1", 3, 1), at("W1", 1, 2)] },
  {
    kind: "table",
    caption: text("paths.caption", { gradient: slope }),
    head: [text("path"), text("product")],
    rows: [
      [at("x", 1), 1],
      [at("x", 2), 2],
    ],
  },
];

const namesOf = (inputs: readonly string[]): ColumnNames => nameNet(exampleNetwork, { inputs });
const PLAIN = namesOf(["a name", "other"]);

/** As it is read in a formula, where quotation marks inside of a name are doubled. */
const read = (inputs: readonly string[]): string[] => inputs.map((name) => name.replaceAll("”", "””"));

/** @param every of the known ones only each of so many, where a check takes long */
const eachPair = (check: (inputs: string[]) => void, numRuns = 150, every = 1): void => {
  const known = [...new Set([...NASTY, ...LEGITIMATE].map((one) => one.trim()))].filter((one) => one !== "");
  for (let i = 1; i < known.length; i += every) check([known[i - 1], known[i]]);
  fc.assert(fc.property(columnNames(2), check), { numRuns });
};

test("terminal", () => {
  eachPair((inputs) => {
    const lines = terminalLines(BLOCKS, { width: 4000, words: catalogue.en, names: namesOf(inputs) });
    expect(lines.filter((line) => line.includes("\n"))).toEqual([]);
    expectNoControl(lines.join("\n"));
    expectReadable(lines.join("\n"), read(inputs));
  });
});

test("Markdown", () => {
  const plain = readMarkdown(markdownDocument(BLOCKS, { names: PLAIN }));
  eachPair((inputs) => {
    const source = markdownDocument(BLOCKS, { names: namesOf(inputs) });
    expectNoControl(source);
    const { marks, dollars } = readMarkdown(source);
    expect(marks).toEqual(plain.marks);
    expect(dollars).toBe(plain.dollars);
  });
});

test("HTML and MathML", () => {
  const page = (names: ColumnNames): string =>
    `<!doctype html><html><body>${htmlBody(BLOCKS, { names })}</body></html>`;
  eachPair((inputs) => {
    const html = page(namesOf(inputs));
    expectNoControl(html);
    expect(markupOf(html)).toEqual(markupOf(page(PLAIN)));
    expectReadable(textOf(html), read(inputs));
  });
});

test("LaTeX", () => {
  eachPair((inputs) => {
    const [source, plain] = [namesOf(inputs), PLAIN].map((names) => latexBody(BLOCKS, { names }));
    expectNoControl(source);
    expect(source.split("\n").length).toBe(plain.split("\n").length);
    expect(source.match(/\\(?:begin|end|section\*|\\|item|input)(?![A-Za-z])/g)).toEqual(
      plain.match(/\\(?:begin|end|section\*|\\|item|input)(?![A-Za-z])/g),
    );
    expect(source).not.toMatch(/(?<!\\)[%#]/);
    // KaTeX does not know all letters and marks there are.
    if (/[^\0-\x7f]/.test(inputs.join(""))) return;
    for (const [, math] of source.matchAll(/\\\[(.*?)\\\]/gs)) {
      katex.renderToString(math.replaceAll(/[“”]/g, "'"), { strict: "error", throwOnError: true, output: "mathml" });
    }
  });
});

test("the page of a derivation: its drawing, choices, cards and data", { timeout: 120_000 }, () => {
  const page = (inputs: readonly string[]): string => {
    const of = explainNet(exampleNetwork, exampleNetwork.tensors, exampleBatch, {
      names: { inputs, outputs: [inputs[0]] },
    });
    return derivationPage(of, { title: ["A network"], language: "en", digits: 4, target: "x[1]" });
  };
  const plain = markupOf(page(["a name", "other"]));
  eachPair(
    (inputs) => {
      const html = page(inputs);
      // The program is ours, and the same for all names.
      expectNoControl(html.replace(/<script>.*?<\/script>/s, ""));
      expect(markupOf(html)).toEqual(plain);
      expectReadable(textOf(html), read(inputs));
      const [, data] = /<script type="application\/json"[^>]*>(.*?)<\/script>/s.exec(html) as RegExpExecArray;
      expect(Object.keys(JSON.parse(data).choices)).toContain("x[2]");
    },
    8,
    2,
  );
});

test("an overview of named columns is what it was, with a table more", () => {
  const [net, { tensors }] = [exampleNetwork, exampleNetwork];
  const named = explainNet(net, tensors, exampleBatch, { names: { inputs: ["a", "b b"] } });
  const kinds = overview(explainNet(net, tensors, exampleBatch)).map(({ kind }) => kind);
  expect(overview(named).map(({ kind }) => kind)).toEqual(kinds.toSpliced(2, 0, "table"));
});
