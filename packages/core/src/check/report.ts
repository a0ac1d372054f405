/** What a check of derivatives found: data, never print. */
import { worstFirst } from "../autodiff/check-gradients.ts";
import type { Verdict } from "../autodiff/differences.ts";

export interface Finding {
  /** What was compared: "forward mode by x", "adjoint", "second order by W", "batch rule". */
  readonly check: string;
  readonly verdict: Verdict;
  /** Relative; 0 for what holds or does not. */
  readonly error: number;
  /** What a mismatch is, and what to look at. */
  readonly message?: string;
}

export interface CheckReport {
  readonly name: string;
  /** The worst of all. */
  readonly verdict: Verdict;
  /** Whether nothing is wrong: kinks are not. */
  readonly ok: boolean;
  /** One line: "tanhshrink: 7 checks, all right". */
  readonly summary: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

export function reportOf(name: string, findings: readonly Finding[]): CheckReport {
  const sorted = [...findings].sort((a, b) => worstFirst(a.verdict, b.verdict) || b.error - a.error);
  const wrong = sorted.filter(({ verdict }) => verdict === "mismatch");
  const kinks = sorted.filter(({ verdict }) => verdict === "kink").length;
  const right = kinks === 0 ? "all right" : `all right, ${kinks} at a kink`;
  const told = wrong.map(({ check, message }) => (message === undefined ? check : `${check} (${message})`));
  const verdict = sorted[0]?.verdict ?? "ok";
  return {
    name,
    verdict,
    ok: wrong.length === 0,
    summary: `${name}: ${findings.length} checks, ${wrong.length === 0 ? right : `wrong: ${told.join("; ")}`}`,
    findings: sorted,
  };
}

/** A comparison of two ways to the same number, `a` and `b`, good to `tolerance` of the terms' size. */
export function compared(
  check: string,
  a: number,
  b: number,
  scale: number,
  tolerance: number,
  message: string,
): Finding {
  const error = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), scale, Number.MIN_VALUE);
  const holds = error <= tolerance;
  return {
    check,
    verdict: holds ? "ok" : "mismatch",
    error,
    ...(holds ? {} : { message: `${message}: ${a} and ${b}` }),
  };
}
