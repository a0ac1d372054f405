/** The entry point `@chaingrad/view/report`: a training as one page, or as a part of one. */
export { type ReportInput, reportPage, reportView } from "./report/page.ts";
export { type ReportedTraining, reportOf } from "./report/training.ts";
