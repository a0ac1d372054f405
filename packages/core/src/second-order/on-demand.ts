/**
 * What `fit` loads when it is given a second-order method, is asked for the gradient's flow, or has met NaN: one piece,
 * because each piece more parts what it shares with the rest, which costs every page.
 */
export { Keeper } from "../checkpoint/keeper.ts";
export { findTrainingFault } from "../diagnosis/first-fault/training.ts";
export { findValidationFault } from "../diagnosis/first-fault/validation.ts";
export { FlowProbe } from "../diagnosis/gradient-flow/gradient-flow.ts";
export { FullBatchTrainer } from "./full-batch.ts";
export { KfacTrainer } from "./kfac/trainer.ts";
