/**
 * A scale for each input: z = s ⊙ x, with s from 1, so that training decides how much each of them counts.
 * Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data",
 * NeurIPS 2024 (their "scaling layer")
 */
import type { Expr } from "../../graph/expr.ts";
import { mul } from "../../ops/ring.ts";
import { activationPart, nameOf } from "./activation.ts";
import { describeFactors } from "./factors.ts";
import type { LayerKind, LayerPart } from "./layer.ts";

const scalePart: LayerPart = {
  check({ units }, where, inputs) {
    if (units !== inputs)
      throw new RangeError(`${where}: units of a scale must be its inputs, ${inputs}, got ${units}`);
  },
  parameters: ({ units }) => [{ symbol: "s", role: "scale", shape: [units], start: 1 }],
  forward: (x, layer) => layer.mark(mul(layer.tensor("s") as Expr, x), "z", "pre-activation"),
};

export const scaleKind: LayerKind = {
  name: "scale",
  options: { activation: true },
  parts: [scalePart, activationPart],
  describe(spec) {
    const more = [...(spec.activation === "identity" ? [] : [nameOf(spec.activation)]), ...describeFactors(spec)];
    return `${spec.units} scaled${more.length === 0 ? "" : ` (${more.join(", ")})`}`;
  },
  names: (_, { inputs }) => ({ outputs: inputs, tensors: { s: inputs } }),
};
