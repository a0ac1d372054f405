/** A linear model of the same features: what a network must beat to be worth its layers. */
import { DEFAULTS, type Recipe } from "../recipe.ts";
import type { Prepared } from "../table/prepare.ts";

/** Losses with kinks, or flat ends, where a line search of second order stops too soon. */
const FIRST_ORDER = ["quantile", "mean-absolute-error", "huber"];

/**
 * No hidden layer, all rows at once, and a penalty of ½‖W‖² beside the sum of the rows' losses: ridge regression for amounts, for
 * classes logistic regression as scikit-learn has it by default.
 */
export function linearRecipe({ loss, rows }: Pick<Prepared, "loss" | "rows">, seed: number): Recipe {
  const isSmooth = !FIRST_ORDER.includes(loss.name);
  const l2 = 1 / rows.train.length;
  return { ...DEFAULTS, hidden: [], seed, l2, ...(isSmooth && { optimizer: "lbfgs", patience: DEFAULTS.epochs }) };
}
