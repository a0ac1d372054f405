/** The entry point `@chaingrad/core/checkpoint`: where a training stands as a file. Keeping and going on are options of `fit`. */
export { Digest } from "./checkpoint/digest.ts";
export { loadFitState, saveFitState } from "./checkpoint/state-file.ts";
export type { Checkpointing, EarlierEpochs, FitState } from "./train/events.ts";
export type { TrainingState } from "./train/training.ts";
