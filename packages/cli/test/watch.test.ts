/** `train` followed: a live page in a browser, lines of JSON, TensorBoard's files; and that training computes the same bits. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { hasChromium, launch, VIEWS, violations } from "../../view/test/browser.ts";
import { BIN, DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const CARS = join(DATA, "cars.csv");
const TRAIN = ["train", CARS, "--target", "miles_per_gallon", "--blas", "none"];
const FAST = [...TRAIN, "--recipe", "fast", "--epochs", "6"];
const lines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A training in a process of its own, when its page listens. */
async function watched(...args: readonly string[]) {
  const cwd = emptyFolder();
  const child = spawn(process.execPath, [BIN, ...args, "--watch", "--port", "0"], { cwd });
  children.push(child);
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  const closed = new Promise<number | null>((done) => child.once("close", done));
  while (!/watch it at (\S+)\n/.test(said.stderr) && child.exitCode === null)
    await new Promise((done) => setTimeout(done, 5));
  return { cwd, said, closed, url: /watch it at (\S+)\n/.exec(said.stderr)?.[1] as string };
}

/** So many epochs that only somebody's button ends them. */
const ENDLESS = ["--recipe", "fast", "--epochs", "1000000", "--patience", "1000000"];

describe.skipIf(!hasChromium)("the page", () => {
  test.each([VIEWS[0], VIEWS[3]])("%o: moves, turns the rate, stops, and stays", async (view) => {
    const { url, cwd, closed, said } = await watched(...TRAIN, ...ENDLESS, "--log", "log.jsonl");
    const browser = await launch();
    try {
      const options = { viewport: { width: view.width, height: 900 }, colorScheme: view.scheme };
      const tab = await (await browser.newContext(options)).newPage();
      const wrong: string[] = [];
      tab.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
      tab.on("pageerror", (error) => wrong.push(String(error)));
      tab.on("request", (request) => !request.url().startsWith(url) && wrong.push(request.url()));
      await tab.goto(url);
      const latest = tab.locator("#latest");
      await latest.filter({ hasText: /^Epoch \d+ of at most 1000000: loss .*, validation .*, rmse / }).waitFor();
      const first = await latest.textContent();
      await latest.filter({ hasNotText: first as string }).waitFor();
      expect(await tab.locator("figure:visible figcaption").allTextContents()).toEqual([
        ...["Loss", "Validation rmse", "Learning rate", "Length of δ = ∂L/∂z by layer"],
      ]);
      expect(await tab.locator("figure:visible svg.plot path").count()).toBeGreaterThan(5);
      expect(await violations(tab)).toEqual([]);
      expect(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);

      await tab.locator("#rate").fill("-2");
      await tab.locator("#turned").filter({ hasText: "× 0.25, now 0.0013" }).waitFor(); // of 0.005
      await tab.getByRole("button", { name: "As planned" }).click();
      await tab.locator("#turned").filter({ hasText: "× 1, now 0.005" }).waitFor();
      await tab.locator("#rate").fill("1");
      await tab.locator("#turned").filter({ hasText: "× 2, now 0.01" }).waitFor();
      await tab.getByRole("button", { name: "Stop" }).click();
      expect(await closed, said.stderr).toBe(130);
      await tab.locator("#status").filter({ hasText: "The training has ended (aborted" }).waitFor();
      expect(await tab.locator("#status").textContent()).toContain("The model is in cars.safetensors. This page keeps");
      expect(await tab.locator("#scores tbody tr").count()).toBe(4);
      expect(await tab.getByRole("button", { name: "Stop" }).isDisabled()).toBe(true);
      expect(await violations(tab)).toEqual([]);
      // Nothing but the connection that is gone.
      expect(wrong.filter((text) => !text.includes("ERR_CONNECTION") && !text.includes("ERR_INCOMPLETE"))).toEqual([]);
    } finally {
      await browser.close();
    }
    expect(said.stderr).toContain("stopping: the best model so far will be saved");
    expect(said.stdout.replace(/\s+/g, " ")).toMatch(
      /the rate was turned while it trained: × 0\.25 from epoch \d+, × 1 from epoch \d+, × 2 from epoch \d+; the seed alone/,
    );
    expect(existsSync(join(cwd, "cars.safetensors"))).toBe(true);
    const factors = lines(readFileSync(join(cwd, "log.jsonl"), "utf8")).map(({ rateFactor }) => rateFactor);
    expect([...new Set(factors)]).toEqual([undefined, 0.25, 2]);
  });

  test("shows each of several networks that are trained beside each other", async () => {
    const { url, closed } = await watched(...TRAIN, "--recipe", "best", "--seed", "3");
    const browser = await launch();
    try {
      const tab = await browser.newPage();
      await tab.goto(url);
      await tab.locator("#networks button >> nth=2").waitFor();
      expect(await tab.locator("#networks button >> nth=0").textContent()).toMatch(/^1: epoch \d+, best [\d.]+$/);
      await tab.locator("#networks button >> nth=1").click();
      await tab
        .locator("#detail-title")
        .filter({ hasText: /^Network 2 of \d+$/ })
        .waitFor();
      expect(await violations(tab)).toEqual([]);
      await tab.getByRole("button", { name: "Stop" }).click();
      expect(await closed).toBe(130);
    } finally {
      await browser.close();
    }
  });
});

test("training computes the same bits, whoever follows it", async () => {
  const cwd = emptyFolder();
  const model = async (name: string, ...args: string[]) => {
    const { status, stderr } = await runCli([...TRAIN, "--seed", "5", "--quiet", "--out", name, ...args], { cwd });
    expect(status, stderr).toBe(0);
    return readFileSync(join(cwd, name));
  };
  const alone = await model("alone");
  const followed = await model("followed", "--watch", "--port", "0", "--log", "l.jsonl", "--tensorboard", "board");
  expect(followed.equals(alone)).toBe(true);
});

describe("--log", () => {
  test("has a line for each event, and at last what was reached", async () => {
    const cwd = emptyFolder();
    const { status, stdout } = await runCli([...FAST, "--log", "log.jsonl", "--json"], { cwd });
    expect(status).toBe(0);
    const all = lines(readFileSync(join(cwd, "log.jsonl"), "utf8"));
    expect(all.map(({ event }) => event)).toEqual(["start", ...Array(6).fill("epoch"), "end", "judged"]);
    expect(all[3]).toMatchObject({ epoch: 3, epochs: 6, validation: { metrics: { rmse: expect.any(Number) } } });
    expect(all[8]).toMatchObject({ metrics: JSON.parse(stdout).metrics, part: "test", model: "cars.safetensors" });
  });

  test("- is standard output, and nothing else goes there", async () => {
    const { status, stdout, stderr } = await runCli([...FAST, "--log", "-"], { cwd: emptyFolder() });
    expect(status).toBe(0);
    expect(lines(stdout)).toHaveLength(9);
    expect(stderr).toContain("regression of 'miles_per_gallon'");
    expect(stderr).toContain("model: cars.safetensors");
  });

  test.skipIf(!existsSync("/dev/full"))("that cannot be written does not end training", async () => {
    const cwd = emptyFolder();
    const { status, stderr } = await runCli([...FAST, "--log", "/dev/full"], { cwd });
    expect(status).toBe(2);
    expect(stderr.split("'/dev/full': the disk is full\nTraining goes on without it.\n")).toHaveLength(2);
    expect(existsSync(join(cwd, "cars.safetensors"))).toBe(true);
  });
});

test("--tensorboard has a run for each training, and in it one for each network, as lines of --log name it", async () => {
  const cwd = emptyFolder();
  for (const args of [FAST, FAST, [...TRAIN, "--log", "log.jsonl"]]) {
    const { status, stderr } = await runCli([...args, "--tensorboard", "new/board"], { cwd });
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("tensorboard --logdir new/board");
  }
  const runs = readdirSync(join(cwd, "new/board")).sort();
  expect(runs).toHaveLength(3);
  for (const run of runs) expect(run).toMatch(/^cars-\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\dZ(-2)?$/);
  const inside = runs.map((run) => readdirSync(join(cwd, "new/board", run)).sort());
  for (const [name, ...others] of inside.slice(0, 2)) {
    expect(name).toMatch(/^events\.out\.tfevents\.\d+\./);
    expect(others).toEqual([]);
  }
  expect(inside[2].slice(0, 15)).toEqual(
    Array.from({ length: 15 }, (_, i) => `network-${`${i + 1}`.padStart(2, "0")}`),
  );
  const all = lines(readFileSync(join(cwd, "log.jsonl"), "utf8"));
  const epochs = all.filter(({ event }) => event === "epoch");
  const numbers = new Set(epochs.map(({ network }) => `network-${String(network).padStart(2, "0")}`));
  expect([...numbers].sort()).toEqual(inside[2]);
  expect(epochs.every(({ network, networks }) => Number(network) <= Number(networks))).toBe(true);
  expect(all.slice(-2).map(({ event, network }) => [event, network])).toEqual([
    ["end", undefined],
    ["judged", undefined],
  ]);
});

describe("refused before any work", () => {
  test("a port that is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => other.once("listening", done));
    const { port } = other.address() as { port: number };
    const cwd = emptyFolder();
    const { status, stderr, stdout } = await runCli([...FAST, "--watch", "--port", `${port}`], { cwd });
    other.close();
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`chaingrad: port ${port} of 127.0.0.1 is in use\n`);
    expect(stderr).toContain("choose another port; 0 takes any that is free: --port N.\n");
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each([
    [["--port", "8000"], "--port is of the live page\nAdd --watch."],
    [["--watch", "--port", "70000"], "from 0 to 65535"],
    [["--log", "-", "--json"], "--json and --log - both go to standard output"],
    [["--log", "cars.safetensors"], "go into the same file: one result would destroy the other"],
    [["--log", "x.html", "--report", "./x.html"], "go into the same file"],
    [["--log", CARS], "is the file that is read"],
    [["--log", "no/such/log.jsonl"], "no/such/log.jsonl"],
    [["--tensorboard", "file"], "file' is a file\nGive the folder"],
    [["--tensorboard", "file/below"], "file' is a file\nGive the folder"],
  ])("%o", async (args, why) => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "file"), "precious");
    mkdirSync(join(cwd, "board"));
    const { status, stderr } = await runCli([...FAST, ...args], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain(why);
    expect(readdirSync(cwd).sort()).toEqual(["board", "file"]);
    expect(readFileSync(join(cwd, "file"), "utf8")).toBe("precious");
  });
});
