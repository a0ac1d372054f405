/** What only an engine with several threads needs: loaded where there are any. */
export { shard } from "../../compile/shard.ts";
export { Crew } from "./crew.ts";
export { forOne, Pace } from "./pace.ts";
