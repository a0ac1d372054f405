/** What `fit` tells of a layer's gradient, when it is asked to (`flow`). */
import type { SingularExtremes } from "./gradient-flow-spectrum.ts";

export interface LayerFlow {
  /** From 1. */
  readonly layer: number;
  readonly name: string;
  /** ‖δ‖ = ‖∂L/∂z‖ over the rows looked at (L their weighted mean loss, regularisers included). */
  readonly delta: number;
  /** ‖∂L/∂W‖ */
  readonly gradient: number;
  /** ‖ΔW‖/‖W‖ of the last step; null before the first one, and where it is not known. */
  readonly update: number | null;
  /** Share of the units, in [0, 1], with φ′(z) = 0 in every row looked at; null where φ does not act on each unit alone. */
  readonly dead: number | null;
  /** Share of the units that are not dead but have |φ′(z)| < 1 % of its largest for |z| ≤ 1 in every row looked at. */
  readonly saturated: number | null;
  /** Singular values of ∂hₗ/∂h₍l₋₁₎ at the first of these rows. */
  readonly jacobian: SingularExtremes;
}
