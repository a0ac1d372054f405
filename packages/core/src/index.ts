/** The main entry point: graph, ops, both modes, engines, networks, training. Explanation is `./explain.ts`, checks are `./check.ts`. */
export { jvp } from "./autodiff/forward.ts";
export { gradients, vjp } from "./autodiff/reverse.ts";
export {
  type CompileOptions,
  type Engine,
  type Executable,
  evaluate,
  type TypedValues,
} from "./engines/engine.ts";
export { referenceEngine } from "./engines/reference/reference.ts";
export type { Gemm, GemmLink, GemmProvider } from "./engines/wasm/gemm.ts";
export { type WasmOptions, wasmEngine } from "./engines/wasm/wasm.ts";
export { nearest } from "./given/nearest.ts";
export { DataError } from "./given/numbers.ts";
export { type Expr, label, type Provenance } from "./graph/expr.ts";
export type { Notation } from "./graph/notation.ts";
export type { ElementwiseKernel, Kernel } from "./graph/op.ts";
export { type Program, program } from "./graph/program.ts";
export { type DType, type FloatType, type Shape, ShapeError, type TensorType } from "./graph/type.ts";
export { FormatError } from "./model/form.ts";
export * from "./model/model.ts";
export * from "./model/safetensors.ts";
export * from "./nn/activations.ts";
export * from "./nn/initialisers.ts";
export {
  binaryCrossEntropy,
  domainOf,
  huber,
  type Loss,
  type LossName,
  type LossOptions,
  losses,
  lossOf,
  meanAbsoluteError,
  meanSquaredError,
  poisson,
  quantile,
  reduceRows,
  softmaxCrossEntropy,
} from "./nn/losses.ts";
export * from "./nn/network.ts";
export * from "./nn/normalisation.ts";
export * from "./nn/regularisers.ts";
export * from "./ops/convert.ts";
export * from "./ops/elementary.ts";
export { broadcastTo, type Operand } from "./ops/elementwise.ts";
export * from "./ops/matmul.ts";
export * from "./ops/random.ts";
export * from "./ops/reduce.ts";
export * from "./ops/ring.ts";
export * from "./ops/rows.ts";
export * from "./ops/select.ts";
export { concat, pad, reshape, slice, transpose } from "./ops/shape.ts";
export * from "./ops/softmax.ts";
export { constant, fill, input } from "./ops/source.ts";
export { broadcast, sum } from "./ops/sum-broadcast.ts";
export * from "./optim/clip.ts";
export * from "./optim/optimizer.ts";
export * from "./optim/optimizers.ts";
export * from "./train/dataset.ts";
export * from "./train/events.ts";
export * from "./train/fit.ts";
export type { FitOptions } from "./train/fit-options.ts";
export * from "./train/metrics.ts";
export * from "./train/objective.ts";
export * from "./train/predictor.ts";
export { type Progress, type Schedule, type ScheduleName, type ScheduleOptions, schedules } from "./train/schedules.ts";
export * from "./train/split.ts";
export { type StepSpec, type TrainStep, trainStep } from "./train/step.ts";
export type { Tensors } from "./train/tensors.ts";
export * from "./train/trained-model.ts";
