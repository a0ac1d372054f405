/** How tables are read from the command line: what can be said, what a model remembers of it, and what predict writes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModel, TableModel, takesTables } from "@chaingrad/tables";
import { beforeAll, describe, expect, test } from "vitest";
import { workbook } from "../../duckdb/test/workbook.ts";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const run = (...args: string[]) => runCli(args, { cwd });
const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(cwd, name), content);
const read = (name: string): string => readFileSync(join(cwd, name), "utf8");

/** Days with the day first, codes with leading zeros, amounts in points that are thousands; y is made of them. */
const rows = Array.from({ length: 120 }, (_, i) => {
  const [day, zip, amount] = [1 + (i % 28), i % 4, 1000 + 37 * i];
  const grouped = String(amount).replace(/(?=(?:\d{3})+$)(?!^)/g, ".");
  return `${day}/${1 + (i % 12)}/2024;0${zip};${grouped};${i % 3},5;${amount / 1000 + zip + day}`.replace(
    /\.(?=\d+$)/,
    ",",
  );
});
const HEADER = "day;zip;amount;share;y";

beforeAll(async () => {
  write("train.csv", `${HEADER}\n${rows.join("\n")}\n`);
  const options = ["--target", "y", "--type", "zip=category", "--type", "share=number", "--epochs", "3"];
  const trained = await run("train", "train.csv", ...options, "--out", "m.safetensors");
  expect(trained.stderr).toContain("numbers are read with decimal commas");
  expect(trained.stdout.replaceAll(/\s+/g, " ")).toContain("dates are read with the day first, as '13/1/2024' shows");
  expect(trained.status).toBe(0);
}, 60_000);

describe("a model remembers how its table was read", () => {
  test("in its file", () => {
    const model = readModel(readFileSync(join(cwd, "m.safetensors")));
    expect(takesTables(model) && model.reading).toEqual({
      decimal: ",",
      dates: "day-first",
      types: { zip: "category", share: "number" },
    });
  });

  test("so that predict reads a table alike that shows nothing of it", async () => {
    write("new.csv", "day;zip;amount;share\n3/4/2024;02;1.234;1\n");
    write("plain.csv", "day,zip,amount,share\n2024-04-03,02,1234,1\n");
    const [remembered, plain] = await Promise.all(
      ["new.csv", "plain.csv"].map((name) => run("predict", "m.safetensors", name)),
    );
    expect(remembered.stderr).toContain("'1.234' is read as 1234, as in training");
    expect(remembered.stdout).toMatch(/^day;zip;amount;share;prediction\n3\/4\/2024;02;1.234;1;/);
    const last = (text: string, separator: string): string => text.slice(text.lastIndexOf(separator) + 1).trim();
    const prediction = Number(last(plain.stdout, ","));
    expect(Number(last(remembered.stdout, ";").replace(",", "."))).toBe(prediction);
    const library = await TableModel.load(readFileSync(join(cwd, "m.safetensors")));
    const row = { day: "3/4/2024", zip: "02", amount: "1.234", share: 1 };
    expect(Number((library.predict(row) as { y: number }).y)).toBeCloseTo(prediction, 4);
  });

  test("unless the user says another thing", async () => {
    const said = await run("predict", "m.safetensors", "new.csv", "--dates", "month-first", "--decimal", ".");
    const own = await run("predict", "m.safetensors", "new.csv");
    expect(said.status).toBe(0);
    expect(said.stdout).not.toBe(own.stdout);
    const wrong = await run("evaluate", "m.safetensors", "train.csv", "--type", "zip=date");
    expect(wrong).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("'train.csv', column 'zip', row 1: expected a date"),
    });
  });

  test("in explain and check, too", async () => {
    const explained = await run("explain", "m.safetensors", "train.csv", "--row", "3");
    expect(explained.status).toBe(0);
    expect((await run("check", "m.safetensors", "--batch", "train.csv")).status).toBe(0);
  }, 60_000);

  test("and a file that holds no such thing is no model", () => {
    const bytes = readFileSync(join(cwd, "m.safetensors"));
    const damaged = Buffer.from(bytes.toString("latin1").replace("day-first", "day-after"), "latin1");
    expect(() => readModel(damaged)).toThrow("reading.dates");
  });
});

describe("what can be said", () => {
  test.each([
    [["--type", "zap=number"], "--type: 'train.csv' has no column 'zap'"],
    [["--type", "zip=int"], "It must be a column and its type (number, category, date, text), as in zip=category."],
    [["--type", "zip"], "It must be a column and its type"],
    [["--type", "zip=text", "--type", "zip=date"], "'zip' cannot be both text and date"],
    [["--separator", "x"], "It must be one of , ; | and tab."],
    [["--encoding", "ebcdic-9"], "--encoding: 'ebcdic-9' is no encoding"],
    [["--dates", "year-first"], "Allowed choices are day-first, month-first."],
  ])("%s is refused where it makes no sense", async (options, why) => {
    const { status, stdout, stderr } = await run("train", "train.csv", "--target", "y", ...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(why);
  });

  test("names with an equals sign have types; --separator tab is a tab", async () => {
    write("tabs.csv", `a=b\ty\n${Array.from({ length: 40 }, (_, i) => `0${i % 4}\t${i % 4},${i}\n`).join("")}`);
    const { stdout } = await run(
      "train",
      "tabs.csv",
      "--target",
      "y",
      "--separator",
      "tab",
      "--type",
      "a=b=number",
      "--epochs",
      "2",
    );
    expect(stdout).toMatch(/a=b +number +numbers, as asked: 4 different values/);
  });

  test("codes of digits can be a target, which the refusal says", async () => {
    write(
      "codes.csv",
      `x,code\n${Array.from({ length: 60 }, (_, i) => `${i / 7},${String(i).padStart(4, "0")}\n`).join("")}`,
    );
    const refused = await run("train", "codes.csv", "--target", "code");
    expect(refused.stderr).toContain("Or say that it is a number: --type COLUMN=TYPE.");
    const { stdout } = await run("train", "codes.csv", "--target", "code", "--type", "code=number", "--epochs", "2");
    expect(stdout).toContain("regression of 'code'");
  });
});

describe("a workbook", () => {
  const sheet = [["Report"], [], ["x", "y"], ...Array.from({ length: 60 }, (_, i) => [i / 4, i / 2 + 1])];
  beforeAll(() => write("book.xlsx", workbook({ Data: sheet, Notes: [["seen"]] })));

  test("trains, and is predicted into CSV", async () => {
    const trained = await run("train", "book.xlsx", "--target", "y", "--epochs", "3");
    expect(trained.stderr).toContain("note: 'Data', the first of 2 sheets, is read; the sheets are 'Data', 'Notes'");
    const { status } = await run("predict", "book.safetensors", "book.xlsx", "--sheet", "Data", "--out", "out.csv");
    expect(status).toBe(0);
    expect(read("out.csv")).toMatch(/^x,y,prediction\n0,1,.*\n0.25,1.5,/);
  });

  test("of no such sheet is refused", async () => {
    const { status, stderr } = await run("train", "book.xlsx", "--target", "y", "--sheet", "Sheet9");
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "chaingrad: --sheet: 'book.xlsx' has no sheet 'Sheet9'\nIts sheets are 'Data', 'Notes'.\n",
    });
  });
});
