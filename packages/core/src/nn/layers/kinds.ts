/** Every kind of layer by its name. */
import { denseKind } from "./dense.ts";
import type { LayerKind, LayerKindName } from "./layer.ts";

export const layerKinds: Readonly<Record<LayerKindName, LayerKind>> = { dense: denseKind };
