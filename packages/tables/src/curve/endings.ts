import type { MinimizeStop } from "@chaingrad/core/curvature";

/** Why a search for the least sum of squares ended, in words that follow "stopped: ". */
export const ENDINGS: Readonly<Record<MinimizeStop, string>> = {
  gradient: "the gradient is zero to rounding",
  step: "the last step was below the parameters' own rounding",
  objective: "what is left to gain is below rounding",
  stalled: "no step makes the sum of squares smaller",
  iterations: "the iterations were used up",
  aborted: "interrupted",
};
