/** Runs emitted programs in their own languages; where one is missing, says what to install (and fails with CI set). */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { outputsOf, parametersOf, predictionWidth, targetWidth } from "@chaingrad/core";
import type { Batch } from "@chaingrad/core/net";
import { transformSync } from "esbuild";
import { emit } from "../../src/emit/emit.ts";
import type { Language } from "../../src/emit/names.ts";
import { type Case, RATE } from "./cases.ts";

/** Flat numbers by name, as `expected` names them. */
export type Results = Readonly<Record<string, readonly number[]>>;

/** For each case what its program makes of each batch; undefined where the language is missing. */
export type Run = (cases: readonly Case[]) => Promise<Results[][] | undefined>;

const ROOT = resolve(import.meta.dirname, "../../../..");

function write(cases: readonly Case[], language: Language, extension: string): { folder: string; files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "chaingrad-test-"));
  const files = cases.map(({ opened }, i) => {
    const file = join(folder, `net${i}.${extension}`);
    writeFileSync(file, emit(opened, language, "training-step"));
    return file;
  });
  return { folder, files };
}

/** Whether a command can be started. */
function has(command: string, args: readonly string[], what: string): boolean {
  try {
    execFileSync(command, args, { stdio: "pipe" });
    return true;
  } catch {
    if (process.env.CI) throw new Error(`this test needs ${what}`);
    console.warn(`skipped, for want of ${what}`);
    return false;
  }
}

/** In this process, after tsc has found nothing wrong with the types. */
export const runTypescript: Run = async (cases) => {
  const { folder, files } = write(cases, "typescript", "ts");
  const strict = [
    "--strict",
    "--noUnusedLocals",
    "--noUnusedParameters",
    "--noImplicitReturns",
    "--erasableSyntaxOnly",
  ];
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  execFileSync(tsc, ["--noEmit", "--target", "es2022", "--types", "", ...strict, ...files], { cwd: folder });
  return Promise.all(
    cases.map(async ({ opened, batches }, i) => {
      const file = join(folder, `net${i}.mjs`);
      writeFileSync(file, transformSync(emit(opened, "typescript", "training-step"), { loader: "ts" }).code);
      const net = await import(pathToFileURL(file).href);
      return batches.map(({ x, y }) => {
        const { L, gradient, dL_dx } = net.gradients(net.weights, x, y);
        const step = net.trainingStep(net.weights, x, y, RATE);
        return {
          outputs: Array.from<number>(net.forward(net.weights, x).y),
          prediction: Array.from<number>(net.predict(net.weights, x)),
          L: [L],
          ...flat("gradient ", { ...gradient, x: dL_dx }),
          ...flat("next ", step.parameters),
        };
      });
    }),
  );
};

const flat = (prefix: string, tensors: Readonly<Record<string, Float64Array>>): Results =>
  Object.fromEntries(Object.entries(tensors).map(([name, values]) => [`${prefix}${name}`, Array.from(values)]));

const PYTHON_RUNNER = `
import importlib, json, sys
import numpy as np
np.seterr(invalid="raise", divide="raise")
def run(name, batches):
    net = importlib.import_module(name)
    return [results(net, np.array(b["x"], dtype=float), np.array(b["y"]), b["rate"]) for b in batches]
def results(net, x, y, rate):
    L, gradient, dL_dx = net.gradients(net.weights, x, y)
    _, after = net.training_step(net.weights, x, y, rate)
    found = {"outputs": net.forward(net.weights, x)["y"], "prediction": net.predict(net.weights, x), "L": L}
    found.update({"gradient " + name: value for name, value in {**gradient, "x": dL_dx}.items()})
    found.update({"next " + name: value for name, value in after.items()})
    for name, value in gradient.items():
        assert value.shape == net.weights[name].shape, name
    assert dL_dx.shape == x.shape
    return {name: np.ravel(value).tolist() for name, value in found.items()}
json.dump([run(name, batches) for name, batches in json.load(sys.stdin)], sys.stdout)
`;

export const runPython: Run = async (cases) => {
  if (!has("python3", ["-c", "import numpy"], "Python with NumPy: apt install python3-numpy")) return undefined;
  const { folder } = write(cases, "python", "py");
  const given = cases.map(({ opened, batches }, i) => [
    `net${i}`,
    batches.map(({ rows, x, y }) => ({
      x: nested(x, rows),
      y: opened.objective.loss.target === "labels" ? Array.from(y) : nested(y, rows),
      rate: RATE,
    })),
  ]);
  const output = execFileSync("python3", ["-W", "error", "-c", PYTHON_RUNNER], {
    cwd: folder,
    input: JSON.stringify(given),
    encoding: "utf8",
  });
  return JSON.parse(output);
};

function nested(values: Float64Array, rows: number): number[][] {
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * width, (row + 1) * width)));
}

export const runC: Run = async (cases) => {
  if (!has("cc", ["--version"], "a C compiler: apt install gcc")) return undefined;
  const { folder } = write(cases, "c", "c");
  // One after the other on each core: compiling is what takes the time.
  const results: Results[][] = [];
  const queue = cases.entries();
  const worker = async (): Promise<void> => {
    for (const [i, one] of queue) results[i] = await compileAndRun(one, `${i}`, folder);
  };
  await Promise.all([worker(), worker()]);
  return results;
};

const execute = promisify(execFile);

async function compileAndRun(one: Case, number: string, folder: string): Promise<Results[]> {
  const [main, program] = [join(folder, `main${number}.c`), join(folder, `main${number}`)];
  writeFileSync(main, cMain(one, `net${number}.c`));
  const warnings = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];
  await execute("cc", [...warnings, "-O1", "-o", program, main, "-lm"]);
  const lines = (await execute(program)).stdout.trim().split("\n");
  const perBatch = lines.length / one.batches.length;
  return one.batches.map((_, batch) =>
    Object.fromEntries(
      lines.slice(batch * perBatch, (batch + 1) * perBatch).map((line) => {
        const [name, values] = line.split(":");
        return [name, values.trim().split(" ").map(Number)];
      }),
    ),
  );
}

/** A program that prints "name: numbers" for everything that is compared. */
function cMain({ opened, batches }: Case, file: string): string {
  return `#include <stdio.h>
#include "${file}"
static void print(const char *name, int count, const double *values) {
  printf("%s:", name);
  for (int i = 0; i < count; i++) printf(" %.17g", values[i]);
  printf("\\n");
}
int main(void) {
${batches.map((batch) => cBatch(opened, batch)).join("")}  return 0;
}
`;
}

function cBatch(net: Case["opened"], { rows, x, y }: Batch): string {
  const { loss } = net.objective;
  const outputs = outputsOf(net.network);
  const predicted = predictionWidth(loss, outputs);
  const matrix = (values: Float64Array): string =>
    `{${nested(values, rows).map((row) => `{${row.map(String).join(", ")}}`)}}`;
  const target =
    loss.target === "labels"
      ? `static const int target[${rows}] = {${Array.from(y).join(", ")}}`
      : `static const double target[${rows}][${targetWidth(loss, outputs)}] = ${matrix(y)}`;
  const parameters = parametersOf(net.network).map(({ name, shape }) => ({
    name,
    size: shape.reduce((a, b) => a * b),
  }));
  const print = (name: string, count: number, values: string): string =>
    `    print("${name}", ${count}, (const double *)${values});\n`;
  return `  {
    static const double x[${rows}][${net.network.inputs}] = ${matrix(x)};
    ${target};
    double prediction[${rows}][${predicted}], dx[${rows}][${net.network.inputs}];
    Parameters gradient, next = weights;
    predict(&weights, ${rows}, x, prediction);
    const double loss = gradients(&weights, ${rows}, x, target, &gradient, dx);
    const double before = training_step(&next, ${rows}, x, target, ${RATE});
    if (before != loss) return 1;
${print("prediction", rows * predicted, "prediction")}${print("L", 1, "&loss")}${print("gradient x", x.length, "dx")}${parameters
  .map(
    ({ name, size }) =>
      print(`gradient ${name}`, size, `gradient.${name}`) + print(`next ${name}`, size, `next.${name}`),
  )
  .join("")}  }
`;
}
