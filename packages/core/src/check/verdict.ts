/** What a certificate comes to. */
import { worstFirst } from "../autodiff/check-gradients.ts";
import type { Verdict } from "../autodiff/differences.ts";
import { type Curvature, SYMMETRY_TOLERANCE } from "./check-curvature.ts";
import type { VariableCheck } from "./check-variables.ts";

/** The worst of all verdicts on second derivatives. */
export function curvatureVerdict({ products, entries, asymmetry }: Curvature): Verdict {
  if (!(asymmetry <= SYMMETRY_TOLERANCE)) return "mismatch";
  return [...products, ...entries].map(({ verdict }) => verdict).sort(worstFirst)[0];
}

/** The worst of all. */
export function verdictOf(checks: readonly VariableCheck[], curvature: Curvature | undefined): Verdict {
  const all = [
    ...checks.map(({ verdict }) => verdict),
    ...(curvature === undefined ? [] : [curvatureVerdict(curvature)]),
  ];
  return all.sort(worstFirst)[0];
}
