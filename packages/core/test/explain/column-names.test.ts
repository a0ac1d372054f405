/** Columns' names in the place of symbols: in every view and every format, and nowhere else. */
import katex from "katex";
import { describe, expect, test } from "vitest";
import { batchView } from "../../src/explain/views/batch.ts";
import { contractedView } from "../../src/explain/views/contracted.ts";
import { forwardView, givenView, symbolsView } from "../../src/explain/views/forward.ts";
import { fusionView } from "../../src/explain/views/fusion.ts";
import { updateView } from "../../src/explain/views/update.ts";
import {
  type Block,
  catalogue,
  derivationJson,
  type Explained,
  explainApart,
  explainNet,
  htmlBody,
  latexBody,
  markdownDocument,
  nameNet,
  overview,
  parseTarget,
  terminalLines,
  views,
} from "../../src/explain.ts";
import { initialParameters, losses, optimizers } from "../../src/index.ts";
import { type Net, randomBatch } from "../../src/net.ts";

const INPUTS = ["weight_lbs", "origin = Japan", "year: week (sin)", "b1", "x"];
const NAMES = { inputs: INPUTS, outputs: ["no", "yes", "perhaps so"] };
const net: Net = {
  network: {
    inputs: 5,
    layers: [
      { units: 4, activation: "tanh" },
      { units: 3, activation: "identity" },
    ],
  },
  objective: { loss: losses["softmax-cross-entropy"]() },
};
const tensors = initialParameters(net.network, 1);
const explain = (rows = 1, names: typeof NAMES | "none" = NAMES): Explained =>
  explainNet(net, tensors, randomBatch(net.network, net.objective.loss, rows, 1), names === "none" ? {} : { names });
const one = explain();
const text = (blocks: readonly Block[], of: Explained = one): string =>
  terminalLines(blocks, { width: 4000, names: of.names }).join("\n");

/** Nine ways of seeing a derivative, each with an element of x or of the first weights in it. */
const VIEWS: Record<string, (target: string) => Block[]> = {
  forward: () => forwardView(one, parseTarget(one, "z1[2]")),
  jacobian: (target) => views.jacobian(one, parseTarget(one, target)),
  contracted: () => contractedView(one),
  index: (target) => views.index(one, parseTarget(one, target)),
  paths: (target) => views.paths(one, parseTarget(one, target)),
  batch: (target) => batchView(one, parseTarget(one, target)),
  fusion: () =>
    fusionView(one, explainApart(net, tensors, randomBatch(net.network, net.objective.loss, 1, 1), { names: NAMES })!),
  update: () => updateView(one, optimizers.sgd(), { rate: 0.1 }),
  closed: (target) => views.closed(one, parseTarget(one, target)),
};

describe.each(Object.keys(VIEWS))("the view %s", (name) => {
  test.each(["x[2]", "W1[3,2]"])("of %s has names wherever a symbol's place is a column's", (target) => {
    const blocks = VIEWS[name](target);
    const shown = text(blocks);
    expect(shown).not.toMatch(/\bx\[\d+\]|W₁\[\d+,\d+\]|[yb]₂?\[\d\]/u);
    const plain = terminalLines(blocks, { width: 4000 }).join("\n");
    if (["forward", "index", "paths"].includes(name)) expect(shown).toContain("“origin = Japan”");
    // Names are put in at their places, and nothing else is another one.
    expect(squeezed(symbolsBack(shown))).toBe(squeezed(plain));
  });

  test("comes with a table of all columns, which has the symbols", () => {
    const table = symbolsView(one, { whole: false, blocks: VIEWS[name]("x[2]") }).at(-1) as Extract<
      Block,
      { kind: "table" }
    >;
    expect(table.rows.map(([column, symbol]) => [column, symbol])).toEqual(
      ["weight_lbs", "“origin = Japan”", "“year: week (sin)”", "“b1”", "“x”"].map((column, i) => [
        column,
        `x[${i + 1}]`,
      ]),
    );
    expect(table.rows.map((row) => row[3])).toEqual(Array.from(one.numbers["∂L/∂x"]));
  });
});

const squeezed = (shown: string): string => shown.replace(/\s+/g, " ");

/** What a reader does with the table of columns. */
function symbolsBack(shown: string): string {
  const written = ["weight_lbs", "“origin = Japan”", "“year: week (sin)”", "“b1”", "“x”"];
  const places = written.reduce((now, name, i) => now.replaceAll(`,${name}]`, `,${i + 1}]`), shown);
  const classes = ["no", "yes", "“perhaps so”"].reduce(
    (now, name, i) => now.replaceAll(`[${name}]`, `[${i + 1}]`).replaceAll(`[${name},`, `[${i + 1},`),
    places,
  );
  return written.reduce((now, name, i) => now.replaceAll(name, `x[${i + 1}]`), classes);
}

test("with several rows the place has the name", () => {
  const three = explain(3);
  expect(text(views.index(three, parseTarget(three, "x[2,1]")), three)).toContain("∂L/∂x[2,weight_lbs]");
  const table = symbolsView(three).at(-1) as Extract<Block, { kind: "table" }>;
  expect(table.rows[0]).toEqual(["weight_lbs", "x[n,1]"]);
});

test("classes stand at the places of the outputs", () => {
  expect(text(forwardView(one, parseTarget(one, "y[2]")))).toMatch(
    /^y\[yes\] .*= h₁\[1\] · W₂\[yes,1\] \+ .* \+ b₂\[yes\]/mu,
  );
  expect(text(views.index(one, parseTarget(one, "W2[3,1]")))).toContain(
    "∂L/∂W₂[“perhaps so”,1] = δ₂[“perhaps so”] · h₁[1]",
  );
});

test("every format has them, and LaTeX is sound", () => {
  const blocks = [...overview(one), ...views.index(one, parseTarget(one, "x[1]"))];
  const html = htmlBody(blocks, { names: one.names });
  expect(html).toContain('<mrow class="name"><mi>∂</mi><mtext>weight_lbs</mtext></mrow><mrow class="symbol">');
  expect(htmlBody(blocks)).not.toContain("<mtext>");
  const latex = latexBody(blocks, { names: one.names });
  expect(latex).toContain("\\frac{\\partial L}{\\partial \\text{weight\\_lbs}}");
  for (const [, math] of latex.matchAll(/\\\[(.*?)\\\]/gs)) {
    katex.renderToString(math.replaceAll(/[“”]/g, '"'), { strict: "error", throwOnError: true });
  }
  expect(markdownDocument(blocks, { names: one.names })).toContain("\\partial \\text{weight\\_lbs}");
});

test("JSON keeps its formulas, and has the names beside them", () => {
  const { names, ...rest } = derivationJson(one, catalogue.en);
  expect(names).toEqual(NAMES);
  expect(rest).toEqual(derivationJson(explain(1, "none"), catalogue.en));
});

test("without names nothing is added", () => {
  const bare = explain(1, "none");
  expect(bare.names).toBeUndefined();
  expect(symbolsView(bare).map(({ kind }) => kind)).toEqual(["heading", "legend"]);
  expect(givenView(bare)).toEqual(givenView(one));
});

test("a name that stands for two columns says which", () => {
  const { inputs } = nameNet(net, { inputs: ["a a", "same", "same", "L", "target"] });
  expect(inputs).toEqual(["“a a”", "“same (2)”", "“same (3)”", "“L”", "“target”"]);
  expect(nameNet(net, { inputs: ["say ”hi”", "_", "年龄", "h2o_x", "δ3"] }).inputs).toEqual([
    ...["“say ””hi”””", "_", "年龄", "h2o_x", "“δ3”"],
  ]);
});

test("as many names as numbers", () => {
  expect(() => nameNet(net, { inputs: ["a"] })).toThrow("1 names for the 5 numbers along an axis of x");
});
