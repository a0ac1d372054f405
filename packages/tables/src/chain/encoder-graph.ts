/**
 * What encoders do, as graph: the same steps as `encode`, made of the ops that a network is made of, so that derivatives
 * lead on to the columns. A test compares both, bit for bit.
 */
import { clamp, concat, div, type Expr, mul, type Operand, reshape, sub, withProvenance } from "@chaingrad/core";
import { LIMIT, type NumberEncoding } from "../table/encoder.ts";

interface NumberParts {
  /** One number, or a scalar. */
  readonly mean: Operand;
  readonly scale: Operand;
  /** [rows], 1 where the cell has a value, else 0; absent: everywhere. */
  readonly known?: Expr | undefined;
  /** Whether a value may lie beyond LIMIT. */
  readonly isLimited: boolean;
}

/** known ⊙ (column − μ)/σ within ±LIMIT, for a column [rows] in its own unit (a date: days since 1970-01-01). */
export function numberFeature(
  { name }: NumberEncoding,
  column: Expr,
  { mean, scale, known, isLimited }: NumberParts,
): Expr {
  return withProvenance({ rule: "standardise", of: name }, () => {
    const plain = div(sub(column, mean), scale);
    const limited = isLimited ? clamp(plain, -LIMIT, LIMIT) : plain;
    return known === undefined ? limited : mul(known, limited);
  });
}

/** Whether standardised values are so far out that the limit has a say, or nearly. */
export const isNearLimit = ({ mean, scale }: NumberEncoding, values: Float64Array): boolean =>
  values.some((value) => Math.abs(value - mean) > 0.9 * LIMIT * scale);

/** Features [rows] and blocks of them [rows, width] beside each other: [rows, features]. */
export function joined(parts: readonly Expr[]): Expr {
  return concat(
    parts.map((part) => (part.type.shape.length === 1 ? reshape(part, [part.type.shape[0], 1]) : part)),
    1,
  );
}
