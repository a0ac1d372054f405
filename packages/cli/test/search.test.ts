/** `chaingrad search` as it is called: what it finds and writes, how it goes on, what it refuses. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const read = (name: string): string => readFileSync(join(cwd, name), "utf8");

beforeAll(() => {
  const lines = Array.from({ length: 120 }, (_, i) => {
    const [size, kind] = [30 + ((i * 37) % 101), ["<b>a</b>", "b'c", "$d"][(i * 7) % 3]];
    return `${size},${kind},${900 * size + 4 * size ** 2 + (i % 3) * 1000}`;
  });
  writeFileSync(join(cwd, "it's.csv"), ["size,kind,price", ...lines, ""].join("\n"));
  writeFileSync(
    join(cwd, "space.json"),
    '{ "hidden": [[8], [6, 4]], "rate": { "from": 0.003, "to": 0.3, "scale": "log" } }',
  );
});

const search = (...args: string[]) =>
  runCli(["search", "it's.csv", "--target", "price", "--epochs", "60", "--patience", "10", "--blas", "none", ...args], {
    cwd,
  });
const SHORT = ["--space", "space.json", "--budget", "12", "--no-compare"];

describe("chaingrad search", () => {
  test("saves the model that the command it prints makes, to the same bytes", async () => {
    const { status, stdout } = await search(...SHORT, "--out", "found.bin", "--seed=3");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^12 trials, \d+ trainings in [\d.]+ s; the search ended: all its trials are done$/m);
    const line = stdout.split("\n").find((text) => text.startsWith("train it: ")) ?? "";
    expect(line).toContain(
      "chaingrad train 'it'\\''s.csv' --target price --epochs 60 --patience 10 --blas none --seed=3",
    );
    const found = read("found.bin");
    const flags = line.split("--seed=3 ")[1].replace("found.bin", "again.bin").split(" ");
    const again = await runCli(
      [
        "train",
        "it's.csv",
        "--target",
        "price",
        "--epochs",
        "60",
        "--patience",
        "10",
        "--blas",
        "none",
        "--seed=3",
        ...flags,
      ],
      { cwd },
    );
    expect(again.status).toBe(0);
    expect(read("again.bin") === found).toBe(true);
  });

  test("goes on with a log that was cut short, and says so", async () => {
    const first = await search(...SHORT, "--trials", "t.jsonl", "--json");
    const whole = read("t.jsonl");
    const withoutTime = (text: string): string[] =>
      text
        .replace(/"seconds":[\d.]+,/g, "")
        .split("\n")
        .sort();
    writeFileSync(join(cwd, "t.jsonl"), whole.slice(0, Math.floor(whole.length / 2)));
    const again = await search(...SHORT, "--trials", "t.jsonl", "--json");
    expect(again.stderr).toMatch(/goes on after \d+ trainings in 't.jsonl'/);
    expect(withoutTime(read("t.jsonl"))).toEqual(withoutTime(whole));
    const [one, other] = [first, again].map(({ stdout }) => JSON.parse(stdout));
    expect(other.best.trial).toBe(one.best.trial);
    expect(other.metrics).toEqual(one.metrics);
    expect(other.command).toBe(one.command);
    // Another space has trials of its own.
    const refused = await search("--budget", "12", "--trials", "t.jsonl");
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("--trials: its trials are of another space");
    expect(withoutTime(read("t.jsonl"))).toEqual(withoutTime(whole));
  });

  test("makes a page in either language that runs nothing and asks for nothing", async () => {
    for (const [lang, word] of [
      ["en", "Trials as parallel coordinates"],
      ["zh", "试验的平行坐标图"],
    ]) {
      const { status } = await search(...SHORT, "--page", "page.html", "--lang", lang, "-q");
      expect(status).toBe(0);
      const page = read("page.html");
      expect(page).toContain(word);
      expect(page).toContain(`lang="${lang}"`);
      expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
      expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    }
  });

  test("has the default recipe beside what it found", async () => {
    const { status, stdout } = await search("--space", "space.json", "--budget", "60s,4");
    expect(status).toBe(0);
    for (const row of ["found +validation", "found +test", "default recipe +validation", "default recipe +test"])
      expect(stdout).toMatch(new RegExp(`^${row} +`, "m"));
  });
});

describe("what makes no sense is refused before any work", () => {
  const space = (text: string): string[] => {
    writeFileSync(join(cwd, "s.json"), text);
    return ["--space", "s.json"];
  };

  test.each<[string, () => string[]]>([
    ["--space: there is no option 'rat'", () => space('{ "rat": true }')],
    ["Did you mean 'rate'?", () => space('{ "rat": true }')],
    ["--space: it names no option", () => space("{}")],
    ["s.json: no valid JSON at line 1, column 11", () => space('{ "rate": ]')],
    ["cannot read the space 'none.json'", () => ["--space", "none.json"]],
    ["It must be a time > 0", () => ["--budget", "0s"]],
    ["a number of trials ≥ 1", () => ["--budget", "0"]],
    ["It names two times", () => ["--budget", "10s,20s"]],
    ["--page 'same' and --trials 'same' go into the same file", () => ["--trials", "same", "--page", "same"]],
    ["is the file that is read", () => ["--trials", "it's.csv"]],
    ["no validation rows", () => ["--validation", "0"]],
  ])("%s", async (message, args) => {
    const { status, stdout, stderr } = await search(...args(), "--out", "never.bin");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(existsSync(join(cwd, "never.bin"))).toBe(false);
  });

  test("a target that is missing", async () => {
    const { status, stderr } = await runCli(["search", "it's.csv"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain("required option '--target <columns>' not specified");
  });
});
