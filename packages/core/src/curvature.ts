/** Second order: Hessians and their kin, the methods that use them, and minimising any expression. */
export * from "./autodiff/batch.ts";
export * from "./autodiff/curvature.ts";
export * from "./autodiff/row-hessian.ts";
export * from "./diagnosis/first-fault/first-fault.ts";
export * from "./linalg/cholesky.ts";
export * from "./linalg/eigen.ts";
export * from "./linalg/ldl.ts";
export * from "./linalg/linear-algebra.ts";
export * from "./linalg/qr.ts";
export * from "./linalg/triangular.ts";
export * from "./optim/kfac.ts";
export type * from "./optim/minimizers/minimizer.ts";
export * from "./optim/minimizers.ts";
export * from "./second-order/least-squares.ts";
export * from "./second-order/minimize.ts";
