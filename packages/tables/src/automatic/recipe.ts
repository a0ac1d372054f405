/**
 * The recipe for tables that nobody has thought about yet: networks with one wide hidden layer, each trained without one
 * fold of the rows, which decides when it stops; the model is the mean of them all. Rates, starts, schedule and label
 * smoothing are those of Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on
 * tabular data", NeurIPS 2024, appendix B ("RealMLP-TD-S"); width and folds were chosen on small public tables
 * (docs/decisions/0041-automatic-recipe.md). Whoever names a network, an optimizer or how long it
 * trains gets a network of their own instead (`Recipe`).
 */
import {
  type ActivationName,
  type FitOptions,
  type LayerSpec,
  losses,
  type NetworkSpec,
  optimizers,
  type SyncEngine,
  schedules,
} from "@chaingrad/core";
import { frontOf } from "../embedding-layer.ts";
import { goalOf } from "../recipe.ts";
import type { Prepared } from "../table/prepare.ts";
import { targetsOf } from "../table/targets/target.ts";

/** A recipe by its name: "fast" is one small network, "default" an ensemble, "best" an ensemble of the best of a few recipes. */
export type RecipeName = "fast" | "default" | "best";
/** The names of the recipes, the quickest first. */
export const RECIPES: readonly RecipeName[] = ["fast", "default", "best"];

/** What is left to the library: all but the seed, and how long it may take. */
export interface AutomaticRecipe {
  readonly recipe: Exclude<RecipeName, "fast">;
  /** Decides everything random. */
  readonly seed: number;
  /** Seconds that training may take, > 0 (default: as long as it needs); fewer networks are trained where it is short. */
  readonly time?: number | undefined;
  /** Whether to tell how the gradient flows. */
  readonly flow?: FitOptions["flow"] | undefined;
}

/** What differs between the networks that are tried. */
export interface MemberRecipe {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly rate: number;
  readonly dropout: number;
  /** Of classes without an order that are the only target; nothing else has it. */
  readonly labelSmoothing: number;
}

/** Most rows of a step: an epoch's steps share its rows evenly, so that none is filled up with rows that count for nothing. */
const BATCH = 256;
/** Passes over the rows of a table that is not long, and the fewest of any. */
const EPOCHS = 100;
const FEWEST_EPOCHS = 32;
/** Longer tables take fewer passes: so many rows are seen in all, about. */
const ROWS_SEEN = 1_500_000;
/** Of Adam's second moments, as in the paper: what is long past is forgotten sooner than by its own default. */
const BETA2 = 0.95;
const RATES = { classification: 0.04, regression: 0.07 } as const;
const BIAS_RATE = 0.1;
const SCALE_RATE = 6;

/** What one of the networks of the default recipe is. */
export function memberRecipe({ target }: Pick<Prepared, "target">): MemberRecipe {
  const isAmounts = targetsOf(target).every(({ task }) => task === "regression");
  return {
    hidden: [256],
    activation: "silu",
    rate: RATES[isAmounts ? "regression" : "classification"],
    dropout: 0,
    labelSmoothing: 0.1,
  };
}

/** What `fit` is called with for one network. */
export interface MemberPlan {
  readonly network: NetworkSpec;
  readonly options: FitOptions & { readonly l2: number };
}

/** The network for a prepared table, and its training on so many rows. */
export function memberPlan(prepared: Prepared, member: MemberRecipe, rows: number, engine: SyncEngine): MemberPlan {
  const { outputs, loss, metrics } = goalOf(prepared);
  const { encoder } = prepared;
  const front = frontOf(encoder);
  const smoothing = member.labelSmoothing > 0 && loss.name === "softmax-cross-entropy";
  const epochs = Math.max(FEWEST_EPOCHS, Math.min(EPOCHS, Math.round(ROWS_SEEN / rows)));
  return {
    network: {
      inputs: encoder.features.length,
      layers: [...front.layers, ...layersOf(front.outputs, member, outputs)],
    },
    options: {
      ...{ engine, epochs, keep: "last-best", l2: 0, batch: Math.ceil(rows / Math.ceil(rows / BATCH)) },
      loss: smoothing ? losses["softmax-cross-entropy"]({ labelSmoothing: member.labelSmoothing }) : loss,
      optimizer: optimizers.adam({ beta2: BETA2 }),
      schedule: schedules["cos-log"](member.rate),
      ...(metrics && { metrics }),
    },
  };
}

/**
 * A learnable scale, hidden layers, and outputs that start from 0. z = W x + b with W ~ N(0, 1/d) at a rate of 1/√d is under
 * Adam what the paper writes z = V x/√d + b with V ~ N(0, 1) (docs/decisions/0036-pieces-for-tables.md).
 */
function layersOf(inputs: number, { hidden, activation, dropout }: MemberRecipe, outputs: number): LayerSpec[] {
  const rates = (width: number) => ({ weight: 1 / Math.sqrt(width), bias: BIAS_RATE });
  const widths = [inputs, ...hidden];
  return [
    { kind: "scale", units: inputs, activation: "identity", rates: { scale: SCALE_RATE }, name: "scale" },
    ...hidden.map(
      (units, i): LayerSpec => ({
        ...{ units, activation, rates: rates(widths[i]), initialiser: "lecun-normal" },
        biasInitialiser: "standard-normal",
        ...(dropout > 0 && { dropout }),
      }),
    ),
    {
      ...{ units: outputs, activation: "identity", initialiser: "zeros" },
      rates: rates(widths[widths.length - 1]),
    },
  ];
}
