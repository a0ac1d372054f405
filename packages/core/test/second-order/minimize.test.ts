/** Minimizing expressions: results that are known, bounds, errors of parameters, and everything that is refused. */
import { describe, expect, test } from "vitest";
import { NonFiniteError } from "../../src/diagnosis/first-fault/first-fault.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { exp, log } from "../../src/ops/elementary.ts";
import { add, mul, square, sub } from "../../src/ops/ring.ts";
import { slice } from "../../src/ops/shape.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { type MinimizerName, minimizers } from "../../src/optim/minimizers.ts";
import { type LeastSquaresMinimum, leastSquares } from "../../src/second-order/least-squares.ts";
import { type MinimizeOptions, type Minimum, minimize, type Start } from "../../src/second-order/minimize.ts";
import { direction } from "../support/numbers.ts";

const engine = referenceEngine;
const names = Object.keys(minimizers) as MinimizerName[];

async function end<M extends Minimum>(events: AsyncGenerator<unknown, M>): Promise<M> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}

const line = () => {
  const [a, b] = [input("a", [], "f64"), input("b", [], "f64")];
  const [x, y] = [input("x", [6], "f64"), input("y", [6], "f64")];
  return sub(add(a, mul(b, x)), y);
};
const lineData = { x: [1, 2, 3, 4, 5, 6], y: [2.1, 3.9, 6.2, 7.8, 10.1, 11.9] };
const fitLine = (options: Partial<MinimizeOptions> = {}, start: Start = { a: 0, b: 0 }) =>
  end<LeastSquaresMinimum>(leastSquares(line(), start, { engine, data: lineData, ...options }));

describe("a straight line", () => {
  const n = 6;
  const meanX = 3.5;
  const meanY = lineData.y.reduce((total, value) => total + value, 0) / n;
  const sxx = lineData.x.reduce((total, value) => total + (value - meanX) ** 2, 0);
  const sxy = lineData.x.reduce((total, value, i) => total + (value - meanX) * (lineData.y[i] - meanY), 0);
  const b = sxy / sxx;
  const a = meanY - b * meanX;
  const rss = lineData.x.reduce((total, value, i) => total + (lineData.y[i] - a - b * value) ** 2, 0);
  const s = Math.sqrt(rss / (n - 2));

  test.each(names)("%s finds the textbook's solution and standard errors", async (method) => {
    const minimum = await fitLine({ method });
    expect(minimum.parameters.a[0]).toBeCloseTo(a, 9);
    expect(minimum.parameters.b[0]).toBeCloseTo(b, 9);
    expect(minimum.residualSumOfSquares).toBeCloseTo(rss, 12);
    expect(minimum.residualStandardDeviation).toBeCloseTo(s, 12);
    expect(minimum.degreesOfFreedom).toBe(4);
    expect(minimum.standardErrors.b[0]).toBeCloseTo(s / Math.sqrt(sxx), 11);
    expect(minimum.standardErrors.a[0]).toBeCloseTo(s * Math.sqrt(1 / n + meanX ** 2 / sxx), 11);
    expect(minimum.covariance[1]).toBeCloseTo((-(s ** 2) * meanX) / sxx, 11);
  });

  test("QR and the normal equations agree", async () => {
    const normal = await fitLine({ method: minimizers["levenberg-marquardt"]({ solve: "normal" }) });
    expect(normal.parameters.b[0]).toBeCloseTo(b, 12);
  });

  test.each(names.filter((name) => minimizers[name]().bounded))("%s keeps within bounds", async (method) => {
    const seen: number[] = [];
    const events = leastSquares(
      line(),
      { a: 2, b: 3 },
      { engine, method, data: lineData, bounds: { b: { lower: 2.5 }, a: { upper: 5 } } },
    );
    let minimum: LeastSquaresMinimum | undefined;
    for await (const event of events) {
      if (event.type === "iteration") seen.push(event.x[1]);
      if (event.type === "end") minimum = event.minimum;
    }
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(2.5);
    expect(minimum?.parameters.b[0]).toBe(2.5);
    // With b held at 2.5 the best a is the mean of y − 2.5 x.
    expect(minimum?.parameters.a[0]).toBeCloseTo(meanY - 2.5 * meanX, 8);
  });
});

describe("what the data do not determine", () => {
  const [p, q, x] = [input("p", [], "f64"), input("q", [], "f64"), input("x", [5], "f64")];
  // Only p + q matters.
  const residuals = sub(mul(add(p, q), x), 3);

  test.each(names)("%s solves a rank-deficient Jacobian", async (method) => {
    const minimum = await end<LeastSquaresMinimum>(
      leastSquares(residuals, { p: 1, q: 0 }, { engine, method, data: { x: [1, 1, 2, 1, 1] } }),
    );
    expect(minimum.parameters.p[0] + minimum.parameters.q[0]).toBeCloseTo(18 / 8, 7);
    expect(minimum.rank).toBe(1);
    expect(minimum.standardErrors.p[0]).toBeNaN();
  });

  test.each(names)("%s solves fewer rows than parameters", async (method) => {
    const theta = input("θ", [4], "f64");
    const few = sub(mul(slice(theta, [0], [2]), slice(theta, [2], [2])), 1);
    const minimum = await end<LeastSquaresMinimum>(leastSquares(few, { θ: [1, 2, 3, 4] }, { engine, method }));
    expect(minimum.objective).toBeLessThan(1e-12);
    expect(minimum.residualStandardDeviation).toBeNaN();
  });
});

test("any loss: the mean and the log of the standard deviation of a normal sample", async () => {
  const [mu, rho, x] = [input("μ", [], "f64"), input("ρ", [], "f64"), input("x", [9], "f64")];
  const sample = direction(9, 4);
  const loss = add(mul(9, rho), mul(0.5, sum(square(mul(sub(x, mu), exp(mul(-1, rho)))))));
  const mean = sample.reduce((total, value) => total + value, 0) / 9;
  const deviation = Math.sqrt(sample.reduce((total, value) => total + (value - mean) ** 2, 0) / 9);
  for (const method of ["newton", "newton-cg", "lbfgs", "bfgs", "scaled-conjugate-gradient"] as const) {
    const { parameters } = await end(minimize(loss, { μ: 3, ρ: 1 }, { engine, method, data: { x: sample } }));
    expect(parameters.μ[0], method).toBeCloseTo(mean, 7);
    expect(Math.exp(parameters.ρ[0]), method).toBeCloseTo(deviation, 7);
  }
});

test("events: a start, steps, an end; a signal ends it with what was found", async () => {
  const controller = new AbortController();
  const types: string[] = [];
  for await (const event of minimize(
    sum(square(sub(exp(input("x", [2], "f64")), 2))),
    { x: [3, 1] },
    { engine, signal: controller.signal },
  )) {
    types.push(event.type);
    if (event.type === "iteration") controller.abort();
    if (event.type === "end") expect(event.minimum.stopped).toBe("aborted");
  }
  expect(types).toEqual(["start", "iteration", "end"]);
});

test("iterations are limited, and tolerances end it sooner", async () => {
  expect((await fitLine({ method: "lbfgs", iterations: 1 })).stopped).toBe("iterations");
  const rough = await fitLine({ method: "lbfgs", gradientTolerance: 1e-2 });
  const fine = await fitLine({ method: "lbfgs" });
  expect(rough.stopped).toBe("gradient");
  expect(rough.iterations).toBeLessThan(fine.iterations);
});

describe("refused", () => {
  const x = input("x", [2], "f64");
  const loss = sum(square(x));
  const refusing = (start: Start, options: Partial<MinimizeOptions> = {}) =>
    end(minimize(loss, start, { engine, ...options }));

  test.each<[string, Start, Partial<MinimizeOptions>, RegExp]>([
    ["an unknown parameter", { y: 1 }, {}, /no input 'y', only x/],
    ["no parameter", {}, {}, /at least one parameter/],
    ["a start of the wrong length", { x: [1] }, {}, /'x' holds 2 numbers, got 1/],
    ["a start at Infinity", { x: [1, Number.POSITIVE_INFINITY] }, {}, /'x' must be finite, got Infinity/],
    ["an unknown method", { x: [1, 2] }, { method: "sgd" as MinimizerName }, /'sgd' is not known; it can be newton/],
    ["residuals' methods without residuals", { x: [1, 2] }, { method: "levenberg-marquardt" }, /use leastSquares/],
    [
      "bounds where none are kept",
      { x: [1, 2] },
      { bounds: { x: { lower: 0 } } },
      /newton-cg does not keep bounds; newton, /,
    ],
    ["bounds of nothing", { x: [1, 2] }, { bounds: { y: { lower: 0 } }, method: "newton" }, /'y' is no parameter/],
    ["empty bounds", { x: [1, 2] }, { bounds: { x: { lower: 1, upper: 0 } }, method: "newton" }, /between 1 and 0/],
    ["no iterations", { x: [1, 2] }, { iterations: 0 }, /iterations must be a whole number ≥ 1/],
  ])("%s", async (_, start, options, message) => {
    await expect(refusing(start, options)).rejects.toThrow(message);
  });

  test("missing data, by name", async () => {
    await expect(end(leastSquares(line(), { a: 0, b: 0 }, { engine, data: { x: lineData.x } }))).rejects.toThrow(
      /'y' f64\[6\] has no value/,
    );
  });

  test("parameters × parameters numbers that are too many, with a method to use instead", async () => {
    const large = input("x", [4000], "f64");
    const work = end(minimize(sum(square(large)), { x: new Float64Array(4000).fill(1) }, { engine, method: "newton" }));
    await expect(work).rejects.toThrow(/4000 × 4000 numbers.*at most 3000.*newton-cg/);
  });

  test("single precision", async () => {
    const single = input("x", [2], "f32");
    await expect(end(minimize(sum(square(single)), { x: [1, 2] }, { engine }))).rejects.toThrow(/must be f64/);
  });

  test("a loss that is NaN at the start: which operation, in which row", async () => {
    const [b, t] = [input("b", [], "f64"), input("t", [4], "f64")];
    const work = end(leastSquares(log(mul(b, t)), { b: 2 }, { engine, data: { t: [1, 2, -3, 4] } }));
    const error = await work.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as NonFiniteError).message).toBe(
      "the loss at the start is NaN: log(-6.00000) = NaN in row 2 (from 0)",
    );
    expect((error as NonFiniteError).fault?.row).toBe(2);
  });
});
