/**
 * A dense layer: z = W x + b for one row; on a batch Z = X Wᵀ + 1 bᵀ. In groups W is block-diagonal: each group has its own
 * share of the inputs and makes its own share of the outputs, so that several networks of one shape are one.
 */

import { checkName } from "../../given/names.ts";
import type { Expr } from "../../graph/expr.ts";
import { type Shape, ShapeError } from "../../graph/type.ts";
import { timesBlocksTransposed } from "../../ops/block-diagonal.ts";
import { matmul } from "../../ops/matmul.ts";
import { add } from "../../ops/ring.ts";
import { defaultInitialiser, inBlocks, initialiserOf, initialisers } from "../initialisers.ts";
import { checkType, count, inRange } from "../options.ts";
import { activationPart, nameOf } from "./activation.ts";
import { dropoutPart } from "./dropout.ts";
import { describeFactors } from "./factors.ts";
import type { LayerKind, LayerPart } from "./layer.ts";
import { normPart } from "./norm.ts";

/**
 * x: [batch, in], W: [out, in/groups], b: [out] → [batch, out].
 * Throws ShapeError, "dense 'hidden2' expects [batch, 16], got [batch, 12]", when x does not fit.
 */
function dense(x: Expr, W: Expr, b: Expr | undefined, groups: number, name: string): Expr {
  const width = groups * W.type.shape[1];
  if (x.type.shape.length !== 2 || x.type.shape[1] !== width) {
    throw new ShapeError(`dense '${name}' expects [batch, ${width}], got ${printBatch(x.type.shape)}`);
  }
  const product = groups === 1 ? matmul(x, W, { transposeB: true }) : timesBlocksTransposed(x, W, groups);
  return b === undefined ? product : add(product, b);
}

/** "[batch, 12]": the first axis by its meaning, where there is more than one. */
function printBatch(shape: Shape): string {
  return shape.length < 2 ? `[${shape.join(", ")}]` : `[batch, ${shape.slice(1).join(", ")}]`;
}

/** A bias is no matrix, and has no orthogonal rows. */
const BIAS_INITIALISERS = Object.keys(initialisers).filter((name) => name !== "orthogonal");

const affinePart: LayerPart = {
  check({ bias = true, initialiser = "orthogonal", biasInitialiser, units, groups = 1 }, where, inputs) {
    inRange(`${where}: groups`, groups, count);
    for (const [what, size] of Object.entries({ inputs, units }))
      if (size % groups !== 0)
        throw new RangeError(`${where}: ${groups} groups need ${what} that they can share evenly, got ${size}`);
    checkType(`${where}: bias`, bias, "boolean");
    if (typeof initialiser !== "function") checkName(`${where}: initialiser`, initialiser, Object.keys(initialisers));
    if (biasInitialiser === undefined) return;
    if (!bias) throw new RangeError(`${where}: biasInitialiser is for a bias, and there is none`);
    if (typeof biasInitialiser !== "function")
      checkName(`${where}: biasInitialiser`, biasInitialiser, BIAS_INITIALISERS);
  },
  parameters({ units, bias = true, activation, initialiser = defaultInitialiser(activation), ...more }, inputs) {
    const { biasInitialiser, groups = 1 } = more;
    const b = biasInitialiser === undefined ? 0 : initialiserOf(biasInitialiser);
    const fans = { fanIn: inputs / groups, fanOut: units / groups };
    const start = inBlocks(initialiserOf(initialiser), groups);
    return [
      { symbol: "W", role: "weight", shape: [units, fans.fanIn], start, fans },
      ...(bias ? [{ symbol: "b", role: "bias", shape: [units], start: b }] : []),
    ];
  },
  forward: (x, layer) =>
    layer.mark(
      dense(x, layer.tensor("W") as Expr, layer.tensor("b"), layer.spec.groups ?? 1, layer.name),
      ...(["z", "pre-activation"] as const),
    ),
};

const OPTIONS: LayerKind["options"] = {
  ...{ activation: true, bias: true, dropout: true, normalisation: true, initialiser: true, biasInitialiser: true },
  ...{ groups: true, slopes: true },
};

export const denseKind: LayerKind = {
  name: "dense",
  options: OPTIONS,
  isAffine: ({ groups = 1 }) => groups === 1,
  parts: [affinePart, normPart, activationPart, dropoutPart],
  describe(spec) {
    const { units, activation, normalisation, groups = 1 } = spec;
    const more = [
      ...(groups === 1 ? [] : [`${groups} groups`]),
      ...(normalisation === undefined ? [] : [`${normalisation} norm`]),
      ...(spec.slopes ? ["slopes"] : []),
      ...describeFactors(spec),
    ];
    return `${units} ${nameOf(activation)}${more.length === 0 ? "" : ` (${more.join(", ")})`}`;
  },
};
