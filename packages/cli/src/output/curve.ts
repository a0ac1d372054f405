/** What `fit-curve` found, for people and for machines. */
import { count, formatNumber } from "@chaingrad/core/format";
import type { CurveFit, CurveTry, FitCurveOptions } from "@chaingrad/tables/curve";
import { alignColumns } from "./align.ts";
import type { Shown } from "./line.ts";
import { paragraph } from "./wrap.ts";

const DIGITS = 8;

/** Advice that names the command's options. */
const ADVICE: Readonly<Partial<Record<CurveFit["warnings"][number]["kind"], string>>> = {
  iterations: "not at a minimum yet: allow more --iterations, or start elsewhere",
  stalled: "no minimum was found: start elsewhere, or give --lower and --upper",
};

/** What a person should know before believing it, one sentence each. */
export const warningsOf = ({ warnings }: CurveFit): string[] =>
  warnings.map(({ kind, message }) => ADVICE[kind] ?? message);

export function printCurve(fit: CurveFit, width: number): Shown[] {
  const { parameters, standardErrors, standing, iterations, evaluations, method, ending } = fit;
  const rows = Object.entries(parameters).map(([name, value]) => [
    name,
    formatNumber(value, DIGITS),
    number(standardErrors[name]),
    standing[name] === "free" ? "" : standing[name],
  ]);
  const statistics = [
    ["residual sum of squares", formatNumber(fit.residualSumOfSquares, DIGITS)],
    ["residual standard deviation", number(fit.residualStandardDeviation)],
    ["degrees of freedom", String(fit.degreesOfFreedom)],
    ["R² against the mean", number(fit.r2)],
  ];
  const work = `${method}: ${count(iterations, "iteration")}, ${count(evaluations, "evaluation")}`;
  return [
    ...alignColumns([["parameter", "value", "standard error", ""], ...rows], "lrrl"),
    "",
    ...alignColumns(statistics, "lr"),
    "",
    ...paragraph(`${work}; stopped: ${ending}`, width),
    ...(fit.tries.length > 1 ? paragraph(triesLine(fit), width) : []),
  ];
}

/** What was tried besides the start that was given, and which of it is shown. */
function triesLine({ tries, won }: CurveFit): string {
  const [first] = tries;
  const given =
    first.end === undefined
      ? "not finite"
      : `sum of squares ${formatNumber(first.end.residualSumOfSquares, DIGITS)}, ${first.end.ending}`;
  const whole = `${count(tries.length, "try", "tries")}; from the start given by ${first.method}: ${given}`;
  return won === 0 ? `${whole}; no other was better` : `${whole}; the best: ${originOf(tries[won], first)}`;
}

function originOf({ origin, method, start }: CurveTry, first: CurveTry): string {
  if (origin === "start") return `${method} from there${method === first.method ? ", with a smaller first step" : ""}`;
  const values = Object.entries(start).map(([name, value]) => `${name}=${formatNumber(value, 6)}`);
  return `${method} from ${values.join(", ")}`;
}

const number = (value: number): string => (Number.isFinite(value) ? formatNumber(value, DIGITS) : "–");

/** One line for each trial step. */
export function traceLine(event: Parameters<NonNullable<FitCurveOptions["onIteration"]>>[0]): string {
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
export function curveJson(fit: CurveFit): Record<string, unknown> {
  const { parameters, standardErrors, standing, residualSumOfSquares, residualStandardDeviation, degreesOfFreedom } =
    fit;
  const { rows, method, iterations, evaluations, stopped, converged, scaledGradient, r2, runs, tries, won } = fit;
  return {
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        { value, stderr: standardErrors[name], standing: standing[name] },
      ]),
    ),
    ...{ residualSumOfSquares, residualStandardDeviation, degreesOfFreedom, rows, method, iterations, evaluations },
    ...{ stopped, converged, scaledGradient, r2, runs },
    tries: tries.map(({ end, ...from }) => ({
      ...from,
      residualSumOfSquares: end?.residualSumOfSquares ?? null,
      stopped: end?.stopped ?? null,
    })),
    won,
    warnings: warningsOf(fit),
  };
}
