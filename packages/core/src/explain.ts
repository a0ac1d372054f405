/** The entry point `@chaingrad/core/explain`: the derivation that ran, as data, text and JSON. A page that only trains does not load it. */
export { catalogue, type Language, type Words } from "./explain/catalogue.ts";
export {
  type Derivable,
  type Derivation,
  derive,
  type InputSymbol,
  type Step,
  type StepKind,
} from "./explain/derivation.ts";
export type {
  Block,
  Cell,
  Equation,
  equation,
  Heading,
  heading,
  Inline,
  Legend,
  LegendEntry,
  List,
  Paragraph,
  Piece,
  Table as TableBlock,
  Tensor,
  Text,
} from "./explain/document.ts";
export { text } from "./explain/document.ts";
export { type Evaluate, type Explained, explained, type Numbers } from "./explain/explained.ts";
export { formulaOf } from "./explain/formula.ts";
export { htmlBody, htmlEquation, htmlLine } from "./explain/html-document.ts";
export { escapeHtml, mathmlInline } from "./explain/inline-math.ts";
export {
  type DerivationJson,
  derivationJson,
  type JsonNumber,
  type StepJson,
  type TensorJson,
  viewJson,
} from "./explain/json.ts";
export { kernelsOf } from "./explain/kernels.ts";
export { type LatexOptions, latexBody, latexDocument } from "./explain/latex-document.ts";
export { markdownDocument } from "./explain/markdown-document.ts";
export { latexNotation, latexTensor } from "./explain/print-latex.ts";
export { mathmlNotation, mathmlTensor } from "./explain/print-mathml.ts";
export { printNotation } from "./explain/print-notation.ts";
export { printProgram } from "./explain/program.ts";
export type { RuleUse } from "./explain/rules.ts";
export { parseTarget, type Target as ExplainedTarget } from "./explain/target.ts";
export { plain, type TerminalOptions, terminalLines } from "./explain/terminal.ts";
export { batchView } from "./explain/views/batch.ts";
export { contractedView } from "./explain/views/contracted.ts";
export { forwardView, givenView, symbolsView } from "./explain/views/forward.ts";
export { fusionView } from "./explain/views/fusion.ts";
export { type SearchStart, type SearchStep, searchView } from "./explain/views/search.ts";
export { type UpdateOptions, type UpdateRule, updateView } from "./explain/views/update.ts";
export { overview, type ViewName, views } from "./explain/views/views.ts";
export type { Notation } from "./graph/notation.ts";
export { explainApart, explainNet } from "./net/explain-net.ts";
