/** A model's columns keep their names in what the command shows, and pages name files without their folders. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const folder = emptyFolder();
const CARS = join(DATA, "cars.csv");
const run = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await runCli(args, { cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
};

beforeAll(async () => {
  const options = ["--epochs", "2", "--hidden", "4", "--out", "cars.safetensors", "--report", "report.html", "--quiet"];
  await run("train", CARS, "--target", "miles_per_gallon", ...options);
}, 60_000);

const explain = (...args: string[]): Promise<string> =>
  run("explain", "cars.safetensors", CARS, "--row", "17", ...args);

describe("explain", () => {
  test("names columns, and writes symbols on demand", async () => {
    const shown = await explain("--of", "W1[2,4]", "--view", "index", "--width", "100");
    expect(shown).toContain("∂L/∂W₁[2,weight_lbs] = ");
    expect(shown).toContain("δ₁[2] · weight_lbs");
    expect(shown).toMatch(/^“origin = Japan” +x\[9\] +0 +−?[\d.e−]+$/mu);
    const symbols = await explain("--of", "W1[2,4]", "--view", "index", "--width", "100", "--symbols");
    expect(symbols).toContain("∂L/∂W₁[2,4] = ");
    expect(symbols).toContain("δ₁[2] · x[4]");
  });

  test.each([
    ["markdown", "\\text{weight\\_lbs}"],
    ["latex", "\\text{weight\\_lbs}"],
    ["html", "<mtext>weight_lbs</mtext>"],
    ["json", '"weight_lbs"'],
  ])("as %s, too, where no folder is named", async (format, name) => {
    const shown = await explain("--of", "W1[2,4]", "--view", "index", "--format", format);
    expect(shown).toContain(name);
    expect(shown).not.toContain(DATA);
    if (format !== "json") expect(shown).toContain("cars.csv");
  });

  test("has no names where there is no table", async () => {
    expect(JSON.parse(await run("explain", "--json"))).not.toHaveProperty("names");
  });
});

describe("check", () => {
  test("names the places of the first weights and of the input", async () => {
    const shown = await run("check", "cars.safetensors", "--batch", CARS);
    expect(shown).toMatch(/x\[\d+\]\[(?:[a-z_]+|“[^”]+”)\]/u);
    expect(await run("check", "cars.safetensors", "--batch", CARS, "--symbols")).toMatch(/x\[\d+\]\[\d+\]/u);
  });

  test("its page names no folder", async () => {
    const page = await run("check", "cars.safetensors", "--batch", CARS, "--format", "html");
    expect(page).toContain("rows of &#39;cars.csv&#39;");
    expect(page).toMatch(/x\[\d+\]\[(?:weight_lbs|acceleration|displacement|cylinders|horsepower|year)\]/);
    expect(page).not.toContain(DATA);
  });
});

test("a report names its table without folders, and its features as people read them", () => {
  const page = readFileSync(join(folder, "report.html"), "utf8");
  expect(page).toContain("cars.csv");
  expect(page).not.toContain(DATA);
  expect(page).toContain('<th scope="row">origin = Japan</th>');
  expect(page).toContain('<th scope="row">“origin = Japan”</th><td>x[9]</td>');
});
