/** What `fit-curve` found, for people and for machines. */
import {
  isConverged,
  type LeastSquaresMinimum,
  type MinimizeIteration,
  type MinimizeStop,
  type Try,
} from "@chaingrad/core/curvature";
import { count, formatNumber } from "@chaingrad/view/number";
import { alignColumns } from "../output/align.ts";
import type { Shown } from "../output/line.ts";
import { paragraph } from "../output/wrap.ts";

const DIGITS = 8;
/** Less of the target's variation than this is explained poorly. */
const POOR = 0.5;
/** So few runs of signs, in standard deviations from what chance makes, are a pattern (1 in 700 by chance). */
const PATTERN = -3;

const STOPPED: Readonly<Record<MinimizeStop, string>> = {
  gradient: "the gradient is zero to rounding",
  step: "the last step was below the parameters' own rounding",
  objective: "what is left to gain is below rounding",
  stalled: "no step makes the sum of squares smaller",
  iterations: "the iterations were used up",
  aborted: "interrupted",
};

export function printCurve(minimum: LeastSquaresMinimum, width: number): Shown[] {
  const { parameters, standardErrors, standing, iterations, evaluations, method, stopped } = minimum;
  const rows = Object.entries(parameters).map(([name, [value]]) => [
    name,
    formatNumber(value, DIGITS),
    number(standardErrors[name][0]),
    standing[name][0] === "free" ? "" : standing[name][0],
  ]);
  const statistics = [
    ["residual sum of squares", formatNumber(minimum.residualSumOfSquares, DIGITS)],
    ["residual standard deviation", number(minimum.residualStandardDeviation)],
    ["degrees of freedom", String(minimum.degreesOfFreedom)],
    ["R² against the mean", number(minimum.r2)],
  ];
  const work = `${method}: ${count(iterations, "iteration")}, ${count(evaluations.values, "evaluation")}`;
  return [
    ...alignColumns([["parameter", "value", "standard error", ""], ...rows], "lrrl"),
    "",
    ...alignColumns(statistics, "lr"),
    "",
    ...paragraph(`${work}; stopped: ${STOPPED[stopped]}`, width),
    ...(minimum.tries.length > 1 ? paragraph(triesLine(minimum), width) : []),
  ];
}

/** What was tried besides the start that was given, and which of it is shown. */
function triesLine({ tries, won }: LeastSquaresMinimum): string {
  const [first] = tries;
  const given =
    first.end === undefined
      ? "not finite"
      : `sum of squares ${formatNumber(first.end.residualSumOfSquares, DIGITS)}, ${STOPPED[first.end.stopped]}`;
  const whole = `${count(tries.length, "try", "tries")}; from the start given by ${first.method}: ${given}`;
  return won === 0 ? `${whole}; no other was better` : `${whole}; the best: ${originOf(tries[won], first)}`;
}

function originOf({ origin, method, start }: Try, first: Try): string {
  if (origin === "start") return `${method} from there${method === first.method ? ", with a smaller first step" : ""}`;
  const values = Object.entries(start).map(([name, [value]]) => `${name}=${formatNumber(value, 6)}`);
  return `${method} from ${values.join(", ")}`;
}

/** What a person should know before believing it, one sentence each. */
export function warningsOf(minimum: LeastSquaresMinimum): string[] {
  const { standing, rank, r2, runs, parameters, stopped } = minimum;
  const states = Object.entries(standing).map(([name, [state]]) => ({ name, state }));
  const held = states.filter(({ state }) => state !== "free");
  const free = states.length - held.length;
  return [
    ...held.map(({ name, state }) =>
      state === "no influence"
        ? `${name} has no influence here: near ${formatNumber(parameters[name][0], DIGITS)} it does not move the curve, so nothing is known of it`
        : `${name} ended ${state.replace("on", "on its")}, ${formatNumber(parameters[name][0], DIGITS)}: it has no standard error, and those of the others are for this value of it`,
    ),
    ...(rank < free ? [`the data determine only ${rank} of ${free} parameters here; others may do as well`] : []),
    ...(stopped === "iterations" ? ["not at a minimum yet: allow more --iterations, or start elsewhere"] : []),
    ...(stopped === "stalled" ? ["no minimum was found: start elsewhere, or give --lower and --upper"] : []),
    ...(r2 < POOR
      ? [`a poor fit: R² = ${formatNumber(r2, 3)}${r2 <= 0 ? ", no better than the mean alone" : ""}`]
      : []),
    ...(runs.z < PATTERN ? [patternOf(runs)] : []),
  ];
}

const patternOf = ({ along, count: found, expected }: LeastSquaresMinimum["runs"]): string =>
  `a pattern in the residuals: along ${along === undefined ? "the rows" : `'${along}'`} they change their sign ` +
  `${count(found - 1, "time")} where chance makes it about ${Math.round(expected - 1)}; the curve bends otherwise than the data`;

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
  const { parameters, standardErrors, standing, tries, r2, runs, scaledGradient } = minimum;
  return {
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, [value]]) => [
        name,
        { value, stderr: standardErrors[name][0], standing: standing[name][0] },
      ]),
    ),
    residualSumOfSquares: minimum.residualSumOfSquares,
    residualStandardDeviation: minimum.residualStandardDeviation,
    degreesOfFreedom: minimum.degreesOfFreedom,
    rows,
    method: minimum.method,
    iterations: minimum.iterations,
    evaluations: minimum.evaluations.values,
    stopped: minimum.stopped,
    converged: isConverged(minimum),
    scaledGradient,
    r2,
    runs,
    tries: tries.map(({ origin, method, start, end }) => ({
      origin,
      method,
      start: Object.fromEntries(Object.entries(start).map(([name, [value]]) => [name, value])),
      ...(end ?? { residualSumOfSquares: null, stopped: null }),
    })),
    won: minimum.won,
    warnings: warningsOf(minimum),
  };
}
