/** Second order: Hessians and their kin, the methods that use them, and minimizing any expression. */
export { batch } from "./autodiff/batch.ts";
export {
  directionalDerivative,
  empiricalFisherProduct,
  gaussNewtonProduct,
  hessian,
  hvp,
  jacobian,
  outputHvp,
  perExampleGradients,
  perExampleSquaredNorms,
  type RowJacobians,
  type Rows as RowInputs,
  rowGaussNewton,
  rowJacobian,
  rowJacobians,
} from "./autodiff/curvature.ts";
export { rowHessian } from "./autodiff/row-hessian.ts";
export { type Fault, firstFault, NonFiniteError, type Origin } from "./diagnosis/first-fault/first-fault.ts";
export type { Batched } from "./graph/op.ts";
export { cholesky, choleskySolve } from "./linalg/cholesky.ts";
export { type SymmetricEigen, symmetricEigen } from "./linalg/eigen.ts";
export { type Inertia, inertia, type Ldl, ldl, ldlSolve } from "./linalg/ldl.ts";
export { type LinearAlgebra, linearAlgebraOf, plainLinearAlgebra } from "./linalg/linear-algebra.ts";
export { applyTransposedQ, leastSquaresSolve, pivotedQr, type Qr } from "./linalg/qr.ts";
export {
  type LowerOptions,
  solveLower,
  solveLowerTransposed,
  solveUpper,
  solveUpperTransposed,
} from "./linalg/triangular.ts";
export { type Kfac, type KfacOptions, kfac } from "./optim/kfac.ts";
export type {
  AdjustablePenalty,
  Bounds,
  Curvature,
  Ending,
  Iteration,
  Minimizer,
  Problem,
  Tolerances,
} from "./optim/minimizers/minimizer.ts";
export { type MinimizerName, type MinimizerOptions, minimizers } from "./optim/minimizers.ts";
export {
  type LeastSquaresMinimum,
  type LeastSquaresOptions,
  leastSquares,
  type Try,
  type TryOrigin,
} from "./second-order/least-squares.ts";
export {
  isConverged,
  type MinimizeEnd,
  type MinimizeEvent,
  type MinimizeIteration,
  type MinimizeOptions,
  type MinimizeStart,
  type MinimizeStop,
  type Minimum,
  minimize,
  type SetUp,
  type Start,
} from "./second-order/minimize.ts";
export { type ModelProblem, modelProblem } from "./second-order/model-problem.ts";
