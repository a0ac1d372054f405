/**
 * h = φ(z) as a part of a layer; with slopes h = z + a ⊙ (φ(z) − z), a from 1 for each unit: how far it bends is learnt, too.
 * Parametric activations: He, Zhang, Ren & Sun, "Delving deep into rectifiers", ICCV 2015 (PReLU); in this form Holzmüller,
 * Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS 2024
 */
import { checkName } from "../../given/names.ts";
import type { Expr } from "../../graph/expr.ts";
import { printType, ShapeError, sameType } from "../../graph/type.ts";
import { add, mul, sub } from "../../ops/ring.ts";
import { activations } from "../activations.ts";
import { checkType } from "../options.ts";
import type { LayerPart, LayerSpec } from "./layer.ts";

/** What an activation is called where a layer is described. */
export const nameOf = (activation: LayerSpec["activation"]): string =>
  typeof activation === "function" ? activation.name || "units" : activation;

export const activationPart: LayerPart = {
  check({ activation, slopes = false }, where) {
    if (typeof activation !== "function") checkName(`${where}: activation`, activation, Object.keys(activations));
    checkType(`${where}: slopes`, slopes, "boolean");
    if (slopes && activation === "identity")
      throw new RangeError(`${where}: slopes are for an activation that bends, and 'identity' does not`);
  },
  parameters: ({ units, slopes }) => (slopes ? [{ symbol: "a", role: "slope", shape: [units], start: 1 }] : []),
  forward(z, { name, spec: { activation, slopes }, tensor }) {
    const h = (typeof activation === "function" ? activation : activations[activation])(z);
    if (!sameType(h.type, z.type))
      throw new ShapeError(`the activation of '${name}' must keep ${printType(z.type)}, got ${printType(h.type)}`);
    return slopes ? add(z, mul(tensor("a") as Expr, sub(h, z))) : h;
  },
};
