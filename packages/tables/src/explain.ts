/** The entry point `@chaingrad/tables/explain`: models of tables explained and certified. A page that only trains does not load it. */
export {
  checkModel,
  type ExplainOptions,
  type Explanation,
  explainModel,
  type OfModel,
} from "./explain/explain-model.ts";
export { DEFAULT_OPTIMIZER, type Shown, VIEWS, type ViewContext, viewBlocks } from "./explain/views.ts";
