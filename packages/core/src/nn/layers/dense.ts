/** A dense layer: z = W x + b for one row; on a batch Z = X Wᵀ + 1 bᵀ. */

import { checkName, type Names } from "../../given/names.ts";
import type { Expr } from "../../graph/expr.ts";
import { type Shape, ShapeError } from "../../graph/type.ts";
import { matmul } from "../../ops/matmul.ts";
import { add } from "../../ops/ring.ts";
import { defaultInitialiser, initialisers } from "../initialisers.ts";
import { checkType } from "../options.ts";
import { activationPart } from "./activation.ts";
import { dropoutPart } from "./dropout.ts";
import type { LayerKind, LayerPart, LayerSpec } from "./layer.ts";
import { normPart } from "./norm.ts";

/**
 * x: [batch, in], W: [out, in], b: [out] → [batch, out].
 * Throws ShapeError, "dense 'hidden2' expects [batch, 16], got [batch, 12]", when x does not fit.
 */
function dense(x: Expr, W: Expr, b: Expr | undefined, name: string): Expr {
  const [, width] = W.type.shape;
  if (x.type.shape.length !== 2 || x.type.shape[1] !== width) {
    throw new ShapeError(`dense '${name}' expects [batch, ${width}], got ${printBatch(x.type.shape)}`);
  }
  const product = matmul(x, W, { transposeB: true });
  return b === undefined ? product : add(product, b);
}

/** "[batch, 12]": the first axis by its meaning, where there is more than one. */
function printBatch(shape: Shape): string {
  return shape.length < 2 ? `[${shape.join(", ")}]` : `[batch, ${shape.slice(1).join(", ")}]`;
}

const affinePart: LayerPart = {
  check({ bias = true, initialiser = "orthogonal" }, where) {
    checkType(`${where}: bias`, bias, "boolean");
    if (typeof initialiser !== "function") checkName(`${where}: initialiser`, initialiser, Object.keys(initialisers));
  },
  parameters({ units, bias = true, activation, initialiser = defaultInitialiser(activation) }, inputs) {
    const start = typeof initialiser === "function" ? initialiser : initialisers[initialiser];
    return [
      { symbol: "W", role: "weight", shape: [units, inputs], start },
      ...(bias ? [{ symbol: "b", role: "bias", shape: [units], start: 0 }] : []),
    ];
  },
  forward: (x, layer) =>
    layer.mark(dense(x, layer.tensor("W") as Expr, layer.tensor("b"), layer.name), "z", "pre-activation"),
};

const OPTIONS: Omit<Names<LayerSpec>, "kind" | "units" | "name"> = {
  ...{ activation: true, bias: true, dropout: true, normalisation: true, initialiser: true },
};

export const denseKind: LayerKind = {
  name: "dense",
  options: OPTIONS,
  isAffine: true,
  parts: [affinePart, normPart, activationPart, dropoutPart],
  describe({ units, activation, normalisation }) {
    const named = typeof activation === "function" ? activation.name || "units" : activation;
    return `${units} ${named}${normalisation === undefined ? "" : ` (${normalisation} norm)`}`;
  },
};
