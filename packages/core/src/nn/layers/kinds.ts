/** Every kind of layer by its name. */
import { denseKind } from "./dense.ts";
import { embeddingKind } from "./embedding.ts";
import type { LayerKind, LayerKindName } from "./layer.ts";
import { periodicKind } from "./periodic.ts";
import { piecewiseLinearKind } from "./piecewise-linear.ts";
import { scaleKind } from "./scale.ts";

export const layerKinds: Readonly<Record<LayerKindName, LayerKind>> = {
  dense: denseKind,
  scale: scaleKind,
  periodic: periodicKind,
  "piecewise-linear": piecewiseLinearKind,
  embedding: embeddingKind,
};
