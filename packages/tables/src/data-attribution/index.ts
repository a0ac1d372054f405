/**
 * The entry point `@chaingrad/tables/data-attribution`: what each row of a table did to a model. How strongly its loss pulls at the
 * parameters, what it adds to a prediction, and whether its label is likely to be wrong.
 */
export { gradientColumns, suspectColumns } from "./columns.ts";
export { type Influence, type InfluenceOptions, influence, type RowInfluence } from "./influence.ts";
export { type LayerGradients, type RowGradients, rowGradients } from "./row-gradients.ts";
export { type LayerPush, type RowPush, rowPush } from "./row-push.ts";
export {
  type Suspect,
  type SuspectLabels,
  type SuspectLabelsOptions,
  suspectLabels,
} from "./suspect-labels.ts";
