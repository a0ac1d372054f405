/** Every view is the same in a browser as in Node, and needs nothing that browsers lack. */
import { resolve } from "node:path";
import { checkCurvature, checkNet } from "@chaingrad/core/check";
import { explainNet } from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { certificatePage, conclusion } from "../src/certificate.ts";
import { confusionChart, lineChart, scatterChart } from "../src/charts/charts.ts";
import { derivationPage } from "../src/derivation/page.ts";
import { hasChromium, launch, onPage, VIEWS } from "./browser.ts";

const CONFUSION = [
  [5, 1, 0],
  [0, 7, 2],
];
const LINES = [{ name: "training", points: [1, 2, 3].map((x) => ({ x, y: 100 / x ** 4 })) }];
const POINTS = [1, 2, 3].map((truth) => ({ truth, predicted: truth + 0.25 }));

/** What is made of these views on either side, as source for the browser and as functions here. */
const PROGRAM = `
import { checkCurvature, checkNet } from "@chaingrad/core/check";
import { explainNet } from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { certificatePage, conclusion } from "@chaingrad/view/certificate";
import { confusionChart, lineChart, scatterChart } from "@chaingrad/view/charts";
import { derivationPage } from "@chaingrad/view/derivation";
import { reportPage } from "@chaingrad/view/report";
const [net, { tensors }] = [exampleNetwork, exampleNetwork];
const checks = checkNet(net, tensors, exampleBatch);
window.made = [
  derivationPage(explainNet(net, tensors, exampleBatch), { title: ["A network"], language: "en", digits: 4 }),
  certificatePage("the example", checks, checkCurvature(net, tensors, exampleBatch)),
  conclusion(checks).join(),
  confusionChart(${JSON.stringify(CONFUSION)}, ["a", "b", "c"]),
  lineChart(${JSON.stringify(LINES)}, "loss"),
  scatterChart(${JSON.stringify(POINTS)}, "price"),
  typeof reportPage,
];
`;

/**
 * Without numbers, whose last digits are the host's, places, which Plot moves by half a pixel on sharp screens, and the
 * script, which each compiler writes in its own way.
 */
const markup = (text: string): string =>
  text
    .replace(/<script>.*?<\/script>/s, "")
    .replace(/ transform="[^"]*"/g, "")
    .replace(/[-−]?\d[\d.]*(e-?\d+)?/g, "0");

async function bundled(): Promise<string> {
  const stdin = { contents: PROGRAM, resolveDir: resolve(import.meta.dirname, "..") };
  const { outputFiles, metafile } = await build({
    ...{ stdin, bundle: true, format: "iife", platform: "browser", conditions: ["@chaingrad/source"] },
    ...{ write: false, metafile: true, outdir: "out", logLevel: "silent" },
    external: ["node:*"],
  });
  const [{ imports }] = Object.values(metafile.outputs);
  // linkedom tries for a canvas, and does without.
  expect(imports.filter(({ path }) => path !== "canvas")).toEqual([]);
  return outputFiles[0].text;
}

test.skipIf(!hasChromium)("in Chromium as in Node", { timeout: 120_000 }, async () => {
  const [net, { tensors }] = [exampleNetwork, exampleNetwork];
  const checks = checkNet(net, tensors, exampleBatch);
  const here = [
    derivationPage(explainNet(net, tensors, exampleBatch), { title: ["A network"], language: "en", digits: 4 }),
    certificatePage("the example", checks, checkCurvature(net, tensors, exampleBatch)),
    conclusion(checks).join(),
    confusionChart(CONFUSION, ["a", "b", "c"]),
    lineChart(LINES, "loss"),
    scatterChart(POINTS, "price"),
    "function",
  ];
  const script = await bundled();
  const browser = await launch();
  try {
    await onPage(browser, "<!doctype html><title>views</title>", VIEWS[0], async (tab) => {
      await tab.addScriptTag({ content: script });
      const there = (await tab.evaluate("window.made")) as string[];
      expect(there.map(markup)).toEqual(here.map(markup));
    });
  } finally {
    await browser.close();
  }
});
