/** train, predict and evaluate as their users meet them: good tables, bad ones, and an interrupted run. */
import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Interrupted, reportFailure } from "../src/output/failure.ts";
import { BIN, DATA, type Ended, emptyFolder, runCli } from "./support/run-cli.ts";

const CARS = join(DATA, "cars.csv");
const IRIS = join(DATA, "iris.csv");

/** The path of a new file with this content, in a folder of its own. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(emptyFolder(), name);
  writeFileSync(path, content);
  return path;
}

const table = (header: string, row: (i: number) => string, rows = 60): string =>
  `${header}\n${Array.from({ length: rows }, (_, i) => row(i)).join("\n")}\n`;
const noise = (i: number, k: number): string => Math.sin(12.9898 * i + k).toFixed(4);

let folder: string;
let trained: Ended;
beforeAll(async () => {
  folder = emptyFolder();
  trained = await runCli(["train", CARS, "--target", "miles_per_gallon", "--seed", "1", "--json"], { cwd: folder });
});

describe("train", () => {
  test("prints one JSON document with what was asked for, and saves a model", () => {
    expect(trained.status).toBe(0);
    const report = JSON.parse(trained.stdout);
    expect(report).toMatchObject({
      task: "regression",
      rows: 398,
      features: 10,
      engine: expect.stringMatching(/^(wasm|native kernels)/),
      threads: 1,
      model: "cars.safetensors",
    });
    expect(Object.keys(report.metrics)).toEqual(["train", "validation", "test"]);
    expect(Object.keys(report.metrics.test)).toEqual(["r2", "rmse", "mae", "loss"]);
    expect(Object.keys(report.baseline)).toEqual(["r2", "rmse", "mae", "loss"]);
    expect(report.metrics.test.r2).toBeGreaterThan(0.8);
    expect(report.baseline.r2).toBeLessThanOrEqual(0);
    expect(readdirSync(folder)).toEqual(["cars.safetensors"]);
  });

  test("the same seed gives the same bytes, another seed others", async () => {
    const bytes = await Promise.all(
      ["7", "7", "8"].map(async (seed) => {
        const cwd = emptyFolder();
        await runCli(["train", IRIS, "--target", "species", "--seed", seed, "--epochs", "9", "--quiet"], { cwd });
        return readFileSync(join(cwd, "iris.safetensors"));
      }),
    );
    expect(bytes[0].equals(bytes[1])).toBe(true);
    expect(bytes[0].equals(bytes[2])).toBe(false);
  });

  test("says for each column what it is for, and why", async () => {
    const { stdout, stderr } = await runCli(["train", CARS, "--target", "miles_per_gallon", "--epochs", "3"], {
      cwd: emptyFolder(),
    });
    // The path's length decides where the first lines break.
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "406 rows, 8 without a target set aside; 278 train, 60 validation, 60 test",
    );
    expect(stdout).toMatch(/name +aside +free text: 311 different values in 406 rows/);
    expect(stdout).toMatch(/horsepower +number +numbers: 93 different values, 6 missing/);
    expect(stdout).toMatch(/origin +category +a category: 3 different values/);
    expect(stdout).toMatch(/^test +\d/m);
    expect(stdout).toMatch(/^baseline \(mean\) /m);
    expect(stdout).toContain("residuals on test rows");
    expect(stdout).toContain("model: cars.safetensors");
    expect(stderr).toMatch(/^note: free text is set aside: 'name'; --type COLUMN=text takes its words$/m);
    expect(stderr).toMatch(/^epoch 1\/3 {2}loss /m);
  });

  test("says which averages the scores of classes are, beside them and in the help", async () => {
    const cwd = emptyFolder();
    const train = ["train", IRIS, "--target", "species", "--epochs", "2", "--out", "iris.safetensors"];
    const beside = "f1: macro, the mean over the classes; auc: each class against the rest, averaged";
    const words = async (...args: string[]) => (await runCli(args, { cwd })).stdout.replace(/\s+/g, " ");
    expect(await words(...train)).toContain(beside);
    expect(await words("evaluate", "iris.safetensors", IRIS)).toContain(beside);
    for (const command of ["train", "evaluate"])
      expect(await words(command, "--help")).toContain("f1 is macro-averaged");
    const regression = await words("train", CARS, "--target", "miles_per_gallon", "--epochs", "1", "--out", "m");
    expect(regression).not.toContain("macro");
  });

  test("--quiet --json leaves standard error empty", async () => {
    const { stdout, stderr } = await runCli(
      ["train", IRIS, "--target", "species", "--epochs", "2", "--json", "--quiet"],
      { cwd: emptyFolder() },
    );
    expect(stderr).toBe("");
    expect(Object.keys(JSON.parse(stdout).metrics.test)).toEqual(["accuracy", "f1", "auc", "loss"]);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s stops cleanly, keeps the best model so far and says so", async (signal, status) => {
    const cwd = emptyFolder();
    const args = ["train", CARS, "--target", "miles_per_gallon", "--epochs", "1000000", "--patience", "1000000"];
    let sent = false;
    const ended = await runCli(args, {
      cwd,
      onError: (text, kill) => {
        if (sent || !text.includes("epoch")) return;
        sent = true;
        kill(signal);
      },
    });
    expect(ended.stdout).toMatch(/stopped: interrupted after \d+ epochs; best weights are of epoch \d+/);
    expect(ended.stdout).toContain("model: cars.safetensors");
    expect(ended.stderr).toContain("stopping: the best model so far will be saved (again to quit without it)");
    expect(ended.status).toBe(status);
    const judged = await runCli(["evaluate", "cars.safetensors", CARS, "--json"], { cwd });
    expect(JSON.parse(judged.stdout).metrics.r2).toBeGreaterThan(0);
  });

  test("SIGINT ends networks that are trained beside each other", async () => {
    const cwd = emptyFolder();
    const rows = table("a,b,y", (i) => `${noise(i, 0)},${noise(i, 1)},${noise(i, 2)}`, 20_000);
    writeFileSync(join(cwd, "long.csv"), rows);
    let sent = false;
    const ended = await runCli(["train", "long.csv", "--target", "y", "--threads", "2"], {
      cwd,
      onError: (text, kill) => {
        if (sent || !/network +1\//.test(text)) return;
        sent = true;
        setTimeout(() => kill("SIGINT"), 300);
      },
    });
    expect(ended.stdout).toMatch(/stopped: interrupted/);
    expect(ended.status).toBe(130);
    expect(readdirSync(cwd)).toEqual(["long.csv", "long.safetensors"]);
  });

  test("with nothing to keep it says so, and the status names the signal", () => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(reportFailure(new Interrupted("nothing was saved", AbortSignal.abort("SIGTERM")))).toBe(143);
    expect(said).toHaveBeenCalledWith("chaingrad: nothing was saved\n");
    said.mockRestore();
  });
});

describe("what must not be lost", () => {
  test("the table and the model are not overwritten by what is made of them", async () => {
    const cwd = emptyFolder();
    copyFileSync(IRIS, join(cwd, "iris.csv"));
    symlinkSync("iris.csv", join(cwd, "link.csv"));
    for (const out of ["iris.csv", "link.csv"]) {
      const { status, stderr } = await runCli(["train", "iris.csv", "--target", "species", "--out", out], { cwd });
      expect(stderr).toMatch(/is the file that is read .*writing it would destroy that/);
      expect(status).toBe(2);
    }
    expect(readFileSync(join(cwd, "iris.csv"), "utf8")).toBe(readFileSync(IRIS, "utf8"));
    const model = readFileSync(join(folder, "cars.safetensors"));
    const { status } = await runCli(["predict", "cars.safetensors", CARS, "--out", "cars.safetensors"], {
      cwd: folder,
    });
    expect(status).toBe(2);
    expect(readFileSync(join(folder, "cars.safetensors")).equals(model)).toBe(true);
  });

  test("tables of different names give models of different names", async () => {
    const cwd = emptyFolder();
    for (const name of ["sales.2023.csv", "sales.2024.csv"]) {
      copyFileSync(IRIS, join(cwd, name));
      await runCli(["train", name, "--target", "species", "--epochs", "1", "--quiet"], { cwd });
    }
    expect(readdirSync(cwd).filter((name) => name.endsWith(".safetensors"))).toEqual([
      "sales.2023.safetensors",
      "sales.2024.safetensors",
    ]);
  });

  test("a reader that goes away does not cost the model", async () => {
    const cwd = emptyFolder();
    const command = `"$0" "$1" train "$2" --target species --epochs 60 2>&1 | head -1`;
    const { status } = spawnSync("sh", ["-c", command, process.execPath, BIN, IRIS], { cwd });
    expect(status).toBe(0);
    expect(readdirSync(cwd)).toEqual(["iris.safetensors"]);
  });
});

describe("predict and evaluate", () => {
  const predict = (args: readonly string[]): Promise<Ended> =>
    runCli(["predict", "cars.safetensors", ...args], { cwd: folder });

  test("adds a column in the target's own unit", async () => {
    const { stdout, status } = await predict([CARS]);
    const lines = stdout.trim().split("\r\n");
    expect(status).toBe(0);
    expect(lines).toHaveLength(407);
    expect(lines[0]).toBe(`${readFileSync(CARS, "utf8").split("\n")[0].trim()},prediction`);
    const predictions = lines.slice(1).map((line) => Number(line.split(",").at(-1)));
    expect(predictions.every((value) => value > 0 && value < 60)).toBe(true);
  });

  test("class probabilities add up to 1, as JSON lines, and the file is there whole", async () => {
    const cwd = emptyFolder();
    await runCli(["train", IRIS, "--target", "species", "--epochs", "40", "--quiet"], { cwd });
    await runCli(["predict", "iris.safetensors", IRIS, "--out", "p.jsonl"], { cwd });
    const rows = readFileSync(join(cwd, "p.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(150);
    for (const row of rows) {
      const p = ["setosa", "versicolor", "virginica"].map((name) => row[`probability ${name}`]);
      expect(p[0] + p[1] + p[2]).toBeCloseTo(1, 5);
      expect(row[`probability ${row.prediction}`]).toBe(Math.max(...p));
    }
    expect(readdirSync(cwd).sort()).toEqual(["iris.safetensors", "p.jsonl"]);
  });

  test("evaluate gives the metrics of the whole table", async () => {
    // The default recipe would save a model that was trained once more, with the test rows.
    const train = ["train", CARS, "--target", "miles_per_gallon", "--recipe", "fast", "--out", "fast.safetensors"];
    const { stdout: said } = await runCli([...train, "--json"], { cwd: folder });
    const { stdout } = await runCli(["evaluate", "fast.safetensors", CARS, "--json"], { cwd: folder });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ task: "regression", target: "miles_per_gallon", rows: 398, missingTargets: 8 });
    const parts = JSON.parse(said).metrics;
    const scores = [parts.train.mae, parts.validation.mae, parts.test.mae];
    expect(report.metrics.mae).toBeGreaterThan(Math.min(...scores));
    expect(report.metrics.mae).toBeLessThan(Math.max(...scores));
  });

  test("a new category is told, and predicted all the same", async () => {
    const rows = readFileSync(CARS, "utf8").trim().split(/\r?\n/);
    const moon = file(
      "moon.csv",
      [rows[0], ...rows.slice(1, 4).map((row) => row.replace(/,[^,]*$/, ",Moon"))].join("\n"),
    );
    const { stdout, stderr, status } = await predict([moon]);
    expect(status).toBe(0);
    expect(stderr).toContain("column 'origin': 3 rows hold categories that training never saw (Moon)");
    expect(stdout.trim().split("\n")).toHaveLength(4);
  });

  test("a table that lacks a column is refused, with the column's name", async () => {
    const { status, stderr, stdout } = await predict([IRIS]);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/no column 'cylinders', which the model was trained with/);
  });

  test("a model that is cut short is refused", async () => {
    const whole = readFileSync(join(folder, "cars.safetensors"));
    const cut = file("cut.safetensors", whole.subarray(0, whole.length - 100));
    const { status, stderr } = await runCli(["predict", cut, CARS], { cwd: folder });
    expect(status).toBe(2);
    expect(stderr).toContain("the file is cut short");
  });
});

describe("bad tables: status 2, a sentence that helps, nothing written", () => {
  const good = (i: number): string => `${noise(i, 1)},${noise(i, 2)},${i % 2 === 0 ? "yes" : "no"}`;
  const cases: [string, () => string, string, RegExp][] = [
    ["no such file", () => "/nowhere/table.csv", "y", /no such file/],
    ["a folder", () => emptyFolder(), "y", /folder/],
    ["an empty file", () => file("t.csv", ""), "y", /empty/],
    ["a header alone", () => file("t.csv", "a,b,y\n"), "y", /no rows/],
    [
      "a binary file",
      () =>
        file(
          "t.csv",
          new Uint8Array(3000).map((_, i) => (i * 89) % 256),
        ),
      "y",
      /binary|not text|UTF-8|bytes/i,
    ],
    [
      "HTML named .csv",
      () => file("t.csv", "<!DOCTYPE html>\n<html><body><p>Not found</p></body></html>\n"),
      "y",
      /web page|HTML/,
    ],
    [
      "ragged rows",
      () =>
        file(
          "t.csv",
          table("a,b,y", (i) => (i === 30 ? "1,2" : good(i))),
        ),
      "y",
      /line 32/,
    ],
    ["duplicate names", () => file("t.csv", table("a,a,y", good)), "y", /'a'/],
    ["a missing name", () => file("t.csv", table("a,,y", good)), "y", /column 2|second/],
    ["a target that is not there", () => file("t.csv", table("a,b,outcome", good)), "outcom", /did you mean 'outcome'/],
    [
      "a target of one value",
      () =>
        file(
          "t.csv",
          table("a,b,y", (i) => `${noise(i, 1)},${i},same`),
        ),
      "y",
      /'same' in every row/,
    ],
    [
      "all values missing",
      () =>
        file(
          "t.csv",
          table("a,b,y", (i) => `${noise(i, 1)},${i},`),
        ),
      "y",
      /has no values at all/,
    ],
    [
      "Infinity in numbers",
      () =>
        file(
          "t.csv",
          table("a,b,y", (i) => (i === 9 ? "inf,1,yes" : good(i))),
        ),
      "y",
      /column 'a', row 10: expected a finite number, got 'inf'/,
    ],
    [
      "Infinity in numbers",
      () =>
        file(
          "t.csv",
          table("a,b,y", (i) => (i === 9 ? "inf,1,yes" : good(i))),
        ),
      "y",
      /Infinity|inf/i,
    ],
    [
      "more classes than rows allow",
      () =>
        file(
          "t.csv",
          table("a,b,y", (i) => `${noise(i, 1)},${i},k${i >> 1}`),
        ),
      "y",
      /30 different values in 60 rows/,
    ],
    [
      "only a target",
      () =>
        file(
          "t.csv",
          table("y", (i) => (i % 2 === 0 ? "yes" : "no")),
        ),
      "y",
      /no column is left to learn from/,
    ],
    [
      "one value in the training rows",
      () =>
        file(
          "t.csv",
          table("a,y", (i) => `${noise(i, 1)},${i === 10 ? 0.5 : 0}`, 12),
        ),
      "y",
      /'0' in every one of the 10 training rows: add rows/,
    ],
    ["one row", () => file("t.csv", "a,y\n1,3.5\n"), "y", /'3.5' in every row/],
  ];
  test.each(cases)("%s", async (_, path, target, message) => {
    const cwd = emptyFolder();
    const { status, stdout, stderr } = await runCli(["train", path(), "--target", target], { cwd });
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe("--embed", () => {
  const rows = 120;
  const city = (i: number): string => (i % 11 === 10 ? "" : `c${i % 10}`);
  const csv = table("city,8,size,price", (i) => `${city(i)},k${i % 3},${noise(i, 1)},${i % 10}.${i % 7}`, rows);
  const embeddedBy = async (...given: string[]): Promise<unknown> => {
    const data = file("t.csv", csv);
    const flags = ["--target", "price", "--epochs", "2", "--json", "--out", join(emptyFolder(), "m.safetensors")];
    const { stdout } = await runCli(["train", data, ...flags, ...given.flatMap((one) => ["--embed", one])], {
      cwd: emptyFolder(),
    });
    return JSON.parse(stdout).columns.flatMap(({ name, why }: { name: string; why: string }) =>
      why.endsWith("to be embedded") ? [name] : [],
    );
  };

  test.each<[string[], string[]]>([
    [["city"], ["city"]],
    [["city,8"], ["city", "8"]],
    [
      ["city", "8"],
      ["city", "8"],
    ],
    // A column's name comes before a number.
    [["8"], ["8"]],
    [["9"], ["city"]],
    [["0"], ["city", "8"]],
    [["99"], []],
    [["none"], []],
  ])("%j embeds %j", async (given, wanted) => expect(await embeddedBy(...given)).toEqual(wanted));

  test("makes models that every command takes", async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "t.csv"), csv);
    const run = (...args: string[]): Promise<Ended> => runCli(args, { cwd });
    expect((await run("train", "t.csv", "--target", "price", "--embed", "city", "--recipe", "fast")).status).toBe(0);
    writeFileSync(join(cwd, "new.csv"), "city,8,size\nc1,k1,0\nOslo,k1,0\n,k1,0\n");
    const predicted = await run("predict", "t.safetensors", "new.csv");
    expect(predicted.stderr).toContain("column 'city': 1 row holds categories that training never saw (Oslo)");
    const values = predicted.stdout.trim().split("\n").slice(1).map((line) => Number(line.split(",").at(-1))); // biome-ignore format: one line
    expect(new Set(values.filter(Number.isFinite)).size).toBe(3);
    const explain = ["explain", "t.safetensors", "t.csv", "--row", "2", "--view", "index", "--of"];
    const [, place] = /(\d+): city = c1/.exec((await run(...explain, "W2")).stdout) ?? [];
    const index = await run(...explain, `E1[${Number(place) + 1},1]`);
    expect(index.stdout).toContain("∂L/∂E₁[“city = c1”,1] = δ₁[5]");
    const certificate = await run("check", "t.safetensors", "--batch", "t.csv");
    expect(certificate.stdout).toMatch(/∂L\/∂E1\[“city = c\d”\]\[\d\]/);
    expect(certificate.stdout).toContain("All gradients are right");
    const program = await run("emit", "t.safetensors", "--lang", "c");
    expect(program.stdout).toMatch(/E1/);
    expect(program.stdout).toMatch(/11 where it is missing/);
  });
});

describe("bad options: status 2, nothing written", () => {
  test.each([
    [["--hidden", "0"], /each ≥ 1/],
    [["--hidden", "8,x"], /each ≥ 1/],
    [["--lr", "-1"], /a number > 0/],
    [["--epochs", "0"], /a whole number ≥ 1/],
    [["--dropout", "1"], /≥ 0 and < 1/],
    [["--batch", "1.5"], /a whole number/],
    [["--seed", "x"], /a whole number/],
    [["--activation", "tahn"], /tanh/],
    [["--optimizer", "adamm"], /adam/],
    [["--drop", "cylindres"], /Did you mean 'cylinders'/],
    [["--embed", "orgin"], /--embed: .*'orgin'\nDid you mean 'origin'/],
    [["--embed", "weight_lbs"], /'weight_lbs' is no column of categories .*type is category/],
    [["--hiden", "8"], /--hidden/],
    [["--out", "/proc/nowhere/model.safetensors"], /cannot write/],
    [["--out", "."], /folder/],
    [["--out", ""], /without a name/],
    [["--out", "-"], /standard output/],
    [["--drop", "miles_per_gallon"], /names the target/],
  ])("%j", async (args, message) => {
    const cwd = emptyFolder();
    const { status, stderr } = await runCli(["train", CARS, "--target", "miles_per_gallon", "--epochs", "2", ...args], {
      cwd,
    });
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("a full disk is said", async () => {
    const cwd = emptyFolder();
    const args = ["train", CARS, "--target", "miles_per_gallon", "--epochs", "2", "--out", "/dev/full"];
    const { status, stderr } = await runCli(args, { cwd });
    expect(stderr).toMatch(/cannot write '\/dev\/full': .*(full|space)/);
    expect(status).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
