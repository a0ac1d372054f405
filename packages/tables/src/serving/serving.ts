/** @chaingrad/tables/serving: what servers ask of a model beside its predictions; a page that only predicts does not load it. */
export type { PredictedOptions } from "../model/predicted-columns.ts";
export { BatchPredictor, type EncodedTable, PredictedTable } from "./batch-predictor.ts";
export { type ColumnForm, columnForms } from "./column-forms.ts";
