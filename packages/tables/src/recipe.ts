/** What network, loss and optimizer a table gets, and what each can be told instead. */

import {
  type ActivationName,
  activations,
  type FitOptions,
  type LayerSpec,
  type Loss,
  type Metric,
  type NetworkSpec,
  type OptimizerName,
  optimizers,
  type SyncEngine,
} from "@chaingrad/core";
import type { MinimizerName } from "@chaingrad/core/curvature";
import { frontOf } from "./embedding-layer.ts";
import type { Prepared } from "./table/prepare.ts";
import { kindOf } from "./table/targets/kind-of.ts";

/** The second-order methods that a table may be trained with, by name. */
export type SecondOrderName = MinimizerName | "bayesian-regularisation" | "kfac";

/** Methods that use curvature, besides core's registry of first-order ones; their code is loaded when one is named. */
export const SECOND_ORDER: readonly SecondOrderName[] = [
  ...(["gauss-newton", "levenberg-marquardt", "bfgs", "lbfgs", "newton", "newton-cg"] as const),
  ...(["scaled-conjugate-gradient", "bayesian-regularisation", "kfac"] as const),
];

/** Every activation, and every method, by its name. */
export const ACTIVATIONS: readonly ActivationName[] = Object.keys(activations) as ActivationName[];
/** The names of optimizers that a recipe may give. */
export const OPTIMIZERS: readonly Recipe["optimizer"][] = [
  ...(Object.keys(optimizers) as OptimizerName[]),
  ...SECOND_ORDER,
];

/** How a table is trained on; see `DEFAULTS` for what is not given. */
export interface Recipe {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: ActivationName;
  /** The share of hidden activations dropped while training: in [0, 1). */
  readonly dropout: number;
  readonly optimizer: OptimizerName | SecondOrderName;
  /** Learning rate; by default 0.005 for adam, else the optimizer's own. */
  readonly rate?: number | undefined;
  /** λ of (λ/2) Σ‖W‖²; by default 0.002, and 0 for bayesian-regularisation, which sets it itself. */
  readonly l2?: number | undefined;
  /** Most passes over the training rows. */
  readonly epochs: number;
  /** Stop after so many epochs without a better validation loss. */
  readonly patience: number;
  /** Rows in a step; by default 32, for K-FAC its own, for minimizers all. */
  readonly batch?: number | undefined;
  /** Decides everything random. */
  readonly seed: number;
  /** Seconds that training may take, > 0 (default: as long as it needs). */
  readonly time?: number | undefined;
  readonly clip?: FitOptions["clip"] | undefined;
  /** Whether to tell how the gradient flows. */
  readonly flow?: FitOptions["flow"] | undefined;
}

/** Chosen on small public tables (docs/decisions/0004-defaults.md). */
export const DEFAULTS: Recipe = {
  hidden: [32, 16],
  activation: "tanh",
  dropout: 0,
  optimizer: "adam",
  epochs: 300,
  patience: 30,
  seed: 0,
};
const ADAM_RATE = 0.005;
const L2 = 0.002;
/** Rows in a step, where nobody says how many. */
export const BATCH = 32;

/** What each part of a recipe is and what stands for it where it is not given, for whoever offers them. */
export const RECIPE_WORDS: Readonly<Record<keyof Recipe, string>> = {
  hidden: "units of each hidden layer, as in 64,32 (fast: 32,16)",
  activation: "of the hidden layers (fast: tanh)",
  dropout: "of the hidden layers (fast: 0)",
  optimizer: "how weights are updated (fast: adam)",
  rate: `learning rate (fast: ${ADAM_RATE} for adam, else the optimizer's own)`,
  l2: `λ of (λ/2) Σ‖W‖² (fast: ${L2}; bayesian-regularisation sets its own)`,
  epochs: "most passes over the training rows (fast: 300)",
  patience: "stop after so many epochs without a better validation loss (fast: 30)",
  batch: `rows in a step (fast: ${BATCH}; kfac 256; all where a method needs all)`,
  seed: "decides everything random",
  time: "seconds that training may take (default: as long as it needs)",
  clip: "largest norm of the whole gradient (default: none)",
  flow: "tell how the gradient flows through each layer, before training and after it",
};

/** What the recipes are, for whoever offers them. */
export const RECIPES_WORDS: string =
  "fast: one small network; default: the mean of five of each of three kinds, each trained without a fifth of the rows; best: of " +
  "eight kinds, more of each. Naming a network or how it is trained means fast, with that changed";

/** What `fit` is called with for a prepared table. */
export interface Plan {
  readonly network: NetworkSpec;
  readonly options: FitOptions & { readonly l2: number };
}

/** What a network is to give: the outputs that the target needs, the loss it is learnt by, and what is told meanwhile. */
export function goalOf({ target, loss }: Pick<Prepared, "target" | "loss">): {
  readonly outputs: number;
  readonly loss: Loss;
  readonly metrics?: Readonly<Record<string, Metric>> | undefined;
} {
  const kind = kindOf(target);
  return { outputs: kind.outputs(target), loss, metrics: kind.metrics(target) };
}

/** Throws RangeError on an unknown optimizer. */
export async function planFor(prepared: Prepared, recipe: Recipe, engine: SyncEngine): Promise<Plan> {
  const { hidden, activation, dropout, epochs, patience, seed, clip, flow } = recipe;
  const { outputs, loss, metrics } = goalOf(prepared);
  const { optimizer, rate, l2, batch } = await chosen(recipe);
  return {
    network: prepared.start?.network ?? {
      inputs: prepared.encoder.features.length,
      layers: [
        ...frontOf(prepared.encoder).layers,
        ...hidden.map((units): LayerSpec => ({ units, activation, dropout })),
        { units: outputs, activation: "identity" },
      ],
    },
    options: {
      ...{ engine, loss, optimizer, epochs, patience, seed, l2 },
      ...(prepared.start && { initial: prepared.start.tensors }),
      ...(batch !== undefined && { batch }),
      ...(rate !== undefined && { rate }),
      ...(metrics && { metrics }),
      ...(clip !== undefined && { clip }),
      ...(flow !== undefined && { flow }),
    },
  };
}

async function chosen({ optimizer: name, rate, l2, batch }: Recipe) {
  if (Object.hasOwn(optimizers, name)) {
    const optimizer = optimizers[name as OptimizerName]();
    return { optimizer, rate: rate ?? (name === "adam" ? ADAM_RATE : undefined), l2: l2 ?? L2, batch: batch ?? BATCH };
  }
  const { kfac, minimizers } = await import("@chaingrad/core/curvature");
  if (name === "bayesian-regularisation") {
    const optimizer = minimizers["levenberg-marquardt"]({ bayesian: true });
    return { optimizer, rate, l2: l2 ?? 0, batch };
  }
  return { optimizer: name === "kfac" ? kfac() : minimizers[name as MinimizerName](), rate, l2: l2 ?? L2, batch };
}
