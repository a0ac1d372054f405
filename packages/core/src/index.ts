/** The main entry point: graph, ops, both modes, engines, networks, training. Explanation is `./explain.ts`, checks are `./check.ts`. */
export { jvp } from "./autodiff/forward.ts";
export { gradients, vjp } from "./autodiff/reverse.ts";
export type { Precision } from "./engines/engine.ts";
export {
  type CompileOptions,
  type Engine,
  type Executable,
  evaluate,
  type SyncEngine,
  type SyncExecutable,
  type TypedValues,
} from "./engines/engine.ts";
export { referenceEngine } from "./engines/reference/reference.ts";
export type { Gemm, GemmLink, GemmProvider } from "./engines/wasm/gemm.ts";
export type { KernelLink, KernelProvider, LibraryCall, ProcessorKernels } from "./engines/wasm/processor.ts";
export { type WasmOptions, wasmEngine } from "./engines/wasm/wasm.ts";
export { nearest } from "./given/nearest.ts";
export { DataError } from "./given/numbers.ts";
export { type Expr, label, type Provenance, withProvenance } from "./graph/expr.ts";
export type { Notation } from "./graph/notation.ts";
export type { Batched, BlockProduct, ElementwiseKernel, Kernel, Op, Values } from "./graph/op.ts";
export { type Program, program } from "./graph/program.ts";
export { type DType, type FloatType, type Shape, ShapeError, type TensorType } from "./graph/type.ts";
export type { Awaitable } from "./graph/work.ts";
export { FormatError } from "./model/form.ts";
export { type LoadedModel, loadModel, type ModelParts, predictorOf, saveModel } from "./model/model.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors, type SavedTensor } from "./model/safetensors.ts";
export { type Activation, type ActivationName, activations } from "./nn/activations.ts";
export {
  constantInitialiser,
  defaultInitialiser,
  type Fans,
  type Initialiser,
  type InitialiserName,
  initialisers,
  type RandomStream,
} from "./nn/initialisers.ts";
export type {
  InputNames,
  LayerBuffer,
  LayerKind,
  LayerKindName,
  LayerNames,
  LayerPart,
  LayerScope,
  LayerSpec,
  LayerTensor,
  RoleFactors,
} from "./nn/layers/layer.ts";
export { batchNorm, batchNormInference, type GainAndShift, layerNorm, type Statistics } from "./nn/layers/norm.ts";
export { lossOf } from "./nn/loss-of.ts";
export {
  binaryCrossEntropy,
  domainOf,
  huber,
  type Loss,
  type LossName,
  type LossOptions,
  losses,
  meanAbsoluteError,
  meanSquaredError,
  poisson,
  predictionWidth,
  quantile,
  reduceRows,
  type SavedHead,
  type StructuredOptions,
  softmaxCrossEntropy,
  targetWidth,
} from "./nn/losses.ts";
export {
  buffersOf,
  categoriesOf,
  type Forward,
  type ForwardContext,
  forward,
  initialBuffers,
  initialParameters,
  type Layer,
  type LayerForward,
  layerName,
  layersOf,
  madeTwice,
  type NetworkSpec,
  type NetworkTensor,
  outputsOf,
  parametersOf,
} from "./nn/network.ts";
export { type Regulariser, type RegulariserName, regularisers } from "./nn/regularisers.ts";
export { cumulativeLogits, type Head, heads, quantiles, type StructuredLossName } from "./nn/structured-losses.ts";
export { asinh } from "./ops/asinh.ts";
export { diagonalBlocks, timesBlocks, timesBlocksTransposed } from "./ops/block-diagonal.ts";
export { cast, stopGradient } from "./ops/convert.ts";
export {
  atan,
  cos,
  erf,
  exp,
  expm1,
  log,
  log1p,
  pow,
  sigmoid,
  sin,
  softplus,
  sqrt,
  tan,
  tanh,
} from "./ops/elementary.ts";
export { broadcastTo, type Operand } from "./ops/elementwise.ts";
export { type MatmulFlags, matmul } from "./ops/matmul.ts";
export { normalAt, randomBernoulli, randomNormal, randomUniform } from "./ops/random.ts";
export { logsumexp, max, mean } from "./ops/reduce.ts";
export { add, div, mul, neg, reciprocal, square, sub } from "./ops/ring.ts";
export { gatherRows, oneHot, scatterRows } from "./ops/rows.ts";
export {
  abs,
  clamp,
  equal,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  relu,
  sign,
  where,
} from "./ops/select.ts";
export { concat, pad, reshape, slice, transpose } from "./ops/shape.ts";
export { smoothClip } from "./ops/smooth-clip.ts";
export { logSoftmax, softmax } from "./ops/softmax.ts";
export { constant, fill, input } from "./ops/source.ts";
export { broadcast, sum } from "./ops/sum-broadcast.ts";
export { clipByGlobalNorm, clipByValue, globalNorm } from "./optim/first-order/clip.ts";
export { type Hyper, type Optimizer, ownHyper, type Update } from "./optim/first-order/optimizer.ts";
export { type OptimizerName, type OptimizerOptions, optimizers } from "./optim/optimizers.ts";
export { balancedWeights, classWeighted, type Dataset, pickRows, rowsOf } from "./train/dataset.ts";
export type {
  Checkpointing,
  EarlierEpochs,
  EndEvent,
  EpochEvent,
  FitEvent,
  FitState,
  LayerFlow,
  SingularExtremes,
  StartEvent,
  StopReason,
  TrainingFault,
} from "./train/events.ts";
export { type FitData, fit } from "./train/fit.ts";
export type { FitOptions, Keep } from "./train/fit-options.ts";
export { accuracy, type Metric, rootMeanSquaredError } from "./train/metrics.ts";
export type { Model } from "./train/model.ts";
export type { ObjectiveSpec } from "./train/objective.ts";
export { type Judgement, type Predictions, Predictor } from "./train/predictor.ts";
export { type Progress, type Schedule, type ScheduleName, type ScheduleOptions, schedules } from "./train/schedules.ts";
export { type Split, type SplitOptions, shuffle, splitRows } from "./train/split.ts";
export { type StepSpec, type TrainStep, trainStep } from "./train/step.ts";
export type { Tensors } from "./train/tensors.ts";
export type { TrainingState } from "./train/training.ts";
