/** What a person should know before believing a curve. */
import type { LeastSquaresMinimum } from "@chaingrad/core/curvature";
import { count, formatNumber } from "@chaingrad/core/format";

/** What a warning is about. */
export type CurveWarningKind =
  | "no influence"
  | "on a bound"
  | "undetermined"
  | "iterations"
  | "stalled"
  | "poor fit"
  | "pattern";

/** What is to be known before a fit is believed. */
export interface CurveWarning {
  readonly kind: CurveWarningKind;
  /** Of "no influence" and "on a bound". */
  readonly parameter?: string;
  /** All of it as one sentence. */
  readonly message: string;
}

const DIGITS = 8;
/** Less of the target's variation than this is explained poorly. */
const POOR = 0.5;
/** So few runs of signs, in standard deviations from what chance makes, are a pattern (1 in 700 by chance). */
const PATTERN = -3;

export function warningsOf(minimum: LeastSquaresMinimum): CurveWarning[] {
  const { standing, rank, r2, runs, parameters, stopped } = minimum;
  const states = Object.entries(standing).map(([name, [state]]) => ({ name, state }));
  const held = states.filter(({ state }) => state !== "free");
  const free = states.length - held.length;
  return [
    ...held.map(({ name, state }) => heldOne(name, state, parameters[name][0])),
    ...(rank < free ? [undetermined(rank, free)] : []),
    ...(stopped === "iterations"
      ? [warning("iterations", "not at a minimum yet: allow more iterations, or start elsewhere")]
      : []),
    ...(stopped === "stalled"
      ? [warning("stalled", "no minimum was found: start elsewhere, or give lower and upper bounds")]
      : []),
    ...(r2 < POOR
      ? [
          warning(
            "poor fit",
            `a poor fit: R² = ${formatNumber(r2, 3)}${r2 <= 0 ? ", no better than the mean alone" : ""}`,
          ),
        ]
      : []),
    ...(runs.z < PATTERN ? [warning("pattern", patternOf(runs))] : []),
  ];
}

const warning = (kind: CurveWarningKind, message: string): CurveWarning => ({ kind, message });

const undetermined = (rank: number, free: number): CurveWarning =>
  warning("undetermined", `the data determine only ${rank} of ${free} parameters here; others may do as well`);

function heldOne(parameter: string, state: string, value: number): CurveWarning {
  const at = formatNumber(value, DIGITS);
  return state === "no influence"
    ? {
        kind: "no influence",
        parameter,
        message: `${parameter} has no influence here: near ${at} it does not move the curve, so nothing is known of it`,
      }
    : {
        kind: "on a bound",
        parameter,
        message: `${parameter} ended ${state.replace("on", "on its")}, ${at}: it has no standard error, and those of the others are for this value of it`,
      };
}

function patternOf({ along, count: found, expected }: LeastSquaresMinimum["runs"]): string {
  const times = count(found - 1, "time");
  return (
    `a pattern in the residuals: along ${along === undefined ? "the rows" : `'${along}'`} they change their sign ` +
    `${times} where chance makes it about ${Math.round(expected - 1)}; the curve bends otherwise than the data`
  );
}
