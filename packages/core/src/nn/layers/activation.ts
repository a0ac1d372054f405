/** h = φ(z) as a part of a layer. */
import { checkName } from "../../given/names.ts";
import { printType, ShapeError, sameType } from "../../graph/type.ts";
import { activations } from "../activations.ts";
import type { LayerPart, LayerSpec } from "./layer.ts";

/** What an activation is called where a layer is described. */
export const nameOf = (activation: LayerSpec["activation"]): string =>
  typeof activation === "function" ? activation.name || "units" : activation;

export const activationPart: LayerPart = {
  check({ activation }, where) {
    if (typeof activation !== "function") checkName(`${where}: activation`, activation, Object.keys(activations));
  },
  forward(z, { name, spec: { activation } }) {
    const h = (typeof activation === "function" ? activation : activations[activation])(z);
    if (sameType(h.type, z.type)) return h;
    throw new ShapeError(`the activation of '${name}' must keep ${printType(z.type)}, got ${printType(h.type)}`);
  },
};
