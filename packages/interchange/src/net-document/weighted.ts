import { initialParameters, parametersOf } from "@chaingrad/core";
import type { WeightedNet } from "@chaingrad/core/net";
import { UserError } from "@chaingrad/core/user-error";
import type { NetDocument } from "./net-document.ts";

/** More weights than this are not drawn for a network that comes without: every entry is computed in float64. */
const MOST_PARAMETERS = 20_000_000;

/**
 * The network of a document with its weights, or where it has none with those that `seed` draws.
 * Throws UserError where there would be very many to draw; `label` is how messages call the document.
 */
export function weightedNet({ weights, ...net }: NetDocument, label: string, seed = 0): WeightedNet {
  if (weights !== undefined) return { ...net, tensors: weights, origin: "given" };
  const parameters = parametersOf(net.network).reduce(
    (total, { shape }) => total + shape.reduce((a, b) => a * b, 1),
    0,
  );
  if (parameters > MOST_PARAMETERS) {
    const most = MOST_PARAMETERS.toLocaleString("en");
    throw new UserError(`${label}: ${parameters.toLocaleString("en")} parameters, expected at most ${most}`);
  }
  return { ...net, tensors: initialParameters(net.network, seed), origin: "initial" };
}
