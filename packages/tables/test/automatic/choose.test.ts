/** Whose recipe it is. */
import { describe, expect, test } from "vitest";
import { chooseRecipe, preparationFor } from "../../src/automatic/choose.ts";
import { DEFAULTS } from "../../src/recipe.ts";

test("nothing said is the default recipe, with a seed", () => {
  expect(chooseRecipe({})).toMatchObject({ recipe: "default", seed: 0 });
  expect(chooseRecipe({ seed: 4, flow: true, time: 3 })).toEqual({ recipe: "default", seed: 4, flow: true, time: 3 });
  expect(chooseRecipe({ recipe: "best" })).toMatchObject({ recipe: "best" });
});

test("whatever is said of the network or its training makes it one network, just so", () => {
  expect(chooseRecipe({ hidden: [8] })).toEqual({ ...DEFAULTS, hidden: [8] });
  expect(chooseRecipe({ recipe: "fast", seed: 2 })).toEqual({ ...DEFAULTS, seed: 2 });
  expect(chooseRecipe({ validation: 0.2, epochs: undefined })).toEqual(DEFAULTS);
});

test("what is not said of the table is what suits the recipe", () => {
  const best = chooseRecipe({ recipe: "best" });
  expect(preparationFor(best, {})).toEqual({ folds: true, embed: true });
  expect(preparationFor(best, { embed: ["city"] })).toEqual({ folds: true, embed: ["city"] });
  const own = chooseRecipe({ hidden: [8] });
  expect(preparationFor(own, {})).toEqual({ validation: undefined, embed: 100 });
  expect(preparationFor(own, { validation: 0.2, embed: false })).toEqual({ validation: 0.2, embed: false });
  expect(preparationFor(chooseRecipe({ optimizer: "kfac" }), {}).embed).toBe(false);
});

describe("is refused", () => {
  test.each<[object, RegExp]>([
    [{ recipe: "best", hidden: [8] }, /recipe: 'best' chooses hidden itself: leave one of them out/],
    [{ recipe: "default", validation: 0.1 }, /recipe: 'default' chooses validation itself/],
    [{ recipe: "bets" }, /recipe.*'?bets'?.*best/s],
    [{ time: 0 }, /time/],
    [{ time: Number.NaN }, /time/],
  ])("%o", (given, message) => expect(() => chooseRecipe(given as never)).toThrow(message));
});
