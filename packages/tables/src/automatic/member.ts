/**
 * What one network of an automatic recipe is, and how it is trained. Rates, starts, schedule and label smoothing are those of
 * Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS 2024,
 * appendix B ("RealMLP-TD-S"); width, bins and folds were chosen on small public tables
 * (docs/decisions/0041-automatic-recipe.md).
 */
import {
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
import type { MemberRecipe } from "./recipe.ts";

/** Of a step. */
const FEWEST_ROWS = 16;
const MOST_ROWS = 256;
/** Passes over the rows of a table that is not long, and the fewest of any. */
const EPOCHS = 80;
const FEWEST_EPOCHS = 24;
/** Longer tables take fewer passes: so many rows are seen in all, about. */
const ROWS_SEEN = 256_000;
/** Of Adam's second moments, as in the paper: what is long past is forgotten sooner than by its own default. */
const BETA2 = 0.95;
const BIAS_RATE = 0.1;
const SCALE_RATE = 6;

/** What `fit` is called with for one network. */
export interface MemberPlan {
  readonly network: NetworkSpec;
  readonly options: FitOptions & { readonly l2: number };
}

/** The network for a prepared table, and its training on so many rows. */
export function memberPlan(prepared: Prepared, member: MemberRecipe, rows: number, engine: SyncEngine): MemberPlan {
  const { loss, metrics } = goalOf(prepared);
  const smoothing = member.labelSmoothing > 0 && loss.name === "softmax-cross-entropy";
  const epochs = Math.max(FEWEST_EPOCHS, Math.min(EPOCHS, Math.round(ROWS_SEEN / rows)));
  return {
    network: networkOf(prepared, member),
    options: {
      ...{ engine, l2: 0, ...(metrics && { metrics }), epochs, keep: "last-best", batch: batchFor(rows, member.steps) },
      loss: smoothing ? losses["softmax-cross-entropy"]({ labelSmoothing: member.labelSmoothing }) : loss,
      optimizer: optimizers.adam({ beta2: BETA2 }),
      schedule: schedules["cos-log"](member.rate),
    },
  };
}

/**
 * Categories looked up and bins, where there are any, a learnable scale, a hidden layer, and outputs that start from 0.
 * z = W x + b with W ~ N(0, 1/d) at a rate of 1/√d is under Adam what the paper writes z = V x/√d + b with V ~ N(0, 1)
 * (docs/decisions/0036-pieces-for-tables.md).
 */
function networkOf(prepared: Prepared, { units, bins, dropout }: MemberRecipe): NetworkSpec {
  const { outputs } = goalOf(prepared);
  const front = frontOf(prepared.encoder);
  const width = bins?.units ?? front.outputs;
  const rates = (of: number) => ({ weight: 1 / Math.sqrt(of), bias: BIAS_RATE });
  const scale: LayerSpec = {
    ...{ kind: "scale", units: width, activation: "identity" },
    ...{ rates: { scale: SCALE_RATE }, name: "scale" },
  };
  const hidden: LayerSpec = {
    ...{ units, activation: "silu", rates: rates(width), initialiser: "lecun-normal" },
    biasInitialiser: "standard-normal",
    ...(dropout > 0 && { dropout }),
  };
  const output: LayerSpec = { units: outputs, activation: "identity", initialiser: "zeros", rates: rates(units) };
  return {
    inputs: prepared.encoder.features.length,
    layers: [...front.layers, ...(bins === undefined ? [] : [bins]), scale, hidden, output],
  };
}

/** Rows of a step. An epoch's steps share its rows evenly, so that none is filled up with rows that count for nothing. */
function batchFor(rows: number, steps: number): number {
  const wanted = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, rows / steps));
  return Math.ceil(rows / Math.ceil(rows / wanted));
}
