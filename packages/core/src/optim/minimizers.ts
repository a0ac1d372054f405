/** Every second-order method by its name. K-FAC, which needs a network and batches, is in kfac.ts. */
import { bfgs } from "./bfgs.ts";
import { gaussNewton } from "./gauss-newton.ts";
import { type LbfgsOptions, lbfgs } from "./lbfgs.ts";
import { type LevenbergMarquardtOptions, levenbergMarquardt } from "./levenberg-marquardt.ts";
import type { Minimizer } from "./minimizer.ts";
import { newton } from "./newton.ts";
import { newtonCG } from "./newton-cg.ts";
import { scaledConjugateGradient } from "./scaled-conjugate-gradient.ts";

/** The minimisers that go by a name. */
export type MinimizerName =
  | "newton"
  | "newton-cg"
  | "lbfgs"
  | "bfgs"
  | "gauss-newton"
  | "levenberg-marquardt"
  | "scaled-conjugate-gradient";

/** Options of all minimisers; one that the chosen method does not have is refused with a RangeError. */
export interface MinimizerOptions extends LbfgsOptions, LevenbergMarquardtOptions {}

/** What makes each minimiser, by name. */
export const minimizers: Readonly<Record<MinimizerName, (options?: MinimizerOptions) => Minimizer>> = {
  newton,
  "newton-cg": newtonCG,
  lbfgs,
  bfgs,
  "gauss-newton": gaussNewton,
  "levenberg-marquardt": levenbergMarquardt,
  "scaled-conjugate-gradient": scaledConjugateGradient,
};
