/** The entry point `@chaingrad/core/check`: derivatives against independent witnesses, for tests and for the curious. */
export {
  checkGradients,
  type EntryCheck,
  type GradientCheckOptions,
  isWrong,
  type TensorCheck,
} from "./autodiff/check-gradients.ts";
export { complexStep, complexSteps } from "./autodiff/complex-step.ts";
export { checkDerivative, type DerivativeCheck, type Verdict } from "./autodiff/differences.ts";
export { certificateJson } from "./check/certificate-json.ts";
export { type Certificate, type CertifyOptions, type ComparedRows, certify } from "./check/certify.ts";
export { type Curvature as CurvatureCheck, checkCurvature } from "./check/check-curvature.ts";
export { checkLoss, type LossCheck } from "./check/check-loss.ts";
export { checkNet } from "./check/check-net.ts";
export { checkLayer, checkOp, type LayerCheck, type OpCheck } from "./check/check-op.ts";
export {
  type ClaimedGradients,
  checkVariables,
  type VariableCheck,
  type WitnessedEntry,
} from "./check/check-variables.ts";
export type { CheckOptions, Operand as CheckedOperand } from "./check/operands.ts";
export type { CheckReport, Finding } from "./check/report.ts";
export { costOfRow } from "./check/rows-within.ts";
export { curvatureVerdict, verdictOf } from "./check/verdict.ts";
export { type Witnessed, type Witnesses, witnessesOf } from "./check/witnesses.ts";
export { type Nearby, verifiedNearby } from "./engines/reference/nearby.ts";
