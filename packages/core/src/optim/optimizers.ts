/** Every first-order optimizer by its name. */
import { remembering } from "../given/origin.ts";
import { type AdagradOptions, adagrad } from "./first-order/adagrad.ts";
import { adam } from "./first-order/adam.ts";
import { type AdamwOptions, adamw } from "./first-order/adamw.ts";
import { type MomentumOptions, momentum } from "./first-order/momentum.ts";
import { nesterov } from "./first-order/nesterov.ts";
import type { Optimizer } from "./first-order/optimizer.ts";
import { type RmspropOptions, rmsprop } from "./first-order/rmsprop.ts";
import { type RpropOptions, rprop } from "./first-order/rprop.ts";
import { sgd } from "./first-order/sgd.ts";

/** The first-order optimizers that go by a name. */
export type OptimizerName = "sgd" | "momentum" | "nesterov" | "rmsprop" | "adagrad" | "adam" | "adamw" | "rprop";

/** The options of all of them; one that the chosen optimizer does not have is refused with a RangeError. */
export interface OptimizerOptions extends MomentumOptions, RmspropOptions, AdagradOptions, AdamwOptions, RpropOptions {}

/** What makes each first-order optimizer, by name. */
export const optimizers: Readonly<Record<OptimizerName, (options?: OptimizerOptions) => Optimizer>> =
  /* @__PURE__ */ remembering({ sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, rprop });
