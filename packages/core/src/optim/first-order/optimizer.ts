/**
 * An optimizer: what a gradient does to a parameter, as graph. The update is a pure function of the parameter, its
 * gradient and the optimizer's state, element by element, so that an engine runs it as one pass over each parameter.
 */
import type { Expr } from "../../graph/expr.ts";
import { mul } from "../../ops/ring.ts";

/** What changes from step to step: scalars of the parameters' own type, inputs of the program. */
export interface Hyper {
  /** The learning rate. */
  readonly rate: Expr;
  /** t: 1 for the first step. */
  readonly step: Expr;
  /** What weight decay is multiplied by (default 1). */
  readonly decay?: number;
}

/** How a gradient moves a parameter. */
export interface Optimizer {
  readonly kind: "first-order";
  readonly name: string;
  readonly defaultRate: number;
  /** The state tensors, all shaped like the parameter, and what fills them at first ("rate": the first learning rate). */
  readonly state: Readonly<Record<string, number | "rate">>;
  /** The next parameter and the next state (every name of `state`). */
  update(param: Expr, gradient: Expr, state: Readonly<Record<string, Expr>>, hyper: Hyper): Update;
}

/** The rate, and the share in weight decay, that a parameter has of its own: a multiple of everybody's. */
export function ownHyper({ within }: Pick<Expr, "within">, hyper: Hyper): Hyper {
  const { rate = 1, decay = 1 } = within ?? {};
  return { ...hyper, decay, ...(rate !== 1 && { rate: mul(rate, hyper.rate) }) };
}

/** The next parameter and the next state. */
export interface Update {
  readonly param: Expr;
  readonly state: Record<string, Expr>;
}
