/** The entry point `@chaingrad/core/trainer`: a train step in two halves, with an all-reduce in between. `fit` needs none of it. */
export { type BatchTrainer, openTrainer } from "./train/batch-trainer.ts";
export type { BatchGradient, StepOptions, TrainerOptions } from "./train/trainer-options.ts";
