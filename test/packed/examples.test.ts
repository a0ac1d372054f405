/** Each folder of examples/, copied to where the packages are installed, does what its README says. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { request } from "node:http";
import { join, resolve } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { run } from "./support/node.ts";
import { CHROMIUM, ISOLATION, launch, serve } from "./support/page.ts";
import { copied } from "./support/program.ts";
import { startWorkerd } from "./support/workerd.ts";

/** Kernels, and factorisations, which second order alone needs: workerd knows no modules but those it is given. */
const MODULES = ["kernels.wasm", "kernels.relaxed.wasm", "linalg.wasm", "linalg.relaxed.wasm"];

const ROOT = resolve(import.meta.dirname, "../..");
const EXAMPLES = join(ROOT, "examples");

test.each(["vite-page", "node-server", "edge-worker"])("%s asks for the versions that there are", (name) => {
  const { dependencies } = JSON.parse(readFileSync(join(EXAMPLES, name, "package.json"), "utf8"));
  for (const [other, version] of Object.entries(dependencies)) {
    const path = join(inject("installed"), "node_modules", other, "package.json");
    expect(JSON.parse(readFileSync(path, "utf8")).version).toBe(version);
  }
});

test.skipIf(CHROMIUM === undefined)("the page learns, and predicts while one types", async () => {
  const root = copied(join(EXAMPLES, "vite-page"));
  await build({ root, logLevel: "silent" });
  const [served, browser] = await Promise.all([serve(join(root, "dist"), ISOLATION), launch()]);
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("console", (message) => errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(served.url);
    await page.getByText("Ready.").waitFor();
    const price = async (): Promise<number> => Number((await page.locator("output").innerText()).replace(/\D/g, ""));
    const large = await price();
    expect(large).toBeGreaterThan(150_000);
    await page.getByLabel("Size").fill("60");
    expect(await price()).toBeLessThan(0.75 * large);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    served.close();
  }
});

describe("the server", () => {
  let child: ChildProcess;
  let url: string;
  const post = (body: string) => fetch(`${url}/predict`, { method: "POST", body });
  const CAR = {
    ...{ cylinders: 4, displacement: 97, horsepower: 88, weight_lbs: 2130, acceleration: 14.5, year: 1971 },
    ...{ name: "a car", origin: "Japan" },
  };

  beforeAll(async () => {
    const cwd = copied(join(EXAMPLES, "node-server"));
    copyFileSync(join(EXAMPLES, "data/cars.csv"), join(cwd, "cars.csv"));
    const chaingrad = join(inject("installed"), "node_modules/.bin/chaingrad");
    await run(chaingrad, ["train", "cars.csv", "--target", "miles_per_gallon", "--epochs", "20", "--quiet"], { cwd });
    child = spawn(process.execPath, ["server.js", "cars.safetensors", "0"], {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, "data");
    url = String(line).trim();
  }, 120_000);
  afterAll(() => {
    child?.kill("SIGKILL");
  });

  test("says what it predicts, and predicts a row or many", async () => {
    const { predicts, columns } = await (await fetch(url)).json();
    expect(predicts).toBe("miles_per_gallon");
    const row = Object.fromEntries(columns.map((name: string) => [name, CAR[name as keyof typeof CAR]]));
    const one = await (await post(JSON.stringify(row))).json();
    expect(one.miles_per_gallon).toBeGreaterThan(15);
    const many = await (await post(JSON.stringify([row, { ...row, weight_lbs: 4500 }]))).json();
    expect(many).toHaveLength(2);
    expect(many[0].miles_per_gallon).toBeCloseTo(one.miles_per_gallon, 3);
    expect(many[1].miles_per_gallon).toBeLessThan(many[0].miles_per_gallon);
  });

  test("refuses bodies that it cannot use, with the reason", async () => {
    const { weight_lbs: _, ...light } = CAR;
    for (const [body, reason] of [
      ["{", /the body is no JSON/],
      ["[1]", /row 1 is no object of columns/],
      ["null", /row 1 is no object of columns/],
      [JSON.stringify(light), /no column 'weight_lbs'/],
      [JSON.stringify({ ...CAR, weight_lbs: "heavy" }), /weight_lbs/],
    ] as const) {
      const response = await post(body);
      expect([body, response.status]).toEqual([body, 400]);
      expect((await response.json()).error).toMatch(reason);
    }
    expect((await fetch(`${url}/predict`)).status).toBe(405);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });

  test("has turns for others while it predicts many rows", async () => {
    let done = false;
    const many = post(JSON.stringify(Array.from({ length: 40_000 }, () => CAR))).then(async (response) => {
      const predictions = await response.json();
      done = true;
      return predictions.length;
    });
    let between = 0;
    while (!done) {
      await (await fetch(url)).json();
      if (!done) between++;
    }
    expect(await many).toBe(40_000);
    expect(between).toBeGreaterThan(2);
  });

  test("answers what has begun and ends cleanly on SIGTERM", async () => {
    const begun = request(`${url}/predict`, { method: "POST", agent: false });
    begun.write("[");
    const answered = once(begun, "response");
    await (await fetch(url)).json(); // so that the server has seen the one before
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await expect
      .poll(() =>
        fetch(url).then(
          () => "answers",
          () => "refuses",
        ),
      )
      .toBe("refuses");
    begun.end(`${JSON.stringify(CAR)}]`);
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    response.resume();
    expect(await ended).toEqual([0, null]);
  });
});

describe("the worker", () => {
  let folder: string;
  beforeAll(async () => {
    folder = copied(join(EXAMPLES, "edge-worker"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(ROOT, "node_modules/esbuild"), join(folder, "node_modules/esbuild"));
    await run(process.execPath, ["build.js"], { cwd: folder });
  });

  test("predicts, and refuses what it cannot use", async () => {
    const worker = await startWorkerd(join(folder, "dist"));
    try {
      const post = (body: string) => fetch(worker.url, { method: "POST", body });
      const answer = await post(`{"size": 120, "district": "north"}`);
      expect((await answer.json()).price).toBeGreaterThan(150_000);
      const refused = await post(`{"size": 120}`);
      expect([refused.status, (await refused.json()).error]).toEqual([
        400,
        expect.stringContaining("has no 'district'"),
      ]);
      expect((await post("{")).status).toBe(400);
    } finally {
      await worker.stop();
    }
  });

  test("has a configuration that names the files which its build makes", () => {
    const text = readFileSync(join(folder, "worker.capnp"), "utf8");
    const named = [...text.matchAll(/name = "([\w.]+)", \w+ = embed "dist\/([\w.]+)"/g)];
    expect(named.map(([, name, file]) => [name, file])).toEqual(["worker.js", ...MODULES].map((file) => [file, file]));
    const script = readFileSync(join(folder, "dist/worker.js"), "utf8");
    const imported = [...script.matchAll(/from "\.\/([^"]+\.wasm)"/g)].map(([, path]) => path);
    expect(imported.sort()).toEqual([...MODULES].sort());
    expect(readdirSync(join(folder, "dist"))).toEqual(expect.arrayContaining(imported));
  });
});
