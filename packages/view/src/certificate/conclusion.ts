/** What a certificate comes to, in words: its verdict, and what is wrong. */
import {
  type CurvatureCheck,
  curvatureVerdict,
  isWrong,
  type VariableCheck,
  type Verdict,
} from "@chaingrad/core/check";
import type { ColumnNames } from "@chaingrad/core/explain";
import { count, formatNumber, formatPlace } from "@chaingrad/core/format";
import { derivativeOf } from "./tables.ts";

/** How gradients are checked, in words. */
export const WITNESSES: string =
  "The largest error is that of the differences, entry by entry; the forward error is that of forward mode along a random direction, which covers every entry. Below, the worst entry of each tensor by every witness: reverse mode, forward mode, central differences with their own estimate of their error (the step is chosen where that is least), and a complex step, which no difference cancels in (not for erf, as in gelu, and not at a corner). All in float64 on the reference engine. Of a network with many entries a sample of each tensor is compared, so that a check takes seconds; each tensor as a whole is then held against all witnesses along the random direction.";

/** What each verdict means. */
export const VERDICTS: Readonly<Record<Verdict, string>> = {
  ok: "every witness agrees with the gradient",
  kink: "differences do not, because the loss has a corner there (as relu has at 0), and the gradient is one of the slopes at its sides or between them",
  "no derivative":
    "there is none: an operation is at a point that has none (√ at 0, 0/0), and the gradient is NaN or infinite",
  mismatch: "a witness says otherwise: the gradient is wrong",
};

/** What the whole comes to, line by line: with the numbers of every entry that is wrong (the first few of each tensor). */
export function conclusion(
  checks: readonly VariableCheck[],
  curvature?: CurvatureCheck,
  names?: ColumnNames,
): string[] {
  return [...firstOrder(checks, names), ...(curvature === undefined ? [] : [secondOrder(curvature)])];
}

function secondOrder(curvature: CurvatureCheck): string {
  const symmetric = `uᵀ H v and vᵀ H u differ by ${formatNumber(curvature.asymmetry, 2)}`;
  const verdict = curvatureVerdict(curvature);
  const kink = verdict === "kink" ? ", with a kink of the gradient" : "";
  return `The curvature is ${isWrong(verdict) ? "wrong" : `right${kink}`}: ${symmetric}.`;
}

function firstOrder(checks: readonly VariableCheck[], names: ColumnNames | undefined): string[] {
  const of = (verdict: Verdict): number =>
    checks.reduce((total, { entries }) => total + entries.filter((entry) => entry.verdict === verdict).length, 0);
  const wrong = checks.filter(({ verdict }) => isWrong(verdict));
  if (wrong.length > 0)
    return [
      `${count(wrong.length, "gradient")} of ${checks.length} wrong:`,
      ...wrong.flatMap((one) => wrongEntries(one, names)),
    ];
  const kinks = of("kink") > 0 ? `, ${of("kink")} of them at a kink of the loss` : "";
  return [`All gradients are right: ${howMany(checks)} compared${kinks}.`];
}

/** Of large networks not every entry is looked at, and that is said. */
function howMany(checks: readonly VariableCheck[]): string {
  const compared = checks.reduce((total, { entries }) => total + entries.length, 0);
  const all = checks.reduce((total, { size }) => total + size, 0);
  if (compared === all) return count(all, "entry", "entries");
  return `a sample of ${compared} of ${all} entries, and each tensor along a random direction,`;
}

const MOST_SHOWN = 3;

function wrongEntries(check: VariableCheck, names: ColumnNames | undefined): string[] {
  const { name, shape, entries, direction } = check;
  const d = derivativeOf(check);
  const wrong = entries.filter(({ verdict }) => isWrong(verdict));
  const shown = wrong
    .slice(0, MOST_SHOWN)
    .map((entry) => `  ${d}${formatPlace(name, shape, entry.index, names)} ${told(entry)}`);
  if (wrong.length === 0) return [`  ${d}${name} along a random direction ${told(direction)}`];
  return wrong.length > MOST_SHOWN ? [...shown, `  … ${wrong.length - MOST_SHOWN} more in ${d}${name}`] : shown;
}

/** "is 0.125, differences say 0.25", with the other witnesses where those differ in 8 digits. */
function told({ claimed, measured, forward, complex }: VariableCheck["direction"]): string {
  const number = (value: number): string => formatNumber(value, 8);
  const others: [string, number | undefined][] = [
    ["forward mode", forward],
    ["a complex step", complex],
  ];
  const said = others.flatMap(([name, value]) =>
    value === undefined || number(value) === number(claimed) ? [] : [`, ${name} ${number(value)}`],
  );
  return `is ${number(claimed)}, differences say ${number(measured)}${said.join("")}`;
}
