/** Targets as people have them, through the command: what train says, and what the others make of the model. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const table = (name: string): string => join(import.meta.dirname, "fixtures/targets", `${name}.csv`);

interface Said {
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly baseline: Readonly<Record<string, number>>;
  readonly classes?: readonly { readonly name: string; readonly f1: number; readonly recall: number }[];
  readonly targets?: readonly { readonly target: string; readonly metrics: Readonly<Record<string, number>> }[];
}

async function trained(cwd: string, file: string, ...options: string[]): Promise<{ said: Said; notes: string }> {
  const args = ["train", file, "--json", "--out", "model.safetensors", ...options];
  const { status, stdout, stderr } = await runCli(args, { cwd });
  expect(stderr).not.toMatch(/^chaingrad: /m);
  expect(status).toBe(0);
  return { said: JSON.parse(stdout), notes: stderr };
}

test("counts, of which the largest stand in one row each, are learnt with their exposure", async () => {
  const cwd = emptyFolder();
  const { said } = await trained(cwd, table("counts"), "--target", "claims", "--exposure", "exposure");
  expect(said.metrics.test.deviance).toBeLessThan(0.8 * said.baseline.deviance);
  writeFileSync(join(cwd, "new.csv"), "x1,x2,exposure\n0.5,0.5,0.5\n0.5,0.5,1\n");
  const { stdout } = await runCli(["predict", "model.safetensors", "new.csv"], { cwd });
  const [half, whole] = stdout.trim().split("\n").slice(1).map((line) => Number(line.split(",")[3])); // biome-ignore format: one step
  expect(whole / half).toBeCloseTo(2, 6);
  writeFileSync(join(cwd, "bad.csv"), "x1,x2,exposure\n0.5,0.5,0.5\n0.5,0.5,0\n");
  const refused = await runCli(["predict", "model.safetensors", "bad.csv"], { cwd });
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("the exposure 'exposure' holds '0' in row 2; expected a number > 0 in each row");
});

test("two targets are both learnt, told apart and explained", async () => {
  const cwd = emptyFolder();
  const { said } = await trained(cwd, table("multi"), "--target", "y1,y2");
  for (const { metrics } of said.targets ?? []) expect(metrics.r2).toBeGreaterThan(0.98);
  expect(said.targets?.map(({ target }) => target)).toEqual(["y1", "y2"]);
  const predicted = await runCli(["predict", "model.safetensors", table("multi")], { cwd });
  expect(predicted.stdout.split("\n")[0]).toBe("x1,x2,y1,y2,prediction y1,prediction y2");
  const judged = await runCli(["evaluate", "model.safetensors", table("multi")], { cwd });
  expect(judged.stdout).toMatch(/^regression of 'y1', regression of 'y2' on 300 rows/);
  const args = ["explain", "model.safetensors", table("multi"), "--row", "1", "--from", "y2", "--view", "columns"];
  expect((await runCli(args, { cwd })).stdout).toContain("The derivatives of y₂");
});

test("several targets have offsets of their own, each named with its target", async () => {
  const cwd = emptyFolder();
  const rows = Array.from({ length: 60 }, (_, i) => {
    const [x, years, known] = [(7 * i) % 11, 1 + (i % 3), (13 * i) % 40];
    return `${x},${years},${known},${(years * (x + (i % 2))) >> 1},${known + x / 2}`;
  });
  writeFileSync(join(cwd, "t.csv"), `x,years,known=2,claims,cost\n${rows.join("\n")}\n`);
  const options = ["--target", "claims,cost", "--exposure", "claims=years", "--offset", "cost=known=2"];
  const { said } = await trained(cwd, "t.csv", ...options, "--recipe", "fast");
  expect(said.targets?.map(({ metrics }) => metrics.r2 > 0.5)).toEqual([true, true]);
  writeFileSync(join(cwd, "new.csv"), "x,years,known=2\n5,1,0\n5,2,100\n");
  const { stdout } = await runCli(["predict", "model.safetensors", "new.csv"], { cwd });
  const [one, two] = stdout.trim().split("\n").slice(1).map((line) => line.split(",").map(Number)); // biome-ignore format: one step
  expect(two[3] / one[3]).toBeCloseTo(2, 6);
  expect(two[4] - one[4]).toBeCloseTo(100, 6);
  const refused = await runCli(["train", "t.csv", "--target", "claims,cost", "--exposure", "years"], { cwd });
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("say which, as in claims=years")]);
  const twice = ["--target", "claims,cost", "--offset", "cost=known=2", "--offset", "years"];
  expect((await runCli(["train", "t.csv", ...twice], { cwd })).stderr).toContain("say for which target, as in claims=");
});

test("a column whose name holds a comma is named as it is, or beside others by giving --target again", async () => {
  const cwd = emptyFolder();
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${(2 * i) % 7}.5,${3 * i}.5`);
  writeFileSync(join(cwd, "t.csv"), `x,"a,b",c\n${rows.join("\n")}\n`);
  const { notes } = await trained(cwd, "t.csv", "--target", "a,b", "--target", "c", "--epochs", "2");
  expect(notes).not.toContain("no column");
  const { stdout } = await runCli(["predict", "model.safetensors", "t.csv"], { cwd });
  expect(stdout.split("\n")[0]).toBe('x,"a,b",c,"prediction a,b",prediction c');
});

test("a rare class is found where it weighs as much as the other, and its F1 is shown", async () => {
  const cwd = emptyFolder();
  const options = ["--target", "fraud", "--class-weight", "balanced"];
  const { said } = await trained(cwd, table("imbalanced"), ...options);
  expect(said.classes?.map(({ name }) => name)).toEqual(["no", "yes"]);
  expect(said.classes?.[1].recall).toBeGreaterThan(0.5);
  expect(said.classes?.[1].f1).toBeGreaterThan(0);
  const { stderr, status } = await runCli(
    ["train", table("imbalanced"), "--target", "fraud", "--class-weight", "maybe=3"],
    { cwd },
  );
  expect(stderr).toContain("'fraud' has no class 'maybe'; they are no, yes");
  expect(status).toBe(2);
});

test("few rows are trained on, and what they tell is said", async () => {
  const cwd = emptyFolder();
  const five = await trained(cwd, table("five_rows"), "--target", "y");
  expect(five.notes).toContain("note: 5 rows tell little: 4 training rows and 1 test row");
  const xor = await trained(cwd, table("xor"), "--target", "out", "--test", "0", "--validation", "0");
  expect(xor.notes).toContain("the model is trained on all 4 rows: none is kept to judge by");
  expect(xor.said.metrics).toMatchObject({ train: { accuracy: 1 } });
  const page = await runCli(
    ["train", table("xor"), "--target", "out", "--test", "0", "--validation", "0", "--report", "xor.html"],
    { cwd },
  );
  expect(page.status).toBe(0);
});
