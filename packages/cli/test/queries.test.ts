/** Queries and patterns where a table file is due: what is read, and that nothing is lost. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const run = (...args: string[]) => runCli(args, { cwd });

beforeAll(() => {
  copyFileSync(join(DATA, "cars.csv"), join(cwd, "cars.csv"));
  const [header, ...rows] = readFileSync(join(cwd, "cars.csv"), "utf8").trimEnd().split("\r\n");
  writeFileSync(join(cwd, "part-1.csv"), `${[header, ...rows.slice(0, 200)].join("\r\n")}\r\n`);
  writeFileSync(join(cwd, "part-2.csv"), `${[header, ...rows.slice(200)].join("\r\n")}\r\n`);
});

const QUERY = "SELECT miles_per_gallon, weight_lbs, origin FROM 'cars.csv' WHERE miles_per_gallon IS NOT NULL";

describe("a query", () => {
  test("trains a model that predicts and is judged on rows as usual", async () => {
    const trained = await run("train", QUERY, "--target", "miles_per_gallon", "--epochs", "5");
    expect(trained.stderr).not.toContain("defect");
    expect(trained.status).toBe(0);
    expect(trained.stdout).toContain("the query: 398 rows");
    expect(existsSync(join(cwd, "model.safetensors"))).toBe(true);
    const judged = await run("evaluate", "model.safetensors", "cars.csv");
    expect(judged.stdout).toContain("on 398 rows of cars.csv, 8 without a target set aside");
    const predicted = await run("predict", "model.safetensors", `${QUERY} LIMIT 3`, "--out", "out.csv");
    expect(predicted.status).toBe(0);
    const lines = readFileSync(join(cwd, "out.csv"), "utf8").trimEnd().split("\n");
    expect(lines.length).toBe(4);
    expect(lines[1]).toMatch(/^18\.0,3504,USA,\d+/);
    const explained = await run("explain", "model.safetensors", "--batch", QUERY, "--row", "2");
    expect(explained.status).toBe(0);
  }, 120_000);

  test.each([
    ["COPY (SELECT 1 AS a) TO 'new.csv'", "the query is no SELECT"],
    ["DROP TABLE cars", "the query is no SELECT"],
    ["SELECT 1; SELECT 2", "the query is 2 statements"],
    ["SELECT * FROM 'https://example.com/a.csv'", "only local files are read"],
    ["SELECT * FROM read_text('cars.csv')", "the query calls read_text()"],
  ])("%s is refused", async (sql, message) => {
    const before = readdirSync(cwd).sort();
    const { status, stderr } = await run("train", sql, "--target", "a");
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(readdirSync(cwd).sort()).toEqual(before);
  });

  test("no result goes into a file that it reads", async () => {
    const { status, stderr } = await run("train", QUERY, "--target", "miles_per_gallon", "--report", "cars.csv");
    expect([status, stderr]).toEqual([2, expect.stringContaining("is the file that is read ('cars.csv')")]);
    expect(readFileSync(join(cwd, "cars.csv"))).toEqual(readFileSync(join(DATA, "cars.csv")));
  });
});

describe("a pattern", () => {
  test("trains the model that the files as one give", async () => {
    const options = ["--target", "miles_per_gallon", "--epochs", "3"];
    const { stderr, status } = await run("train", "part-*.csv", ...options, "--out", "parts.safetensors");
    expect(status, stderr).toBe(0);
    await run("train", "cars.csv", ...options, "--out", "whole.safetensors");
    expect(readFileSync(join(cwd, "parts.safetensors"))).toEqual(readFileSync(join(cwd, "whole.safetensors")));
  }, 120_000);

  test("no result goes into a file that it matches, and one that matches nothing is refused", async () => {
    const over = await run("train", "part-*.csv", "--target", "miles_per_gallon", "--out", "part-2.csv");
    expect([over.status, over.stderr]).toEqual([2, expect.stringContaining("is the file that is read ('part-2.csv')")]);
    const none = await run("train", "nothing-*.csv", "--target", "a");
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("'nothing-*.csv': no file matches it")]);
  });
});

test("a remedy by an option is said in the command's words", async () => {
  writeFileSync(join(cwd, "ragged.csv"), "a,b\n1,2\n3\n");
  const { stderr } = await run("train", "ragged.csv", "--target", "a");
  expect(stderr).toContain("If lines stand above the header, say how many: --skip N.");
});
