/** Whose recipe it is: the library's, or that of somebody who said what they want. */
import { checkName, inRange, positive } from "@chaingrad/core/given";
import { DEFAULTS, type Recipe } from "../recipe.ts";
import { MOST_CATEGORIES } from "../table/encodings/fit-category.ts";
import type { PrepareOptions } from "../table/prepare.ts";
import { type AutomaticRecipe, RECIPES, type RecipeName } from "./recipe.ts";

/** What may be said of a recipe; a share of validation rows is one's own, since automatic recipes have folds. */
export type RecipeChoice = { readonly [Name in keyof Recipe]?: Recipe[Name] | undefined } & {
  readonly recipe?: RecipeName | undefined;
  readonly validation?: number | undefined;
};

/** What both kinds of recipes can be told. */
const SHARED = ["recipe", "seed", "time", "flow"];

/**
 * "default" where nothing else is said. A network, an optimizer, epochs or a validation part of one's own make it "fast" with
 * those changed: one network, just as it was asked for.
 * Throws RangeError on an unknown recipe, on a time that is none, and where "default" or "best" is asked for beside something
 * that they choose themselves.
 */
export function chooseRecipe({ validation, ...given }: RecipeChoice): Recipe | AutomaticRecipe {
  const { recipe, seed = DEFAULTS.seed, time, flow } = given;
  if (recipe !== undefined) checkName("recipe", recipe, RECIPES);
  if (time !== undefined) inRange("time", time, positive);
  const own = Object.entries({ validation, ...given }).flatMap(([name, value]) =>
    value === undefined || SHARED.includes(name) ? [] : [name],
  );
  if (own.length > 0 && recipe !== undefined && recipe !== "fast")
    throw new RangeError(`recipe: '${recipe}' chooses ${own[0]} itself: leave one of them out`);
  if (own.length === 0 && recipe !== "fast") return { recipe: recipe ?? "default", seed, time, flow };
  const { recipe: _, ...said } = given;
  const named = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...named };
}

/**
 * What a recipe leaves undecided of how a table is prepared. Automatic recipes leave out folds in turn, so that there is no
 * validation part, and embed columns of many categories. One small network does as well with 0s and 1s as long as each category
 * has its own, and embeds those of which some would have none; K-FAC knows dense layers alone.
 */
export function preparationFor(
  recipe: Recipe | AutomaticRecipe,
  { validation, embed }: Pick<PrepareOptions, "validation" | "embed">,
): Pick<PrepareOptions, "validation" | "folds" | "embed"> {
  if ("recipe" in recipe) return { folds: true, embed: embed ?? true };
  return { validation, embed: embed ?? (recipe.optimizer === "kfac" ? false : MOST_CATEGORIES) };
}
