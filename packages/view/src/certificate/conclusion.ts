/** What a certificate comes to, in words: its verdict, and what is wrong. */
import {
  type CurvatureCheck,
  curvatureVerdict,
  isWrong,
  type VariableCheck,
  type Verdict,
} from "@chaingrad/core/check";
import { count, formatNumber, formatPlace } from "../html/number.ts";

/** What the whole comes to, line by line: with the numbers of every entry that is wrong (the first few of each tensor). */
export function conclusion(checks: readonly VariableCheck[], curvature?: CurvatureCheck): string[] {
  return [...firstOrder(checks), ...(curvature === undefined ? [] : [secondOrder(curvature)])];
}

function secondOrder(curvature: CurvatureCheck): string {
  const symmetric = `uᵀ H v and vᵀ H u differ by ${formatNumber(curvature.asymmetry, 2)}`;
  const verdict = curvatureVerdict(curvature);
  const kink = verdict === "kink" ? ", with a kink of the gradient" : "";
  return `The curvature is ${isWrong(verdict) ? "wrong" : `right${kink}`}: ${symmetric}.`;
}

function firstOrder(checks: readonly VariableCheck[]): string[] {
  const of = (verdict: Verdict): number =>
    checks.reduce((total, { entries }) => total + entries.filter((entry) => entry.verdict === verdict).length, 0);
  const wrong = checks.filter(({ verdict }) => isWrong(verdict));
  if (wrong.length > 0)
    return [`${count(wrong.length, "gradient")} of ${checks.length} wrong:`, ...wrong.flatMap(wrongEntries)];
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

function wrongEntries({ name, shape, entries, direction }: VariableCheck): string[] {
  const wrong = entries.filter(({ verdict }) => isWrong(verdict));
  const shown = wrong
    .slice(0, MOST_SHOWN)
    .map((entry) => `  ∂L/∂${formatPlace(name, shape, entry.index)} ${told(entry)}`);
  if (wrong.length === 0) return [`  ∂L/∂${name} along a random direction ${told(direction)}`];
  return wrong.length > MOST_SHOWN ? [...shown, `  … ${wrong.length - MOST_SHOWN} more in ∂L/∂${name}`] : shown;
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
