/** A certificate of a network's gradients: every one against independent witnesses, in float64 on the reference engine. */
import type { Verdict } from "../autodiff/differences.ts";
import type { Batch } from "../net/batch.ts";
import type { WeightedNet } from "../net/net.ts";
import { type Curvature, checkCurvature } from "./check-curvature.ts";
import { checkNet } from "./check-net.ts";
import type { VariableCheck } from "./check-variables.ts";
import { verdictOf } from "./verdict.ts";

/** What the witnesses say of every gradient, and their verdict. */
export interface Certificate {
  /** The worst of all. */
  readonly verdict: Verdict;
  /** Of each parameter and of x, the worst first. */
  readonly checks: readonly VariableCheck[];
  /** Where the second order was asked for. */
  readonly curvature?: Curvature;
}

/** How far a certificate goes. */
export interface CertifyOptions {
  /** 2 also checks the curvature: products with the Hessian, and its entries where it is small (default 1). */
  readonly order?: 1 | 2 | undefined;
}

/** Compares every gradient of a network on some rows with independent witnesses. */
export function certify(net: WeightedNet, batch: Batch, { order = 1 }: CertifyOptions = {}): Certificate {
  const checks = checkNet(net, net.tensors, batch);
  if (order === 1) return { verdict: verdictOf(checks, undefined), checks };
  const curvature = checkCurvature(net, net.tensors, batch);
  return { verdict: verdictOf(checks, curvature), checks, curvature };
}
