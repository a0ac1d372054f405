/** The entry point `@chaingrad/view/report`: a training as one page. */
export { type ReportInput, reportPage } from "./report/page.ts";
export { type ReportedTraining, reportOf } from "./report/training.ts";
