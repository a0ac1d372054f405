/**
 * Recipes for tables that nobody has thought about yet: networks with one hidden layer, each trained without one fold of the
 * rows, which decides when it stops; the model is a weighted mean of them all. Whoever names a network, an optimizer or how long
 * it trains gets a network of their own instead (`Recipe`).
 */
import type { FitOptions, LayerSpec } from "@chaingrad/core";
import type { Prepared } from "../table/prepare.ts";
import { targetsOf } from "../table/targets/target.ts";
import { binsFor } from "./bins.ts";

/** A recipe by its name: "fast" is one small network, "default" an ensemble, "best" a larger one of more kinds of networks. */
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

/** One kind of network: all of its kind differ in their folds and their starts alone. */
export interface MemberRecipe {
  /** Of the only hidden layer. */
  readonly units: number;
  /** Makes of each number also the bins that it falls into (bins.ts), where the kind has them. */
  readonly bins: LayerSpec | undefined;
  /** Of an epoch of a short table; a step takes from 16 to 256 rows. */
  readonly steps: number;
  /** Of Adam at the height of its schedule. */
  readonly rate: number;
  readonly dropout: number;
  /** Of classes without an order that are the only target; nothing else has it. */
  readonly labelSmoothing: number;
}

/** Of Adam's highest rate: Holzmüller et al. 2024, table B.1. */
const RATES = { classification: 0.04, regression: 0.07 } as const;
/** From so many rows on, steps of 256 rows are more than eight in an epoch. */
const LONG = 2500;

/**
 * The kinds of networks that a recipe tries, the one that is never left out first. What a table is like decides which of them can be
 * trained; how much each of them counts is decided by the rows that it left out (mixture.ts).
 */
export function membersOf(recipe: AutomaticRecipe["recipe"], prepared: Prepared): MemberRecipe[] {
  const plain = plainMember(prepared);
  const bins = binsFor(prepared);
  const isBest = recipe === "best";
  const others = isBest
    ? [
        { ...plain, dropout: 0.25 },
        { ...plain, rate: plain.rate / 3 },
      ]
    : [];
  if (bins === undefined) return [plain, ...others];
  const binned: MemberRecipe = { ...plain, bins };
  // Fewer steps are a regulariser of their own; of long tables the steps are as large already.
  const calm = prepared.rows.train.length < LONG ? [{ ...binned, steps: 1 }] : [];
  const more = [
    { ...binned, dropout: 0.3 },
    { ...binned, steps: 2, units: 256, labelSmoothing: 0 },
    { ...binned, rate: 2 * plain.rate, units: 128 },
  ];
  return [plain, binned, ...calm, ...(isBest ? more : []), ...others];
}

function plainMember({ target }: Pick<Prepared, "target">): MemberRecipe {
  const isAmounts = targetsOf(target).every(({ task }) => task === "regression");
  const rate = RATES[isAmounts ? "regression" : "classification"];
  return { units: 64, bins: undefined, steps: 8, rate, dropout: 0, labelSmoothing: 0.1 };
}
