/** A certificate of a network's gradients: every one against independent witnesses, in float64 on the reference engine. */
import type { Verdict } from "../autodiff/differences.ts";
import { type Batch, evenPlaces, someRows } from "../net/batch.ts";
import type { WeightedNet } from "../net/net.ts";
import { type Curvature, checkCurvature } from "./check-curvature.ts";
import { checkNet } from "./check-net.ts";
import type { VariableCheck } from "./check-variables.ts";
import { rowsWithin } from "./rows-within.ts";
import { verdictOf } from "./verdict.ts";

/** What the witnesses say of every gradient, and their verdict. */
export interface Certificate {
  /** The worst of all. */
  readonly verdict: Verdict;
  /** The loss is that of so many rows, evenly spread over those that were given. */
  readonly rows: ComparedRows;
  /** Of each parameter and of x, the worst first. */
  readonly checks: readonly VariableCheck[];
  /** Where the second order was asked for. */
  readonly curvature?: Curvature;
}

/** How many rows a certificate is of, and how many there were. */
export interface ComparedRows {
  readonly compared: number;
  readonly of: number;
}

/** How far a certificate goes. */
export interface CertifyOptions {
  /** 2 also checks the curvature: products with the Hessian, and its entries where it is small (default 1). */
  readonly order?: 1 | 2 | undefined;
  /** The most rows that are compared (default: as many as take a few seconds, and 16 at least, by the sizes of the network). */
  readonly rows?: number | undefined;
}

/**
 * Compares every gradient of a network on some rows with independent witnesses.
 * Throws RangeError unless `rows` is a whole number from 1, UserError where the loss is not finite.
 */
export function certify(
  net: WeightedNet,
  batch: Batch,
  { order = 1, rows: most = rowsWithin(net) }: CertifyOptions = {},
): Certificate {
  if (!(Number.isInteger(most) && most >= 1)) throw new RangeError(`rows: expected a whole number from 1, got ${most}`);
  const compared = batch.rows <= most ? batch : someRows(batch, evenPlaces(batch.rows, most));
  const rows = { compared: compared.rows, of: batch.rows };
  const checks = checkNet(net, net.tensors, compared);
  if (order === 1) return { verdict: verdictOf(checks, undefined), rows, checks };
  const curvature = checkCurvature(net, net.tensors, compared);
  return { verdict: verdictOf(checks, curvature), rows, checks, curvature };
}
