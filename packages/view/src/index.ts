/**
 * @chaingrad/view: what `@chaingrad/core` and `@chaingrad/tables` compute, as HTML and SVG from data. Views are parts of pages
 * of any kind, pages stand for themselves; style sheets are apart. Nothing here needs a document: see `@chaingrad/view/dom`.
 */
export { CERTIFICATE_STYLE, certificatePage, certificateView, conclusion } from "./certificate.ts";
export { confusionChart, figure, type Line, lineChart, scatterChart } from "./charts/charts.ts";
export { networkDrawing } from "./derivation/drawing.ts";
export { derivationPage, type PageOptions } from "./derivation/page.ts";
export { STYLE as DERIVATION_STYLE } from "./derivation/style.ts";
export { type DerivationOptions, derivationView } from "./derivation/view.ts";
export { THEME as STYLE } from "./html/theme.ts";
export { type ReportedTraining, type ReportInput, reportOf, reportPage, reportView } from "./report.ts";
