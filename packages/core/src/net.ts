/** The entry point `@chaingrad/core/net`: a network with its numbers on rows, as the graph that is explained, checked and emitted. */
export { type Batch, oneRow, randomBatch } from "./net/batch.ts";
export { exampleBatch, exampleNetwork } from "./net/example.ts";
export { computeGradients, type Gradients, type ShapedValues } from "./net/gradients.ts";
export type { Net, NetTensors, WeightedNet } from "./net/net.ts";
export { inputsOf, type ObjectiveGraph, objectiveGraph, objectiveValues } from "./net/objective.ts";
