/** LaTeX, MathML and Markdown: every formula of many networks, and all texts in both languages, in all views. */
import katex from "katex";
import { describe, expect, test } from "vitest";
import type { Explained } from "../../src/explain/derivation/explained.ts";
import { parseTarget } from "../../src/explain/derivation/target.ts";
import { catalogue, type Language } from "../../src/explain/document/catalogue.ts";
import { htmlBody } from "../../src/explain/html/document.ts";
import { mathmlNotation, mathmlTensor } from "../../src/explain/html/mathml.ts";
import { latexText } from "../../src/explain/latex/characters.ts";
import { latexBody, latexDocument } from "../../src/explain/latex/document.ts";
import { latexNotation, latexTensor } from "../../src/explain/latex/notation.ts";
import { markdownDocument } from "../../src/explain/markdown/document.ts";
import { latexInline, mathmlInline } from "../../src/explain/notation/inline-math.ts";
import { printNotation } from "../../src/explain/notation/print.ts";
import { updateView } from "../../src/explain/views/update.ts";
import { overview, views } from "../../src/explain/views/views.ts";
import {
  call,
  element,
  infix,
  type Notation,
  negation,
  number,
  power,
  symbol,
  transposed,
} from "../../src/graph/notation.ts";
import { type ActivationName, activations } from "../../src/nn/activations.ts";
import { type LossName, losses } from "../../src/nn/losses.ts";
import { adam } from "../../src/optim/first-order/adam.ts";
import { deriveAndRun, net } from "./nets.ts";

const [a, b, c] = ["a", "b", "W2"].map(symbol);
const forms: Notation[] = [
  infix("/", symbol("∂h2"), symbol("∂z2")),
  infix("", infix("/", symbol("∂L"), symbol("∂y")), infix("/", symbol("∂y"), symbol("∂z3"))),
  infix("−", a, infix("−", b, c)),
  infix("⊙", infix("+", a, b), negation(c)),
  infix("/", infix("+", a, b), infix("⊙", b, c)),
  infix("⊗", symbol("I"), transposed(symbol("h1"))),
  power(infix("−", a, b), number(2)),
  power(a, number(-1)),
  transposed(infix("", a, b)),
  element(symbol("W2"), number(1), symbol("j")),
  call("Σ", [infix("·", element(symbol("δ2"), symbol("n")), a)], "n"),
  call("Σ", [a], "i"),
  call("one-hot", [symbol("target")]),
  call("logsumexp", [symbol("z1")], "j"),
  call("sqrt", [infix("+", a, number(1e-8))]),
  call("diag", [infix("−", number(1), power(symbol("h1"), number(2)))]),
  infix("→", symbol("W2"), symbol("z2"), symbol("L")),
  infix("<", number(0), symbol("z1")),
  infix("⊙", number(-1.5e-7), symbol("W2′")),
  number(Number.NEGATIVE_INFINITY),
  symbol("Größe_in_%"),
  symbol("‖p‖"),
];

test("each form, in the terminal, in LaTeX and in MathML", () => {
  const lines = forms.map((form) => [printNotation(form), latexNotation(form), mathmlNotation(form)].join("\n"));
  expect(lines.join("\n\n")).toMatchSnapshot();
});

const strict = (latex: string, displayMode = false): string =>
  katex.renderToString(latex, { displayMode, strict: "error", throwOnError: true, output: "mathml" });

/** The mathematics of a LaTeX or Markdown text. */
function mathOf(text: string): [string, boolean][] {
  const found: [string, boolean][] = [];
  const rest = text.replace(/\\\[(.*?)\\\]|\$\$(.*?)\$\$/gs, (_, display: string, fence: string) => {
    found.push([display ?? fence, true]);
    return "";
  });
  for (const [, inline] of rest.matchAll(/(?<!\\)\$([^$]+)\$/g)) found.push([inline, false]);
  return found;
}

/** What MathML Core has, with the number of children of what takes a fixed one. */
const ELEMENTS: Readonly<Record<string, number | undefined>> = {
  ...{ math: undefined, mrow: undefined, mi: 0, mn: 0, mo: 0, mspace: 0, msqrt: undefined },
  ...{ mfrac: 2, msub: 2, msup: 2, msubsup: 3, mtable: undefined, mtr: undefined, mtd: undefined },
};

/** Throws unless every element is of MathML Core, closed, and has as many children as it takes. */
function checkMathml(text: string): void {
  const open: { name: string; children: number }[] = [];
  for (const [, end, name, attributes] of text.matchAll(/<(\/?)(\w+)([^>]*)>/g)) {
    expect(Object.keys(ELEMENTS)).toContain(name);
    expect(attributes).toMatch(/^( (display="block"|class="[a-z]+"|width="[\d.]+em"))*$/);
    if (end === "") {
      const parent = open.at(-1);
      if (parent !== undefined) parent.children++;
      open.push({ name, children: 0 });
      continue;
    }
    const closed = open.pop()!;
    expect(closed.name).toBe(name);
    const arity = ELEMENTS[name];
    if (arity !== undefined) expect(closed.children, `${name} in ${text.slice(0, 200)}`).toBe(arity);
  }
  expect(open).toEqual([]);
  expect(text.replace(/<[^>]*>/g, "")).not.toMatch(/[<>]|&(?!#\d+;)/);
}

const allViews = (of: Explained) => {
  const target = parseTarget(of, "W1[1,2]");
  return [
    ...overview(of),
    ...Object.values(views).flatMap((view) => view(of, target)),
    ...updateView(of, adam(), { rate: 0.001 }),
  ];
};

const networks: [string, Explained][] = (Object.keys(activations) as ActivationName[]).map((activation, i) => {
  const lossNames = Object.keys(losses) as LossName[];
  const loss = lossNames[i % lossNames.length];
  const layers = [
    { units: 4, activation },
    { units: 3, activation: "identity" },
  ] as const;
  return [`${activation}, ${loss}`, deriveAndRun(net(layers, { batch: 1 + (i % 2), loss }))];
});

describe.each(networks)("%s", (_, of) => {
  const blocks = allViews(of);

  test.each<Language>(["en", "zh"])("LaTeX and Markdown in %s pass KaTeX's strict parser", (language) => {
    const latex = latexBody(blocks, { language });
    const markdown = markdownDocument(blocks, { language });
    const all = [...mathOf(latex), ...mathOf(markdown)];
    expect(all.length).toBeGreaterThan(100);
    for (const [formula, display] of new Map(all)) strict(formula.trim(), display);
    // Outside of mathematics nothing is left that LaTeX would take for a command, but the printer's own.
    expect(latex.replace(/\\\[.*?\\\]|\\\(.*?\\\)|\$[^$]*\$/gs, "")).not.toMatch(/[ᵀ⊙∂₁δ]|(?<!\\)[#%_^]/u);
  });

  test("MathML is well formed, of Core's elements alone", () => {
    for (const [math] of htmlBody(blocks).matchAll(/<math.*?<\/math>/gs)) checkMathml(math);
  });

  test("says the same symbols and operators in all three", () => {
    for (const step of [...of.derivation.forward, ...of.derivation.backward]) {
      for (const notation of [step.symbol, ...step.chain, step.formula]) {
        const plain = bare(printNotation(notation));
        expect(
          bare(
            mathmlNotation(notation)
              .replace(/<mfrac>/g, "/")
              .replace(/<[^>]*>/g, "")
              .replaceAll("&#60;", "<"),
          ),
        ).toEqual(plain);
      }
    }
  });
});

/** The letters, digits and signs of a formula in alphabetical order, without what each printer writes in its own way. */
const bare = (text: string): string =>
  [...text.normalize("NFKD")]
    .filter((character) => !/[\s()^,]/.test(character))
    .map((character) => ({ "∑": "Σ", "⊤": "T", ᵀ: "T", "⁻": "−" })[character] ?? character)
    .sort()
    .join("");

test("texts: what LaTeX would take for commands is escaped", () => {
  expect(latexText("50 % of x_1 & {y} #3 \\ ~ ^ $")).toBe(
    "50 \\% of x\\_1 \\& \\{y\\} \\#3 \\textbackslash{} \\textasciitilde{} \\textasciicircum{} \\textdollar{}",
  );
});

test.each([
  ["∂uᵢ/∂vⱼ", "\\partial u_{i}/\\partial v_{j}"],
  ["2/√π ∫₀ᵃ e^(−t²) dt", "2/\\sqrt{\\pi} \\int_{0}^{a} e^{-t^{2}} dt"],
  ["logsumexpⱼ(a)", "\\operatorname{logsumexp}_{j}(a)"],
  ["x Wᵀ + b", "x W^{\\top} + b"],
])("inline %s", (math, latex) => {
  expect(latexInline(math)).toBe(latex);
  strict(latex);
  checkMathml(mathmlInline(math));
});

test("every inline formula of the catalogue", () => {
  for (const text of [...Object.values(catalogue.en), ...Object.values(catalogue.zh)]) {
    for (const [, math] of text.matchAll(/\$([^$]*)\$/g)) {
      strict(latexInline(math));
      checkMathml(mathmlInline(math));
    }
  }
});

test("tensors leave out what is in the middle", () => {
  const values = Array.from({ length: 20 * 30 }, (_, i) => i - 300);
  const latex = latexTensor(values, [20, 30]);
  strict(latex, true);
  expect(latex.split("\\\\").length).toBe(8);
  expect(latex).toContain("\\ddots");
  expect(latex).toContain("299");
  checkMathml(mathmlTensor(values, [20, 30]));
  expect(latexTensor([1.5], [])).toBe("1.5");
});

test("documents", () => {
  const of = deriveAndRun(net([{ units: 2, activation: "tanh" }], { batch: 1 }));
  const blocks = [...overview(of), ...views.paths(of, parseTarget(of, "W1[1,2]"))];
  expect(latexDocument(blocks, { title: "100 % mine" })).toMatchSnapshot();
  expect(latexDocument(blocks.slice(0, 3), { language: "zh" })).toMatchSnapshot();
  expect(markdownDocument(blocks, { title: "A title" })).toMatchSnapshot();
  expect(htmlBody(blocks)).toMatchSnapshot();
});
