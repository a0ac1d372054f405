/** The entry point `@chaingrad/view/certificate`: what a check of all gradients says, as a page, as tables and in words. */
export { conclusion, VERDICTS, WITNESSES } from "./certificate/conclusion.ts";
export { CERTIFICATE_STYLE, certificatePage, certificateView } from "./certificate/page.ts";
export {
  type Cells as CertificateCells,
  curvatureTable,
  gradientTable,
  grouped,
  hessianTable,
  witnessTable,
} from "./certificate/tables.ts";
