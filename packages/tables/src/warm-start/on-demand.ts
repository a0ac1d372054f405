/** What `trainTable` loads where a training is kept, or goes on from a model: one piece, because each piece more costs every page. */
export { identityOf } from "../checkpoint/identity.ts";
export { RunCheckpoint } from "../checkpoint/run-checkpoint.ts";
export { prepareFrom, recipeFor } from "./index.ts";
