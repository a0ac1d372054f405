/** What `fit-curve` found, for people and for machines. */
import type { LeastSquaresMinimum, MinimizeIteration, MinimizeStop } from "@chaingrad/core/curvature";
import { alignColumns } from "../output/align.ts";
import type { Shown } from "../output/line.ts";
import { count, formatNumber } from "../output/number.ts";
import { paragraph } from "../output/wrap.ts";

const DIGITS = 8;

const STOPPED: Readonly<Record<MinimizeStop, string>> = {
  gradient: "the gradient is zero to rounding",
  step: "the last step was below the parameters' own rounding",
  objective: "what is left to gain is below rounding",
  stalled: "no step makes the sum of squares smaller",
  iterations: "the iterations were used up",
  aborted: "interrupted",
};

export function printCurve(minimum: LeastSquaresMinimum, width: number): Shown[] {
  const { parameters, standardErrors, iterations, evaluations, method, stopped } = minimum;
  const rows = Object.entries(parameters).map(([name, [value]]) => [
    name,
    formatNumber(value, DIGITS),
    number(standardErrors[name][0]),
  ]);
  const statistics = [
    ["residual sum of squares", formatNumber(minimum.residualSumOfSquares, DIGITS)],
    ["residual standard deviation", number(minimum.residualStandardDeviation)],
    ["degrees of freedom", String(minimum.degreesOfFreedom)],
  ];
  const work = `${method}: ${count(iterations, "iteration")}, ${count(evaluations.values, "evaluation")}`;
  return [
    ...alignColumns([["parameter", "value", "standard error"], ...rows], "lrr"),
    "",
    ...alignColumns(statistics, "lr"),
    "",
    ...paragraph(`${work}; stopped: ${STOPPED[stopped]}`, width),
  ];
}

const number = (value: number): string => (Number.isFinite(value) ? formatNumber(value, DIGITS) : "–");

/** One line for each trial step. */
export function traceLine(event: MinimizeIteration): string {
  const { iteration, accepted, objective, gradientNorm, stepNorm, damping, predicted, actual } = event;
  const cells = {
    f: objective,
    "‖g‖": gradientNorm,
    "‖p‖": stepNorm,
    ...(damping === undefined ? {} : { λ: damping }),
    predicted,
    actual,
  };
  const text = Object.entries(cells).map(([name, value]) => `${name} ${formatNumber(value, 6)}`);
  return [`${iteration}${accepted ? "" : " refused"}`, ...text].join("  ");
}

/** The document that `--json` prints, at full precision; what the data do not determine is null. */
export function curveJson(minimum: LeastSquaresMinimum, rows: number): Record<string, unknown> {
  const { parameters, standardErrors } = minimum;
  return {
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, [value]]) => [name, { value, stderr: standardErrors[name][0] }]),
    ),
    residualSumOfSquares: minimum.residualSumOfSquares,
    residualStandardDeviation: minimum.residualStandardDeviation,
    degreesOfFreedom: minimum.degreesOfFreedom,
    rows,
    method: minimum.method,
    iterations: minimum.iterations,
    evaluations: minimum.evaluations.values,
    stopped: minimum.stopped,
  };
}
