/** What few trainings have beside them: one that is kept, or told layer by layer, or has met NaN. One piece, for size. */
export { Keeper } from "../checkpoint/keeper.ts";
export { findTrainingFault } from "../diagnosis/first-fault/training.ts";
export { findValidationFault } from "../diagnosis/first-fault/validation.ts";
export { FlowProbe } from "../diagnosis/gradient-flow/gradient-flow.ts";
export { KfacTrainer } from "./kfac/trainer.ts";
