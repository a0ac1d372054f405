/**
 * Where an engine may be further from the reference than the suite's tolerance, and why. Nothing else may, but for two
 * things that no entry of the table shows: a product with a literal 0 is compiled as 0, as in any symbolic derivative,
 * where the reference gives 0 · ∞ = NaN; and sin, cos and tan lose digits where |x| is beyond 10⁶ (special-values.ts).
 */
import type { FloatType } from "../../src/graph/type.ts";

export interface Exception {
  /** An entry of the op table. */
  readonly entry: string;
  readonly float: FloatType;
  readonly tolerance: number;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    entry: "cast there and back",
    float: "f64",
    tolerance: 2 ** -24,
    reason: "half a unit in the last place of f32: an engine really rounds to f32 on the way, the reference does not",
  },
];
