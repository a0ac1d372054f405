/** The entry point `@chaingrad/tables/explain`: models of tables explained and certified. A page that only trains does not load it. */

export { checkModel, type ExplainModelOptions, explainModel, type OfModel } from "./explain/explain-model.ts";
export {
  certifyOpened,
  type Explanation,
  explainOpened,
  type TableCertificate,
  type ViewOptions,
} from "./explain/explain-opened.ts";
export type { ChosenRows, OpenedNetwork } from "./explain/opened.ts";
export { DEFAULT_OPTIMIZER, type Shown, VIEWS, type ViewContext, viewBlocks } from "./explain/views.ts";
