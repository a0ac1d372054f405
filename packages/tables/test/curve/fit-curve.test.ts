/** fitCurve: one call on rows of any form, what it says of the curve, and what it refuses. */
import { describe, expect, expectTypeOf, test } from "vitest";
import { fitCurve } from "../../src/curve/fit-curve.ts";
import { MissingStartError } from "../../src/curve/model.ts";
import { FormulaError } from "../../src/formula/formula-error.ts";
import { EncodingError } from "../../src/table/table.ts";

/** y = 3 e^(−0.5 x), and a row without y. */
const times = [0, 1, 2, 3, 5, 8, 13];
const rows = [...times.map((x) => ({ x, y: 3 * Math.exp(-0.5 * x) })), { x: 4, y: null }];
const start = { a: 1, b: 1 };

async function refusal(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error("it was accepted");
    },
    (error) => error,
  );
}

describe("a curve", () => {
  test("its parameters by name, as numbers", async () => {
    const fit = await fitCurve(rows, "y = a * exp(-b * x)", { start });
    expect(fit.parameters.a).toBeCloseTo(3, 10);
    expect(fit.parameters.b).toBeCloseTo(0.5, 10);
    expect(fit.standardErrors.a).toBeLessThan(1e-8);
    expect(fit).toMatchObject({ converged: true, rows: 7, missing: 1, degreesOfFreedom: 5, warnings: [] });
    expect(fit.standing).toEqual({ a: "free", b: "free" });
    expect(fit.covariance).toHaveLength(4);
    expectTypeOf(fit.parameters).toEqualTypeOf<Readonly<Record<"a" | "b", number>>>();
  });

  test("the same of columns, and of both sides apart; the target may be a formula or have blanks", async () => {
    const columns = { "the x": times, "of y": times.map((x) => 3 * Math.exp(-0.5 * x)) };
    const whole = await fitCurve(columns, "of y = a * exp(-b * `the x`)", { start });
    const apart = await fitCurve(columns, { target: "of y", model: "a * exp(-b * `the x`)" }, { start });
    expect(apart.parameters).toEqual(whole.parameters);
    const logarithm = await fitCurve(columns, "log(`of y`) = log(a) - b * `the x`", { start });
    expect(logarithm.parameters.b).toBeCloseTo(0.5, 10);
  });

  test("predicts one row as a number and many as a list, and knows nothing where a column is missing", async () => {
    const fit = await fitCurve(rows, "y = a * exp(-b * x)", { start });
    expect(fit.predict({ x: 2 })).toBeCloseTo(3 * Math.exp(-1), 10);
    expect(fit.predict({ x: "2" })).toBe(fit.predict({ x: 2 }));
    const many = fit.predict([{ x: 0 }, { x: null }, { x: 2 }]);
    expect(many[0]).toBeCloseTo(3, 10);
    expect(many[1]).toBeNaN();
    expect(fit.predict({ x: [0, 2] })).toEqual(Float64Array.of(many[0], many[2]));
    expectTypeOf(many).toEqualTypeOf<Float64Array>();
    expect(() => fit.predict({ z: 2 })).toThrow(EncodingError);
    const level = await fitCurve([{ y: 1 }, { y: 3 }], "y = c", { start: { c: 0 } });
    expect(Array.from(level.predict([{ y: 7 }, { y: 8 }]))).toEqual([2, 2]);
  });

  test("keeps within bounds, and says so", async () => {
    const fit = await fitCurve(rows, "y = a * exp(-b * x)", { start, upper: { a: 2 } });
    expect(fit.parameters.a).toBe(2);
    expect(fit.standing.a).toBe("on upper bound");
    expect(fit.standardErrors.a).toBeNaN();
    expect(fit.warnings).toContainEqual(expect.objectContaining({ kind: "on a bound", parameter: "a" }));
  });

  test("that is not there yet says so, in no command's words", async () => {
    const fit = await fitCurve(rows, "y = a * exp(-b * x)", { start: { a: 9, b: 2 }, iterations: 2, restarts: false });
    expect(fit).toMatchObject({ stopped: "iterations", converged: false, ending: "the iterations were used up" });
    expect(fit.warnings.map(({ kind }) => kind)).toContain("iterations");
    expect(JSON.stringify(fit.warnings)).not.toContain("--");
  });

  test("tells its rows and steps, and ends where it is told to", async () => {
    const controller = new AbortController();
    const told: unknown[] = [];
    const fit = await fitCurve(rows, "y = a * exp(-b * x)", {
      start,
      signal: controller.signal,
      onPrepared: (counted) => told.push(counted),
      onIteration: () => controller.abort(),
    });
    expect(told).toEqual([{ rows: 7, missing: 1 }]);
    expect(fit.stopped).toBe("aborted");
  });
});

describe("it refuses", () => {
  test.each<[string, string, Record<string, number>, number | undefined, RegExp]>([
    ["no equation", "a * exp(x)", { a: 1 }, 11, /no '='/],
    ["two signs", "y = a = x", { a: 1 }, 7, /second '='/],
    ["no left side", " = a * x", { a: 1 }, 2, /nothing stands before/],
    ["no right side", "y = ", { a: 1 }, 3, /nothing stands after/],
    ["a formula that is none, at its place in the equation", "y = a * (x", { a: 1 }, 9, /never closed \(column 9\)/],
    ["a left side that is none", "y + = a * x", { a: 1 }, 3, /missing after '\+'/],
    ["a parameter without a start", "y = a * x + b", { a: 1 }, 13, /'b' is no column and has no start/],
  ])("%s", async (_, equation, start, column, message) => {
    const error = await refusal(fitCurve(rows, equation, { start }));
    expect(error).toBeInstanceOf(FormulaError);
    expect(error.message).toMatch(message);
    expect((error as FormulaError).column).toBe(column);
  });

  test("starts of nothing and of columns, naming the option", async () => {
    const clash = await refusal(fitCurve(rows, "y = x * a", { start: { a: 1, x: 2 } }));
    expect(clash).toMatchObject({ message: "start: 'x' is a column of the table", option: "start" });
    const idle = await refusal(fitCurve(rows, "y = x * a", { start: { a: 1, q: 2 } }));
    expect(idle).toMatchObject({ message: "start: the model has no parameter 'q'", option: "start" });
    const missing = await refusal(fitCurve(rows, "y = x * a", { start: {} }));
    expect(missing).toBeInstanceOf(MissingStartError);
    expect(missing).toMatchObject({ parameter: "a", hint: expect.stringContaining("start: { a: 1 }") });
  });

  test("a curve that is not finite at the start, naming the row as people count", async () => {
    const error = await refusal(fitCurve(rows, "y = a * log(x - 2)", { start: { a: 1 } }));
    expect(error).toBeInstanceOf(EncodingError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/not finite at the start: log\(-2.* in row 1$/),
      row: 0,
    });
  });

  test("columns that are no numbers, options that are none, and names in types", async () => {
    const text = await refusal(fitCurve([{ x: "a", y: 1 }], "y = a * x", { start: { a: 1 } }));
    expect(text.message).toBe("column 'x' holds text, expected numbers");
    await expect(fitCurve(rows, "y = a * x", { start: { a: 1 }, strat: 1 } as never)).rejects.toThrow(
      "did you mean 'start'?",
    );
    await expect(fitCurve(rows, "y = a * x", { start: { a: 1 }, method: "newtn" as "newton" })).rejects.toThrow(
      "newton",
    );
    // @ts-expect-error: there is no parameter c to bound
    await expect(fitCurve(rows, "y = a * x", { start: { a: 1 }, lower: { c: 1 } })).rejects.toThrow("c");
  });
});
