/** Input just outside what can be read or learnt from, through the command: a note, or a refusal that names row and cell. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const ROWS = 40;

/** A row: two numbers, a weight, two targets, a class, a day; `bad` replaces cells of the fifth. */
function write(name: string, of: (i: number) => Record<string, string> = () => ({})): void {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const [a, b] = [(7 * i) % 10, (3 * i) % 11];
    const day = new Date(Date.UTC(2024, 0, 1 + ((11 * i) % ROWS))).toISOString().slice(0, 10);
    const row = {
      a: `${a}.5`,
      b: `${b}.25`,
      w: "1",
      y: `${a + 2 * b}.75`,
      z: `${a * b}.5`,
      kind: a > 4 ? "A" : "B",
      day,
    };
    return Object.values({ ...row, ...of(i) })
      .map((cell) => `"${cell}"`)
      .join(",");
  });
  writeFileSync(join(cwd, name), `a,b,w,y,z,kind,day\n${rows.join("\n")}\n`);
}
const inFifth = (cells: Record<string, string>) => (i: number) => (i === 4 ? cells : {});
const train = (name: string, ...options: string[]) =>
  runCli(["train", name, "--recipe", "fast", "--epochs", "2", "--out", "m.safetensors", ...options], { cwd });

describe("a cell just outside what is read", () => {
  const cases: [string, (i: number) => string, string][] = [
    ["groups of the wrong length", (i) => (i === 4 ? "1,23,45" : `1,2${10 + i}.5`), "not '1,23,45' (row 5)"],
    ["groups of India beside others", (i) => (i === 4 ? "1,23,456" : `${100 + i},200`), "'1,23,456' (row 5)"],
    ["a sign alone", (i) => (i === 4 ? "$" : `$${100 + i}.5`), "not '$' (row 5)"],
    ["two percent signs", (i) => (i === 4 ? "12%%" : `${i}.5%`), "not '12%%' (row 5)"],
    ["no day of a calendar", (i) => (i === 4 ? "2024-02-30" : `2024-03-${10 + (i % 20)}`), "not '2024-02-30' (row 5)"],
    ["no time of a clock", (i) => (i === 4 ? "24:61" : `${10 + (i % 14)}:${10 + i}`), "not '24:61' (row 5)"],
    ["euros among dollars", (i) => (i === 4 ? "€7" : `$${100 + i}`), "not '€7' (row 5)"],
    ["dates in two orders", (i) => (i === 4 ? "2/28/2024" : `${13 + (i % 15)}/2/2024`), "in '2/28/2024' (row 5)"],
  ];
  test.each(cases)("of an input is noted: %s", async (name, cell, said) => {
    write(`${name}.csv`, (i) => ({ b: cell(i) }));
    const { status, stderr } = await train(`${name}.csv`, "--target", "y");
    expect(status).toBe(0);
    expect(stderr).toMatch(/^note: column 'b' is set aside: /m);
    expect(stderr).toContain(said);
  });

  test.each(cases)("of a target is refused: %s", async (name, cell, said) => {
    write(`${name}.csv`, (i) => ({ y: cell(i) }));
    const { status, stderr } = await train(`${name}.csv`, "--target", "y");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^chaingrad: .*: the target 'y' /m);
    expect(stderr).toContain(said);
  });

  test("groups of India by themselves are said with their row", async () => {
    write("india.csv", inFifth({ b: "1,23,456" }));
    const { stdout } = await train("india.csv", "--target", "y");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("'1,23,456' (row 5) is read as 123456, with groups of two digits");
  });
});

describe("refused with the row, or with what there is", () => {
  test.each<[string, (i: number) => Record<string, string>, string[], string]>([
    ["a negative weight", inFifth({ w: "-1" }), ["--weight", "w"], "the weight 'w' holds '-1' in row 5"],
    ["a missing weight", inFifth({ w: "" }), ["--weight", "w"], "the weight 'w' holds nothing in row 5"],
    ["no weight at all", () => ({ w: "0" }), ["--weight", "w"], "the weight 'w' is 0 in every row"],
    ["an offset that is no number", inFifth({ w: "x" }), ["--offset", "w"], "the offset 'w' holds 'x' in row 5"],
    ["a target to be dropped", () => ({}), ["--target", "z", "--drop", "z"], "--drop names the target 'z'"],
    ["too little time", () => ({}), ["--time", "0.0001s"], "--time: 0.0001 s are too short for one epoch"],
  ])("%s", async (name, of, options, message) => {
    write(`${name}.csv`, of);
    const { status, stderr } = await train(`${name}.csv`, "--target", "y", ...options);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test("a weight of a class that is not there", async () => {
    write("classes.csv");
    const { status, stderr } = await train("classes.csv", "--target", "kind", "--class-weight", "C=2");
    expect([status, stderr]).toEqual([2, expect.stringContaining("'kind' has no class 'C'; they are A, B")]);
  });
});

describe("a date far outside the days of training", () => {
  beforeAll(async () => {
    write("days.csv");
    expect((await train("days.csv", "--target", "y")).status).toBe(0);
  });

  test("is noted once, with the farthest", async () => {
    write("far.csv", (i) => (i > 30 ? { day: `20${i}-05-05` } : {}));
    const { status, stderr } = await runCli(["predict", "m.safetensors", "far.csv"], { cwd });
    expect(status).toBe(0);
    expect(stderr.match(/far outside/g)).toHaveLength(1);
    expect(stderr).toMatch(/column 'day': 9 rows hold dates far outside .*: 2039-05-05, row 40, is the farthest/);
  });
});
