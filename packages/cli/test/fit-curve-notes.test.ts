/** What fit-curve says beside the numbers: parameters that are held or without influence, poor fits, and what was tried. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const CURVES = join(import.meta.dirname, "fixtures/reports");

function tableOf(x: readonly number[], y: readonly number[]): string {
  const path = join(emptyFolder(), "table.csv");
  writeFileSync(path, `x,y\n${x.map((value, i) => `${value},${y[i]}`).join("\n")}\n`);
  return path;
}

async function fit(path: string, model: string, start: string, ...more: string[]) {
  const args = ["fit-curve", path, "--target", "y", "--model", model, "--start", start, ...more];
  const { status, stdout, stderr } = await runCli(args, { cwd: emptyFolder() });
  return { status, stdout, stderr, report: more.includes("--json") && stdout !== "" ? JSON.parse(stdout) : undefined };
}

/** Noise that repeats: about normal, of standard deviation 1. */
function noise(n: number, seed: number): number[] {
  let state = seed;
  const uniform = (): number => {
    state = (1103515245 * state + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  return Array.from({ length: n }, () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6));
}

const steps = (n: number, width: number): number[] => Array.from({ length: n }, (_, i) => (i * width) / n);

describe("a parameter without influence", () => {
  test("a step that lies beyond the data: the rest is fitted, the parameter named", async () => {
    const path = join(CURVES, "five.csv");
    const { status, stdout, stderr, report } = await fit(path, "l+h*sigmoid(10*(x-75))", "l=0,h=1", "--json");
    expect(status).toBe(0);
    expect(report.parameters.l.value).toBeCloseTo(3.2, 12);
    expect(report.residualSumOfSquares).toBeCloseTo(14.8, 10);
    expect(report.parameters.h).toMatchObject({ stderr: null, standing: "no influence" });
    expect(stderr).toMatch(/warning: h has no influence here/);
    expect(stderr).toMatch(/warning: a poor fit: R² = 0, no better than the mean/);
    expect(stdout).not.toMatch(/NaN/);
  });

  test.each<[string, string, string, string[], Record<string, number>]>([
    ["an exponential long over", "a*exp(-b*(x+800))+c", "a=1,b=1,c=0", ["a", "b"], { c: 3.2 }],
    ["a saturated tanh", "l+h*tanh(50*(x+9))+0*x", "l=0,h=0", [], {}],
    ["a peak far off", "c+h*exp(-((x-500)/w)^2)", "c=1,h=1,w=1", ["h", "w"], { c: 3.2 }],
  ])("%s", async (_, model, start, named, values) => {
    const { report } = await fit(join(CURVES, "five.csv"), model, start, "--json", "--no-restarts");
    for (const name of named) expect(report.parameters[name].standing, name).toBe("no influence");
    for (const [name, value] of Object.entries(values)) expect(report.parameters[name].value).toBeCloseTo(value, 9);
    expect(report.warnings.filter((warning: string) => warning.includes("no influence"))).toHaveLength(named.length);
  });

  test("a step so sharp that its sharpness cannot be told", async () => {
    const x = steps(40, 40);
    // Beside the step the rows lie on its far sides, so that the sharper, the better.
    const y = noise(40, 3).map((e, i) => (x[i] < 20 ? 2 : 7) + 0.1 * (i === 19 ? -1 : i === 20 ? 1 : e));
    const { report, stderr } = await fit(tableOf(x, y), "l+h*sigmoid(s*(x-19.5))", "l=0,h=1,s=1", "--json");
    expect(report.parameters.s.standing).toBe("no influence");
    expect(report.parameters.s.stderr).toBeNull();
    expect(report.parameters.h.value).toBeCloseTo(5, 0);
    expect(stderr).toMatch(/s has no influence here/);
  });
});

describe("a parameter on its bound", () => {
  test("the others' errors are those with its value given", async () => {
    const path = join(CURVES, "on_bound.csv");
    const { report, stderr } = await fit(path, "a*exp(-b*x)+c", "a=1,b=1,c=1", "--lower", "c=0.5", "--json");
    expect(report.parameters.c).toEqual({ value: 0.5, stderr: null, standing: "on lower bound" });
    expect(stderr).toMatch(/c ended on its lower bound, 0\.5: it has no standard error/);
    // Two parameters of 40 rows, with the Jacobian and the inverse of 2 × 2 written out.
    const { a, b } = report.parameters;
    const J = steps(40, 8).map((x) => [Math.exp(-b.value * x), -a.value * x * Math.exp(-b.value * x)]);
    const [aa, ab, bb] = [[0, 0] as const, [0, 1] as const, [1, 1] as const].map(([i, j]) =>
      J.reduce((sum, row) => sum + row[i] * row[j], 0),
    );
    const variance = report.residualSumOfSquares / 38;
    expect(report.degreesOfFreedom).toBe(38);
    expect(a.stderr).toBeCloseTo(Math.sqrt((variance * bb) / (aa * bb - ab ** 2)), 8);
    expect(b.stderr).toBeCloseTo(Math.sqrt((variance * aa) / (aa * bb - ab ** 2)), 8);
    // The same as a model in which it is a number.
    const fixed = await fit(path, "a*exp(-b*x)+0.5", "a=1,b=1", "--json");
    expect(a.stderr).toBeCloseTo(fixed.report.parameters.a.stderr, 8);
    expect(report.residualStandardDeviation).toBeCloseTo(fixed.report.residualStandardDeviation, 8);
  });

  test.each<[string, string[], string, string]>([
    ["an upper bound", ["--upper", "b=2"], "b", "on upper bound"],
    ["a lower bound", ["--lower", "b=4"], "b", "on lower bound"],
    ["both bounds the same", ["--lower", "b=3.5", "--upper", "b=3.5"], "b", "on lower bound"],
  ])("%s of a straight line: the other's error is that of a mean", async (_, bounds, name, standing) => {
    const x = [0, 1, 2, 3, 4, 5];
    const y = [1.2, 3.8, 7.1, 10.3, 12.6, 16.2];
    const { report } = await fit(tableOf(x, y), "a+b*x", "a=0,b=3", ...bounds, "--json");
    const b = report.parameters[name];
    expect(b.standing).toBe(standing);
    const rest = y.map((value, i) => value - b.value * x[i]);
    const mean = rest.reduce((sum, value) => sum + value / 6, 0);
    const squares = rest.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(report.parameters.a.value).toBeCloseTo(mean, 8);
    expect(report.parameters.a.stderr).toBeCloseTo(Math.sqrt(squares / 5 / 6), 8);
  });
});

describe("how good the fit is", () => {
  const x = steps(60, 6);
  const small = noise(60, 11).map((e) => 0.05 * e);

  test.each<[string, (x: number) => number]>([
    ["a parabola", (t) => t * t],
    ["a wave", (t) => 3 * t + Math.sin(2 * t)],
    ["a bend", (t) => 2 * t + Math.abs(t - 3)],
  ])("a line through %s: the pattern of its residuals is told", async (_, curve) => {
    const path = tableOf(
      x,
      x.map((t, i) => curve(t) + small[i]),
    );
    const { report, stderr, status } = await fit(path, "a+b*x", "a=0,b=1", "--json");
    expect(status).toBe(0);
    expect(report.runs.along).toBe("x");
    expect(report.runs.z).toBeLessThan(-3);
    expect(stderr).toMatch(/a pattern in the residuals: along 'x' they change their sign \d+ times where chance/);
  });

  test("rows in any order: the pattern is along the input", async () => {
    const shuffled = x.map((_, i) => x[(i * 37) % 60]);
    const { report } = await fit(
      tableOf(
        shuffled,
        shuffled.map((t) => t * t),
      ),
      "a+b*x",
      "a=0,b=1",
      "--json",
    );
    expect(report.runs).toMatchObject({ along: "x", count: 3 });
  });

  test("a right model: no word", async () => {
    const path = tableOf(
      x,
      x.map((t, i) => 1 + 2 * t + small[i]),
    );
    const { report, stderr } = await fit(path, "a+b*x", "a=0,b=1", "--json");
    expect(report.warnings).toEqual([]);
    expect(stderr).toBe("");
    const exact = await fit(
      tableOf(
        x,
        x.map((t) => 1 + 2 * t),
      ),
      "a+b*x",
      "a=0,b=1",
      "--json",
    );
    expect(exact.report.warnings).toEqual([]);
    expect(exact.report.r2).toBe(1);
  });

  test.each<[string, number[], string, RegExp]>([
    ["noise alone", noise(60, 5), "a+b*x", /a poor fit: R² = 0\.\d+/],
    ["worse than the mean", x.map((t) => 20 - t), "a*x", /a poor fit: R² = -\d.*no better than the mean alone/],
    ["nothing that varies along", noise(60, 9), "a", /a poor fit: R² = -?[\d.e-]+, no better than the mean|R² = 0/],
  ])("%s is a poor fit", async (_, y, model, message) => {
    const start = model.includes("b") ? "a=0,b=0" : "a=0";
    const { stderr } = await fit(tableOf(x, y), model, start);
    expect(stderr).toMatch(message);
  });
});

describe("what was tried", () => {
  const x = steps(50, 50);
  const y = noise(50, 21).map((e, i) => 9 * Math.exp(-(((x[i] - 31) / 4) ** 2)) + 0.1 * e);

  test("other starts are said, with the one that won", async () => {
    const { status, stdout } = await fit(tableOf(x, y), "h*exp(-((x-m)/w)^2)", "h=1,m=-200,w=1");
    expect(status).toBe(0);
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /\d+ tries; from the start given by levenberg-marquardt: sum of squares/,
    );
    expect(stdout.replaceAll("\n", " ")).toMatch(/the best: levenberg-marquardt from h=\S+, m=\S+, w=\S+/);
    expect(stdout).toMatch(/^m +3[01]\.\d+ +0\.0\d+$/m);
  });

  test.each([["--no-restarts"], ["--method", "levenberg-marquardt"], ["--method", "bfgs"]])(
    "%s %s: from this start alone",
    async (...options) => {
      const flags = options.filter((option): option is string => option !== undefined);
      const { report } = await fit(tableOf(x, y), "h*exp(-((x-m)/w)^2)", "h=1,m=-200,w=1", ...flags, "--json");
      expect(report.tries).toHaveLength(1);
      expect(report.r2).toBeLessThan(0.5);
      expect(report.parameters.m.standing).toBe("no influence");
    },
  );

  test("a start where the model is not finite: another is found and said, or it is refused", async () => {
    const grown = tableOf(
      x,
      x.map((t) => 2 * Math.exp(0.05 * t)),
    );
    const { status, stdout } = await fit(grown, "a*exp(b*x)", "a=1,b=50000");
    expect(status).toBe(0);
    expect(stdout.replaceAll("\n", " ")).toMatch(/from the start given by levenberg-marquardt: not finite; the best:/);
    expect(stdout).toMatch(/^b +0\.05 /m);
    const alone = await fit(grown, "a*exp(b*x)", "a=1,b=50000", "--no-restarts");
    expect(alone.status).toBe(2);
    expect(alone.stderr).toMatch(/not finite at the start: exp\(/);
  });

  test.each(["gauss-newton", "lbfgs", "scaled-conjugate-gradient"])(
    "%s alone: exit status 1 where it is no minimum",
    async (method) => {
      const years = steps(40, 100).map((t) => 1900 + t);
      const grown = years.map((t) => 250 / (1 + Math.exp(-0.08 * (t - 1952))));
      const options = ["--method", method, "--iterations", "3", "--json"];
      const { status, report, stderr } = await fit(
        tableOf(years, grown),
        "k/(1+exp(-r*(x-m)))",
        "k=1,r=0.01,m=1900",
        ...options,
      );
      expect(report.converged).toBe(false);
      expect(status).toBe(1);
      expect(stderr).toMatch(/no minimum was found|not at a minimum yet/);
    },
  );
});
