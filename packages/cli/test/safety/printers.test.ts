/** Core's printers on blocks in which every text and every name is any text: nothing of them is markup, all can be read. */
import {
  type Block,
  catalogue,
  htmlBody,
  latexDocument,
  markdownDocument,
  mathmlNotation,
  type Notation,
  printNotation,
  terminalLines,
  text,
  viewJson,
} from "@chaingrad/core/explain";
import fc from "fast-check";
import katex from "katex";
import { describe, expect, test } from "vitest";
import { anyText, expectNoControl, expectReadable, LEGITIMATE, markupOf, readMarkdown, textOf } from "./nasty.ts";

const RUNS = { numRuns: 200 };
const symbol = (name: string): Notation => ({ form: "symbol", name });

/** Every place in which a printer may be given a text: in words, alone, in cells, as names of symbols, functions and ops. */
const blocksOf = (a: string, b: string): Block[] => [
  { kind: "heading", text: text("left-out", { view: a, reason: b }) },
  { kind: "paragraph", text: text("source.row", { row: 1, file: a }) },
  { kind: "paragraph", text: text("left-out", { view: "x", reason: b }) },
  {
    kind: "legend",
    entries: [
      { symbols: [symbol(a)], meaning: text("legend.short", { gradients: { form: "list", parts: [symbol(b)] } }) },
    ],
  },
  {
    kind: "equation",
    symbol: symbol(a),
    sides: [
      { form: "call", name: b, subscript: a, parts: [symbol(b), { form: "number", value: 1 }] },
      { form: "element", of: symbol(a), at: [symbol(b)] },
      { form: "infix", operator: "/", parts: [symbol(`∂${a}`), symbol(`∂${b}`)] },
    ],
    value: { shape: [2], values: [1, -2] },
    rules: [{ rule: "pullback", op: a, operand: 0, count: 2 }],
    kernel: b,
  },
  {
    kind: "table",
    caption: text("terms.caption", { symbol: a, shown: 1, count: 2 }),
    head: ["term", "value", "sum"].map((key) => text(key as "term")),
    rows: [
      [a, 1, symbol(b)],
      [symbol(a), 2, b],
    ],
  },
];

const eachText = (check: (a: string, b: string) => void): void => {
  for (const name of LEGITIMATE) check(name, name);
  fc.assert(
    fc.property(anyText, anyText, (a, b) => check(a, b)),
    RUNS,
  );
};

test("terminal", () => {
  eachText((a, b) => {
    const lines = terminalLines(blocksOf(a, b), { width: 2000, words: catalogue.en });
    expect(lines.filter((line) => line.includes("\n"))).toEqual([]);
    expectNoControl(lines.join("\n"));
    expectReadable(lines.join("\n"), [a, b]);
  });
});

test("Markdown", () => {
  const plain = readMarkdown(markdownDocument(blocksOf("name", "other"), { title: ["name", "other"] }));
  eachText((a, b) => {
    const source = markdownDocument(blocksOf(a, b), { title: [a, b] });
    expectNoControl(source);
    const { marks, text: shown, dollars } = readMarkdown(source);
    expect(marks).toEqual(plain.marks);
    expectReadable(shown, [a, b]);
    expect(dollars).toBe(plain.dollars);
  });
});

test("HTML and MathML", () => {
  const page = (a: string, b: string): string => `<!doctype html><html><body>${htmlBody(blocksOf(a, b))}</body></html>`;
  eachText((a, b) => {
    const html = page(a, b);
    expectNoControl(html);
    expect(markupOf(html).filter((mark) => !/^M|^MATH/i.test(mark))).toEqual(
      markupOf(page("name", "other")).filter((mark) => !/^M|^MATH/i.test(mark)),
    );
    expect(html.match(/<[a-z]+/g)?.filter((tag) => !OWN.has(tag))).toEqual([]);
    expectReadable(textOf(html), [a, b]);
  });
});
const OWN = new Set(
  `<html <body <h <p <dl <dt <dd <div <table <caption <thead <tbody <tr <th <td <math <mrow <mi <mn <mo <mspace <mfrac <msub
  <msup <msqrt <mtable <mtr <mtd`.split(/\s+/),
);

test("LaTeX", () => {
  const strict = (latex: string): string =>
    katex.renderToString(latex, { strict: "error", throwOnError: true, output: "mathml" });
  eachText((a, b) => {
    const [document, plain] = [
      latexDocument(blocksOf(a, b), { title: [a, b] }),
      latexDocument(blocksOf("name", "other"), { title: ["name", "other"] }),
    ];
    expectNoControl(document);
    expect(document.split("\n").length).toBe(plain.split("\n").length);
    expect(document.match(/\\(?:begin|end|section\*|\\|item|input|usepackage)(?![A-Za-z])/g)).toEqual(
      plain.match(/\\(?:begin|end|section\*|\\|item|input|usepackage)(?![A-Za-z])/g),
    );
    expect(document).not.toMatch(/(?<!\\)[%#]/);
    // KaTeX does not know all letters and marks there are.
    if (/[^\0-\x7f]/.test(a + b)) return;
    for (const [, math] of document.matchAll(/\\\[(.*?)\\\]/gs)) strict(math);
    const [, first, second] = document.split("\\begin{document}")[1].split("\n");
    for (const line of [first, second]) strict(`\\text{${line}}`);
  });
});

describe("one symbol", () => {
  test("as text and as MathML", () => {
    eachText((a) => {
      expectNoControl(printNotation(symbol(a)));
      expect(printNotation(symbol(a))).not.toContain("\n");
      expectNoControl(mathmlNotation(symbol(a)));
    });
  });

  test("JSON keeps it as it is", () => {
    eachText((a, b) => {
      const [heading] = viewJson(blocksOf(a, b), catalogue.en) as [{ text: string }];
      expect(heading.text).toBe(`${a}: left out. ${b}`);
    });
  });
});
