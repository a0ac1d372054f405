/** What the recipe "best" tries, the likeliest first: they differ in what tables differ in. */
import type { Prepared } from "../table/prepare.ts";
import { type MemberRecipe, memberRecipe } from "./recipe.ts";

/** The default recipe, and others beside it. */
export function candidatesFor(prepared: Prepared): MemberRecipe[] {
  const own = memberRecipe(prepared);
  return [
    own,
    { ...own, hidden: [96, 96] },
    { ...own, dropout: 0.25 },
    { ...own, rate: own.rate / 3 },
    { ...own, activation: "tanh", rate: own.rate / 4 },
    { ...own, hidden: [64, 64, 64], rate: own.rate / 2 },
  ];
}
