/** What methods that do not suit every layer ask: only they load it. */
import type { Layer } from "../network.ts";

/** Whether a layer is z = W x + b and an activation, and nothing else has parameters. */
export const isAffine = ({ kind, spec, parameters }: Layer): boolean =>
  kind.isAffine?.(spec) === true && parameters.every(({ role }) => role === "weight" || role === "bias");

/** What makes a layer random while training, in words. */
export const randomIn = ({ kind, spec }: Layer): string | undefined =>
  kind.parts.map((part) => part.random?.(spec)).find((told) => told !== undefined);
