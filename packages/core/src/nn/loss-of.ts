/** A loss by whatever it is given as. */
import { checkName } from "../given/names.ts";
import { type Loss, type LossName, losses } from "./losses.ts";
import { type StructuredLossName, structuredLosses } from "./structured-losses.ts";

/** The losses that a file may name. */
export const LOSS_NAMES: readonly string[] = [...Object.keys(losses), ...Object.keys(structuredLosses)];

/** The loss itself, that of a name, or one that was cloned or read from JSON. Throws RangeError on anything else. */
export function lossOf(given: Loss | LossName): Loss {
  if (typeof given === "object" && given !== null && "perRow" in given) {
    checkName("loss: target", given.target, ["values", "labels"]);
    return given;
  }
  const { name, options } = typeof given === "object" && given !== null ? given : { name: given, options: {} };
  if (Object.hasOwn(structuredLosses, name))
    return structuredLosses[name as StructuredLossName](options ?? {}, (head) => lossOf(head as Loss));
  checkName("loss", name, Object.keys(losses));
  return losses[name as LossName](options);
}
