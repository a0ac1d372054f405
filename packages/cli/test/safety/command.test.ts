/** The command itself on a table whose header, cells, classes and file name are as they should not be. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Ended, emptyFolder, runCli } from "../support/run-cli.ts";
import { domOf, expectNoControl, expectReadable, NASTY, readMarkdown, textOf } from "./nasty.ts";

const folder = emptyFolder();
/** What a CSV can have in a header (the reader trims it, and half a pair is no UTF-8); of more columns `train` lists none. */
const COLUMNS = [...new Set(NASTY.map((text) => text.trim()))].filter((text) => !/[\0\p{Cs}]/u.test(text)).slice(0, 38);
const TARGET = "\u001b[32mtarget|<u>\nx";
const CLASSES = ["\u001b[41mA", "<b>B</b>\n|x|", "年 C"];
const CATEGORIES = ["\u001b[5mblink", "<i>cat</i>", "a\nb"];
const FILE = "fi\u001b[31mle<b>.csv";
const MODEL = "m\u009b1m\u202e.safetensors";

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const record = (cells: readonly string[]): string => `${cells.map(quoted).join(",")}\n`;
const numbers = (row: number): string[] => COLUMNS.map((_, i) => Math.sin(1 + row * (i + 1)).toFixed(3));

const HEADER = record([...COLUMNS, "k", TARGET]);
const ROWS = Array.from({ length: 90 }, (_, i) => record([...numbers(i), CATEGORIES[i % 3], CLASSES[(i >> 1) % 3]]));

const run = (...args: string[]): Promise<Ended> => runCli(args, { cwd: folder });
const safe = ({ stdout, stderr }: Ended): string => {
  expectNoControl(stdout);
  expectNoControl(stderr);
  return stdout + stderr;
};

beforeAll(async () => {
  writeFileSync(join(folder, FILE), HEADER + ROWS.join(""));
  const files = ["--out", MODEL, "--report", "r.html"];
  const trained = await run("train", FILE, "--target", TARGET, "--epochs", "2", "--hidden", "2", ...files);
  expect(trained.status, trained.stderr).toBe(0);
  expectReadable(safe(trained), [...COLUMNS, TARGET, ...CLASSES, FILE, MODEL]);
});

test("the report", () => {
  const page = readFileSync(join(folder, "r.html"), "utf8");
  expectNoControl(page);
  expect(domOf(page).querySelectorAll("script, b, u, img, [onmouseover]")).toHaveLength(0);
  expectReadable(textOf(page), [...COLUMNS, TARGET, ...CLASSES]);
});

test.concurrent("evaluate, and what it says of classes", async () => {
  expectReadable(safe(await run("evaluate", MODEL, FILE)), [...CLASSES, TARGET, FILE]);
});

test.concurrent("predict says what it has not seen, and leaves cells alone", async () => {
  const header = record([...COLUMNS, "k"]);
  writeFileSync(join(folder, "new.csv"), header + record([...numbers(3), "un\u001b[7mseen\u0007"]));
  const { stdout, stderr } = await run("predict", MODEL, "new.csv");
  expectNoControl(stderr);
  expectReadable(stderr, ["un\u001b[7mseen\u0007"]);
  expect(stdout).toContain("un\u001b[7mseen\u0007");
});

describe("explain", () => {
  test.concurrent("terminal", async () => {
    expectReadable(safe(await run("explain", MODEL, FILE)), [...COLUMNS, FILE]);
  });

  test.concurrent("Markdown", async () => {
    const { stdout } = await run("explain", MODEL, FILE, "--row", "2", "--format", "markdown");
    expectNoControl(stdout);
    const { marks, text } = readMarkdown(stdout);
    expect(marks.filter((mark) => /link|image|html|fence|code_block|hr|hardbreak/.test(mark))).toEqual([]);
    expectReadable(text, [...COLUMNS, FILE]);
  });

  test.concurrent.each(["latex", "json"])("%s", async (format) => {
    safe(await run("explain", MODEL, FILE, "--of", "b1[1]", "--format", format));
  });

  test.concurrent("HTML", async () => {
    const { stdout } = await run("explain", MODEL, FILE, "--format", "html");
    expectNoControl(stdout);
    const page = domOf(stdout);
    expect(page.querySelectorAll("script")).toHaveLength(2);
    expect(page.querySelectorAll("b, u, img, a, [onmouseover]")).toHaveLength(0);
    expectReadable(textOf(stdout), [...COLUMNS, FILE]);
  });
});

test.concurrent("check, as text, as a page and as JSON", async () => {
  const rows = "two\u001b[1m rows.csv";
  writeFileSync(join(folder, rows), HEADER + ROWS.slice(0, 2).join(""));
  const check = (...options: string[]): Promise<Ended> => run("check", MODEL, "--batch", rows, ...options);
  const [text, page, json] = await Promise.all([check(), check("--format", "html"), check("--json")]);
  expectReadable(safe(text), [rows]);
  safe(page);
  expectReadable(textOf(page.stdout), [rows]);
  safe(json);
});

test.concurrent.each(["typescript", "python", "c"])("emit in %s", async (lang) => {
  expectReadable(safe(await run("emit", MODEL, "--lang", lang, "--with", "forward")).replace(/^(?:\/\/|#)/gm, ""), [
    "<script>alert(1)</script>",
    TARGET,
    ...CLASSES,
  ]);
});

const DIRTY = "x\u001b[2J\u202e\ny";
test.concurrent("what looks into a model: importance, dependence, attribute", async () => {
  const row = ["--row", "2"];
  const all = await Promise.all([
    run("importance", MODEL, FILE),
    run("attribute", MODEL, FILE, ...row),
    run("attribute", MODEL, FILE, ...row, "--against", "3"),
    run("attribute", MODEL, FILE, ...row, "--method", "shapley", "--samples", "8"),
    run("attribute", MODEL, FILE, ...row, "--method", "gradient"),
    run("dependence", MODEL, FILE, "--of", COLUMNS[0]),
    run("importance", MODEL, FILE, "--json"),
    run("dependence", MODEL, FILE, "--of", DIRTY),
    run("attribute", MODEL, FILE, ...row, "--class", DIRTY),
  ]);
  for (const ended of all) safe(ended);
  expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0, 0, 2, 2]);
  expectReadable(all[1].stdout, [COLUMNS[0], FILE]);
});

test.concurrent("what rows did to a model: suspects, influence, row-gradients", async () => {
  const row = ["--row", "2"];
  const all = await Promise.all([
    run("suspects", FILE, "--target", TARGET, "--folds", "2", "--repeat", "1", "--epochs", "2"),
    run("influence", MODEL, FILE, ...row),
    run("row-gradients", MODEL, FILE),
    run("influence", MODEL, FILE, ...row, "--of", "loss", "--json"),
    run("suspects", FILE, "--target", DIRTY),
    run("influence", MODEL, FILE, ...row, "--class", DIRTY),
    run("uncertainty", MODEL, FILE, "--training", FILE),
    run("uncertainty", MODEL, FILE, "--training", DIRTY),
  ]);
  for (const ended of all) safe(ended);
  expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0, 2, 2, 0, 2]);
  expectReadable(all[0].stdout, [TARGET, FILE]);
});

test.concurrent("fit-curve", async () => {
  const [red, link] = [COLUMNS[0], "[x](javascript:alert(1))"];
  const fitted = await run("fit-curve", FILE, "--target", link, "--model", `a+b*\`${red}\``, "--start", "a=0,b=1");
  expect(fitted.status).toBe(0);
  expectReadable(safe(fitted), [red, link, FILE]);
});

test.concurrent.each<[string, string[]]>([
  ["a column that is not there", ["train", FILE, "--target", DIRTY]],
  ["a column to drop", ["train", FILE, "--target", "k", "--drop", DIRTY]],
  ["a file that is not there", ["train", DIRTY, "--target", "k"]],
  ["a model that is not there", ["evaluate", DIRTY, FILE]],
  ["an option that is not there", ["train", FILE, "--target", "k", `--${DIRTY}`]],
  ["a value that is none", ["train", FILE, "--target", "k", "--epochs", DIRTY]],
  ["a choice that is none", ["train", FILE, "--target", "k", "--optimizer", DIRTY]],
  ["a command that is not there", [DIRTY]],
  ["a formula", ["fit-curve", FILE, "--target", "k", "--model", `a * \`${DIRTY}\` b`, "--start", "a=1"]],
  ["a start", ["fit-curve", FILE, "--target", "k", "--model", "a", "--start", DIRTY]],
  ["what is to be explained", ["explain", "--of", DIRTY]],
])("refusing %s", async (_, args) => {
  const ended = await run(...args);
  expect(ended.status).toBe(2);
  const said = safe(ended);
  expect(said).toMatch(/^chaingrad: /);
  expectReadable(said, [DIRTY]);
});

test("a network and a batch with names that are none", async () => {
  writeFileSync(
    join(folder, "net.json"),
    JSON.stringify({ inputs: 1, layers: [{ units: 1, activation: DIRTY }], loss: DIRTY }),
  );
  writeFileSync(join(folder, "key.json"), JSON.stringify({ [DIRTY]: 1 }));
  writeFileSync(join(folder, "broken.json"), '{"a": \u001b[2J}');
  for (const file of ["net.json", "key.json", "broken.json"]) {
    const ended = await run("check", file);
    expect(ended.status).toBe(2);
    safe(ended);
  }
});
