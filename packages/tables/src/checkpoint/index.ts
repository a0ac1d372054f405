/** The entry point `@chaingrad/tables/checkpoint`: trainings on tables that go on after they were interrupted. */
export { type Identity, identityOf } from "./identity.ts";
export { isCheckpoint, RunCheckpoint } from "./run-checkpoint.ts";
export type { CheckpointOptions, CheckpointStore } from "./store.ts";
