/** What a check of derivatives found: data, never print. */
import { isWrong, worstFirst } from "../autodiff/check-gradients.ts";
import type { Verdict } from "../autodiff/differences.ts";

/** One thing that a check compared. */
export interface Finding {
  /** What was compared: "forward mode by x", "adjoint", "second order by W", "batch rule". */
  readonly check: string;
  readonly verdict: Verdict;
  /** Relative; 0 for what holds or does not. */
  readonly error: number;
  /** What a mismatch is, and what to look at. */
  readonly message?: string;
}

/** What is said of a wrong finding: of what does not agree, or of a point where there is nothing to agree on. */
export const explained = (verdict: Verdict, message: string): Pick<Finding, "message"> => {
  if (verdict === "no derivative")
    return {
      message: `${message}: a point without derivative (as of √ at 0, 0/0, ‖g‖ at g = 0); write a form that has one there`,
    };
  return verdict === "mismatch" ? { message } : {};
};

/** What a check found: whether all is right, in one line and in detail. */
export interface CheckReport {
  readonly name: string;
  /** The worst of all. */
  readonly verdict: Verdict;
  /** Whether nothing is wrong: kinks are not, a derivative that is NaN is. */
  readonly ok: boolean;
  /** One line: "tanhshrink: 7 checks, all right". */
  readonly summary: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

export function reportOf(name: string, findings: readonly Finding[]): CheckReport {
  const sorted = [...findings].sort((a, b) => worstFirst(a.verdict, b.verdict) || b.error - a.error);
  const wrong = sorted.filter(({ verdict }) => isWrong(verdict));
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

/**
 * A comparison of two ways to the same derivative, `a` and `b`, good to `tolerance` of the terms' size.
 * @param otherwise the verdict where one of them is not finite
 */
export function compared(
  check: string,
  a: number,
  b: number,
  scale: number,
  tolerance: number,
  message: string,
  otherwise: Verdict = "no derivative",
): Finding {
  const error = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), scale, Number.MIN_VALUE);
  const verdict = error <= tolerance ? "ok" : Number.isFinite(a - b) ? "mismatch" : otherwise;
  return { check, verdict, error, ...explained(verdict, `${message}: ${a} and ${b}`) };
}
