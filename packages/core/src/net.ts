/** The entry point `@chaingrad/core/net`: a network with its numbers on rows, as the graph that is explained, checked and emitted. */
export { type Batch, evenPlaces, oneRow, randomBatch, someRows } from "./net/batch.ts";
export { exampleBatch, exampleNetwork } from "./net/example.ts";
export { computeGradients, type Gradients, type ShapedValues } from "./net/gradients.ts";
export { gradientsJson } from "./net/gradients-json.ts";
export { describeLoss, type Net, type NetTensors, partsOf, type WeightedNet, warningsOf } from "./net/net.ts";
export { inputsOf, type ObjectiveGraph, objectiveGraph, objectiveValues, takenNames } from "./net/objective.ts";
export type { Preparation } from "./net/preparation.ts";
export { parameterInputs } from "./train/objective.ts";
