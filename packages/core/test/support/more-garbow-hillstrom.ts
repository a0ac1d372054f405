/**
 * The 35 problems of Moré, Garbow & Hillstrom, "Testing Unconstrained Optimization Software", ACM Transactions on
 * Mathematical Software 7 (1981) 17–41.
 *
 * Published minima have six digits; those here come from Newton's method on ∇f in 60 digits, begun at the published
 * minimizer. MINPACK's counts are those of its own test driver for lmder1 (tolerance √ε, step bound 100), as cminpack keeps
 * them in examples/ref/lmddrv.ref; they are there for the problems and sizes that the driver runs.
 */
import { anySize } from "./mgh/any-size.ts";
import { fits } from "./mgh/fits.ts";
import type { MghProblem } from "./mgh/problem.ts";
import { structured } from "./mgh/structured.ts";
import { systems } from "./mgh/systems.ts";

export type { MghProblem };

/** In the paper's order. */
export const mghProblems: readonly MghProblem[] = [...systems, ...fits, ...anySize, ...structured].sort(
  (a, b) => a.number - b.number,
);
