/** Every second-order method by its name. K-FAC, which needs a network and batches, is in kfac.ts. */

import { remembering } from "../given/origin.ts";
import { gaussNewton } from "./least-squares/gauss-newton.ts";
import { type LevenbergMarquardtOptions, levenbergMarquardt } from "./least-squares/levenberg-marquardt.ts";
import { bfgs } from "./minimizers/bfgs.ts";
import { type LbfgsOptions, lbfgs } from "./minimizers/lbfgs.ts";
import type { Minimizer } from "./minimizers/minimizer.ts";
import { newton } from "./minimizers/newton.ts";
import { newtonCG } from "./minimizers/newton-cg.ts";
import { scaledConjugateGradient } from "./minimizers/scaled-conjugate-gradient.ts";

/** The minimizers that go by a name. */
export type MinimizerName =
  | "newton"
  | "newton-cg"
  | "lbfgs"
  | "bfgs"
  | "gauss-newton"
  | "levenberg-marquardt"
  | "scaled-conjugate-gradient";

/** Options of all minimizers; one that the chosen method does not have is refused with a RangeError. */
export interface MinimizerOptions extends LbfgsOptions, LevenbergMarquardtOptions {}

/** What makes each minimizer, by name. */
export const minimizers: Readonly<Record<MinimizerName, (options?: MinimizerOptions) => Minimizer>> =
  /* @__PURE__ */ remembering({
    newton,
    "newton-cg": newtonCG,
    lbfgs,
    bfgs,
    "gauss-newton": gaussNewton,
    "levenberg-marquardt": levenbergMarquardt,
    "scaled-conjugate-gradient": scaledConjugateGradient,
  });
