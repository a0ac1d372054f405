/** The entry point `@chaingrad/view/certificate`: what a check of all gradients says, as a page, as tables and in words. */
export { conclusion } from "./certificate/conclusion.ts";
export { certificatePage } from "./certificate/page.ts";
export {
  type Cells as CertificateCells,
  curvatureTable,
  gradientTable,
  hessianTable,
  witnessTable,
} from "./certificate/tables.ts";
