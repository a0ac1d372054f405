/** The entry point `@chaingrad/view/search`: the trials of a search as a page. */
export { type SearchPageInput, searchPage } from "./search/page.ts";
