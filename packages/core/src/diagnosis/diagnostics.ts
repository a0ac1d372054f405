/** What `fit` loads when it is asked for the gradient's flow or has met NaN: one piece, so that what it shares with the rest is not parted further. */
export { findTrainingFault } from "./first-fault/training.ts";
export { findValidationFault } from "./first-fault/validation.ts";
export { FlowProbe } from "./gradient-flow/gradient-flow.ts";
