/** Every first-order optimiser by its name. */
import { type AdagradOptions, adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { type AdamwOptions, adamw } from "./adamw.ts";
import { type MomentumOptions, momentum } from "./momentum.ts";
import { nesterov } from "./nesterov.ts";
import type { Optimizer } from "./optimizer.ts";
import { type RmspropOptions, rmsprop } from "./rmsprop.ts";
import { type RpropOptions, rprop } from "./rprop.ts";
import { sgd } from "./sgd.ts";

/** The first-order optimisers that go by a name. */
export type OptimizerName = "sgd" | "momentum" | "nesterov" | "rmsprop" | "adagrad" | "adam" | "adamw" | "rprop";

/** The options of all of them; one that the chosen optimiser does not have is refused with a RangeError. */
export interface OptimizerOptions extends MomentumOptions, RmspropOptions, AdagradOptions, AdamwOptions, RpropOptions {}

/** What makes each first-order optimiser, by name. */
export const optimizers: Readonly<Record<OptimizerName, (options?: OptimizerOptions) => Optimizer>> = {
  sgd,
  momentum,
  nesterov,
  rmsprop,
  adagrad,
  adam,
  adamw,
  rprop,
};
