/** @chaingrad/tables/search: a network and a training for a table, found by trying many. */
export type { Trial, TrialStop } from "./search/log.ts";
export type { Proposals } from "./search/propose.ts";
export {
  type Reached,
  type Search,
  type SearchEvent,
  type SearchStop,
  type SearchTableOptions,
  searchTable,
} from "./search/search-table.ts";
export {
  type Configuration,
  DEFAULT_SPACE,
  type SearchedOption,
  SEARCHED_OPTIONS,
  type SpaceSpec,
} from "./search/space.ts";
