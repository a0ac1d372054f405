/** What stands first in a network whose rows hold numbers of categories: a layer that looks up what it has learnt of each. */
import type { LayerSpec } from "@chaingrad/core";
import type { Encoder } from "./table/encoder.ts";

/** The first layers of a network, and how many numbers they make of a row. */
export interface Front {
  readonly layers: readonly LayerSpec[];
  readonly outputs: number;
}

/** How many numbers a category becomes: as good as twice as many, at half the size (docs/decisions/0044-learned-categories.md). */
const DIMENSION = 4;

/** No layer where no feature is to be looked up. */
export function frontOf({ features, embedded }: Pick<Encoder, "features" | "embedded">): Front {
  if (embedded.length === 0) return { layers: [], outputs: features.length };
  const outputs = features.length + embedded.length * (DIMENSION - 1);
  const layer: LayerSpec = {
    ...{ kind: "embedding", name: "embedding", units: outputs, activation: "identity", dimension: DIMENSION },
    features: embedded.map(({ feature }) => feature),
    categories: embedded.map(({ size }) => size),
    // Each starts as what is common to all, 0, and is it still where training meets none: what is unseen, or missing at last.
    initialiser: "zeros",
  };
  return { layers: [layer], outputs };
}
