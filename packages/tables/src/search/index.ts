/** @chaingrad/tables/search: a network and a training for a table, found by trying many. */
export type { SearchTrial, TrialStop } from "./log.ts";
export type { Proposals } from "./propose.ts";
export {
  type Reached,
  type Search,
  type SearchEvent,
  type SearchStop,
  type SearchTableOptions,
  searchTable,
} from "./search-table.ts";
export {
  type Configuration,
  DEFAULT_SPACE,
  SEARCHED_OPTIONS,
  type SearchedOption,
  type SpaceSpec,
} from "./space.ts";
