/** Which rows judge, on the command line: splits by columns and files, folds, intervals. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const ROWS = 120;
const cwd = emptyFolder();
const day = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);

beforeAll(() => {
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const [shop, staff] = [`s${i % 10}`, 1 + ((7 * i) % 5)];
    const guests = 20 + 3 * staff + (i % 10) + ((13 * i) % 17) / 10;
    return [shop, day(Math.floor(i / 10)), staff, guests.toFixed(2), i % 4 === 0 ? "test" : "train"].join(",");
  });
  writeFileSync(join(cwd, "shops.csv"), ["shop,day,staff,guests,use", ...lines, ""].join("\n"));
  const later = Array.from({ length: 12 }, (_, i) => `${30 + (i % 5)},s${i % 10},${day(40 + i)},${1 + (i % 5)}`);
  writeFileSync(join(cwd, "later.csv"), ["guests,shop,day,staff", ...later, ""].join("\n"));
});

const train = (...args: string[]) =>
  runCli(
    ["train", "shops.csv", "--target", "guests", "--recipe", "fast", "--epochs", "20", "--out", "m.bin", ...args],
    { cwd },
  );
const parts = (stdout: string): unknown => JSON.parse(stdout).parts;

describe("train", () => {
  test.each([
    ["--group", "shop", { train: 72, validation: 24, test: 24 }],
    ["--time", "day", { train: 80, validation: 20, test: 20 }],
  ])("%s %s keeps together what belongs together", async (option, column, expected) => {
    const { status, stdout } = await train(
      option,
      column,
      "--drop",
      "use",
      "--test",
      "0.17",
      "--validation",
      "0.17",
      "--json",
    );
    expect(status).toBe(0);
    expect(parts(stdout)).toEqual(expected);
  });

  test("--split takes the parts as they are given", async () => {
    const { stdout } = await train("--split", "use", "--json");
    expect(parts(stdout)).toEqual({ train: 90, validation: 0, test: 30 });
    expect(JSON.parse(stdout).columns.find(({ name }: { name: string }) => name === "use")).toMatchObject({
      role: "aside",
      why: "says which part each row is of, as asked",
    });
  });

  test("--test takes the rows of another file, which need not have what is dropped", async () => {
    const { stdout, stderr } = await train("--test", "later.csv", "--drop", "use", "--json", "--quiet");
    expect(stderr).toBe("");
    expect(parts(stdout)).toEqual({ train: 102, validation: 18, test: 12 });
  });

  test("--time takes a budget and a column", async () => {
    const { stdout } = await train("--time", "60s", "--time", "day", "--drop", "use", "--json");
    expect(parts(stdout)).toEqual({ train: 80, validation: 20, test: 20 });
  });

  test.each([
    ["two ways", ["--group", "shop", "--split", "use"], "rows are split by --group or by --split, not by both"],
    [
      "a file and a column",
      ["--test", "later.csv", "--group", "shop"],
      "--test names a table of rows, and --group says",
    ],
    [
      "a column that is not there",
      ["--group", "shpo"],
      "--group: the table has no column 'shpo'\nDid you mean 'shop'?",
    ],
    ["a share of what is given", ["--split", "use", "--test", "0.2"], "the test rows are named: leave their share out"],
    ["two budgets", ["--time", "5s", "--time", "6s"], "is given twice: '5' and '6'"],
    ["a file that is not there", ["--test", "none.csv"], "cannot read 'none.csv'"],
    [
      "a file without a column",
      ["--test", "later.csv"],
      "later.csv: the table has no column 'use', which the first one has",
    ],
    [
      "a cell that says no part",
      ["--split", "shop"],
      "column 'shop', row 1: expected 'train', 'validation', 'test'; got 's0'",
    ],
  ])("%s: refused", async (_, args, message) => {
    const { status, stderr, stdout } = await train(...args);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, ""]);
  });
});

describe("cross-validate", () => {
  const validate = (...args: string[]) =>
    runCli(["cross-validate", "shops.csv", "--target", "guests", "--recipe", "fast", "--epochs", "10", ...args], {
      cwd,
    });

  test("a line for each fold while it runs, then each fold, the means and what they mean", async () => {
    const { status, stdout, stderr } = await validate("--drop", "use,shop,day", "--repeat", "2", "--folds", "3");
    expect(status).toBe(0);
    expect(stderr.match(/^fold \d\/6 {2}r2 -?\d/gm)).toHaveLength(6);
    expect(stdout.match(/^[12]\.[123] +80 +40 /gm)).toHaveLength(6);
    expect(stdout).toMatch(/^mean ± standard error +model +linear +baseline$/m);
    expect(stdout).toMatch(/^r2 is .* that of a linear model \(t = .*, 5 degrees of\s+freedom, p\s+[=<]\s+/m);
  });

  test("--json is one document, and --predictions has every row once", async () => {
    const { stdout, stderr } = await validate(
      "--drop",
      "use,day",
      "--group",
      "shop",
      "--predictions",
      "said.csv",
      ...["--folds", "3"],
      "--json",
      "--quiet",
    );
    expect(stderr).toBe("");
    const { folds, scores, task } = JSON.parse(stdout);
    expect([task, folds.length, Object.keys(scores)]).toEqual(["regression", 3, ["r2", "rmse", "mae", "loss"]]);
    const [head, ...lines] = readFileSync(join(cwd, "said.csv"), "utf8").trim().split("\n");
    expect(head).toBe("shop,day,staff,guests,use,fold,prediction");
    expect(lines).toHaveLength(ROWS);
    const sides = new Map<string, Set<string>>();
    for (const line of lines) {
      const cells = line.split(",");
      sides.set(cells[0], (sides.get(cells[0]) ?? new Set()).add(cells[5]));
    }
    expect([...sides.values()].every(({ size }) => size === 1)).toBe(true);
  });

  test.each([
    ["more folds than groups", ["--group", "shop", "--folds", "11"], "10 groups in 'shop' cannot be 11 folds"],
    ["one fold", ["--folds", "1"], "It must be a whole number ≥ 2"],
    ["repeats in time", ["--time", "day", "--repeat", "2"], "folds in time are the same each time"],
    ["named parts", ["--split", "use"], "folds are by group, by time or by chance"],
    ["one file for both", ["--predictions", "shops.csv"], "shops.csv"],
  ])("%s: refused", async (_, args, message) => {
    const { status, stderr, stdout } = await validate(...args);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, ""]);
  });
});

describe("intervals", () => {
  test("predict adds them, evaluate says how often they hold", async () => {
    expect((await train("--drop", "use")).status).toBe(0);
    const { stdout } = await runCli(["predict", "m.bin", "later.csv", "--interval", "0.9"], { cwd });
    expect(stdout.split("\n")[0]).toBe("guests,shop,day,staff,prediction,lower 0.9,upper 0.9");
    const { stdout: told } = await runCli(["evaluate", "m.bin", "shops.csv", "--interval", "0.9"], { cwd });
    expect(told).toMatch(
      /^intervals of guests for 0\.9 of all hold [01]\.?\d* of these rows; half of them are\s+wider than \d/m,
    );
    const { intervals } = JSON.parse(
      (await runCli(["evaluate", "m.bin", "shops.csv", "--interval", "0.9", "--json"], { cwd })).stdout,
    );
    expect(intervals).toMatchObject({
      level: 0.9,
      targets: [{ covered: expect.any(Number), width: expect.any(Number) }],
    });
  });

  test("more than the rows can say is refused", async () => {
    const { status, stderr } = await runCli(["predict", "m.bin", "later.csv", "--interval", "0.99"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      "18 rows that the model did not learn from say nothing of 0.99 of all for 'guests'\nThey do up to 0.9473.",
    );
  });
});
