/** @chaingrad/tables/cross-validation: how well a recipe does on rows that it has not seen, fold by fold. */
export type { Average, Difference } from "./cross-validation/compare.ts";
export { type CrossValidateOptions, crossValidate } from "./cross-validation/cross-validate.ts";
export type { JudgedFold } from "./cross-validation/judge-fold.ts";
export type { ComparedScore, CrossValidation } from "./cross-validation/summary.ts";
