/** `train --report`: one page that needs nothing but itself, with every number also as text. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import { hasChromium, launch, onPage, VIEWS, violations } from "../../view/test/browser.ts";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const folder = emptyFolder();
const train = (...args: string[]) => runCli(["train", ...args, "--quiet"], { cwd: folder });
const pageOf = (name: string): Document =>
  parseHTML(readFileSync(join(folder, name), "utf8")).document as unknown as Document;

/** A table whose names would be taken for tags, were they not escaped. */
const rows = Array.from({ length: 80 }, (_, i) => `${i % 9},${(i * 7) % 11},${i % 2 ? "<i>yes</i>" : "no & no"}`);

describe.each([
  [
    "classes",
    ["named.csv", "--target", "<b>answer</b>", "--epochs", "12"],
    ["Confusion on the test rows", "Reliability", "Permutation importance"],
    ["Probabilities and what comes true"],
  ],
  [
    "amounts",
    [join(DATA, "cars.csv"), "--target", "miles_per_gallon", "--epochs", "20"],
    ["Predictions of miles_per_gallon", "Permutation importance", "miles_per_gallon over weight_lbs"],
    ["Intervals"],
  ],
  [
    "a second-order method",
    [join(DATA, "cars.csv"), "--target", "miles_per_gallon", "--optimizer", "lbfgs", "--epochs", "9"],
    ["Predictions", "miles_per_gallon over year"],
    ["Intervals"],
  ],
])("%s", (name, args, figuresOf, further) => {
  const file = `${name}.html`;
  let page: Document;
  let json: Record<string, unknown>;

  beforeAll(async () => {
    writeFileSync(join(folder, "named.csv"), ["a,b & c,<b>answer</b>", ...rows].join("\n"));
    const { status, stdout } = await train(...args, "--report", file, "--json", "--out", "model.safetensors");
    expect(status).toBe(0);
    json = JSON.parse(stdout);
    page = pageOf(file);
  });

  test("has every section, in order, each reachable from the top", () => {
    const titles = Array.from(page.querySelectorAll("h2"), (one) => one.textContent);
    expect(titles).toEqual([
      "The table",
      "Training",
      "How well it does",
      ...further,
      "Which columns matter",
      "How the prediction moves with a column",
      "The hardest rows",
      "How the gradient flows",
      "One prediction, derived",
      "Certificate of the gradient",
    ]);
    for (const link of Array.from(page.querySelectorAll("nav a")))
      expect(page.getElementById(link.getAttribute("href")!.slice(1))).not.toBeNull();
  });

  test("asks for nothing from elsewhere and runs no script", () => {
    const source = readFileSync(join(folder, file), "utf8");
    expect(source.replaceAll("http://www.w3.org/", "")).not.toMatch(
      /https?:\/\/|url\(|@import|<script|<link|<img| on\w+="/,
    );
  });

  test("takes names for words", () => {
    const source = readFileSync(join(folder, file), "utf8");
    expect(source).not.toMatch(/<b>answer|<i>yes|b & c/);
    if (name === "classes") expect(page.querySelector("h1")!.textContent).toBe("<b>answer</b> from named.csv");
  });

  test("every chart says in words what it shows, and has its numbers in a table", () => {
    const figures = Array.from(page.querySelectorAll("figure"));
    const captions = figures.map((one) => one.querySelector("figcaption strong")!.textContent!);
    for (const caption of ["Loss after each epoch", "Length of δ by layer", ...figuresOf])
      expect(captions.filter((own) => own.startsWith(caption))).toHaveLength(1);
    for (const one of figures) {
      expect(one.querySelector(".chart")!.getAttribute("aria-label")!.length).toBeGreaterThan(30);
      expect(one.querySelector("svg")).not.toBeNull();
      expect(one.querySelectorAll("details tbody tr").length).toBeGreaterThan(1);
    }
  });

  test("names commands that derive its numbers, which do", async () => {
    const commands = Array.from(page.querySelectorAll("#importance code, #hardest code"), (one) => one.textContent!);
    expect(commands.length).toBeGreaterThan(6);
    const model = "model.safetensors";
    const table = args[0].split("/").at(-1);
    for (const command of commands)
      expect(command).toMatch(new RegExp(`^chaingrad (explain|attribute) ${model} ${table} `));
    const [, explain] = [commands.at(-1)!, commands.find((command) => command.includes("--of"))];
    for (const command of [commands.at(-1)!, ...(explain ? [explain] : [])]) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain).slice(1);
      const own = words.map((word) => (word === table ? args[0] : word));
      expect((await runCli([...own, "--json"], { cwd: folder })).status, command).toBe(0);
    }
  });

  test("shows the scores that --json has, and that the gradient was checked", () => {
    const scores = page.querySelector("#scores table")!;
    const metrics = json.metrics as Record<string, Record<string, number>>;
    const shown = Array.from(scores.querySelectorAll("tbody tr"), (row) => row.textContent);
    for (const part of ["train", "validation", "test"]) {
      const [first] = Object.values(metrics[part]);
      expect(shown.find((row) => row!.startsWith(part))).toContain(String(Number(first.toPrecision(4))));
    }
    const verdicts = Array.from(page.querySelectorAll("#certificate tbody td:nth-child(2)"), (one) => one.textContent);
    expect(verdicts.length).toBeGreaterThan(4);
    expect(verdicts).not.toContain("mismatch");
    expect(page.querySelectorAll("#derivation math").length).toBeGreaterThan(20);
  });
});

test.skipIf(!hasChromium).each([VIEWS[0], VIEWS[3]])("%o: no violation that axe-core knows", async (view) => {
  const browser = await launch();
  try {
    await onPage(browser, readFileSync(join(folder, "classes.html"), "utf8"), view, async (tab) => {
      for (const one of await tab.locator("summary").all()) await one.click();
      expect(await violations(tab)).toEqual([]);
      expect(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    });
  } finally {
    await browser.close();
  }
});

test.skipIf(!hasChromium)("in Chinese: no violation either, and no English word of its own", async () => {
  const args = [join(DATA, "wine.csv"), "--target", "cultivar", "--epochs", "5", "--report", "zh.html", "--lang", "zh"];
  expect((await train(...args)).status).toBe(0);
  const page = pageOf("zh.html");
  expect(page.documentElement.getAttribute("lang")).toBe("zh-Hans");
  const headings = Array.from(page.querySelectorAll("h1, h2, nav a, figcaption strong"), (one) => one.textContent!);
  expect(headings.length).toBeGreaterThan(25);
  for (const heading of headings) expect(heading).toMatch(/\p{Script=Han}/u);
  const browser = await launch();
  try {
    await onPage(browser, readFileSync(join(folder, "zh.html"), "utf8"), VIEWS[2], async (tab) => {
      for (const one of await tab.locator("summary").all()) await one.click();
      expect(await violations(tab)).toEqual([]);
      expect(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    });
  } finally {
    await browser.close();
  }
});

test("a language without a page is refused", async () => {
  const { status, stderr } = await train(join(DATA, "cars.csv"), "--target", "miles_per_gallon", "--lang", "zh");
  expect(status).toBe(2);
  expect(stderr).toContain("--lang is of the report\nAdd --report FILE.\n");
});

test("a place where the page cannot go is refused before any work", async () => {
  const { status, stderr } = await train(
    join(DATA, "cars.csv"),
    "--target",
    "miles_per_gallon",
    "--report",
    "no/such/place.html",
  );
  expect(status).toBe(2);
  expect(stderr).toContain("no/such/place.html");
  expect(existsSync(join(folder, "cars.safetensors"))).toBe(false);
});
