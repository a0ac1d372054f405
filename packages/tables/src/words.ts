/** @chaingrad/tables/words: options, scores, endings and warnings as people read them; a page that only trains does not load it. */

export { turnedWords } from "./judging/turned.ts";
export { averagesOf, endingOf, guessOf, placeOfFault, SCORES, taskOf, tellDivergence } from "./judging/words.ts";
export { unseenValues } from "./model/unseen.ts";
export { RECIPE_WORDS, RECIPES_WORDS } from "./recipe.ts";
