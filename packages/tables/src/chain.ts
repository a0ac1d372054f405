/** The entry point `@chaingrad/tables/chain`: the chain rule from a table's columns to a prediction in the target's unit. */
export { checkColumns } from "./chain/check-columns.ts";
export { columnDerivatives } from "./chain/column-derivatives.ts";
export { columnNamed } from "./chain/column-named.ts";
export { numberColumns } from "./chain/number-cells.ts";
export { type PreparedRows, prepareRows } from "./chain/prepare-rows.ts";
export { randomRows } from "./chain/random-rows.ts";
export { predictionName, predictionOfRow } from "./chain/target-graph.ts";
