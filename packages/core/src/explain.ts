/** The entry point `@chaingrad/core/explain`: the derivation that ran, as data, text and JSON. A page that only trains does not load it. */

export {
  type Derivable,
  type Derivation,
  derive,
  type InputSymbol,
  type Step,
  type StepKind,
} from "./explain/derivation/derivation.ts";
export {
  type Evaluate,
  type Explained,
  type ExplainOptions,
  explained,
  type Numbers,
} from "./explain/derivation/explained.ts";
export { formulaOf } from "./explain/derivation/formula.ts";
export { kernelsOf } from "./explain/derivation/kernels.ts";
export type { RuleUse } from "./explain/derivation/rules.ts";
export { elementSymbol, parseTarget, type Target as ExplainedTarget } from "./explain/derivation/target.ts";
export { catalogue, type Language, type Words } from "./explain/document/catalogue.ts";
export type {
  Block,
  Cell,
  Equation,
  Heading,
  Inline,
  Legend,
  LegendEntry,
  List,
  Paragraph,
  Piece,
  Table as TableBlock,
  Tensor,
  Text,
} from "./explain/document/document.ts";
export { equation, heading, paragraph, table, text } from "./explain/document/document.ts";
export { htmlBody, htmlEquation, htmlLine } from "./explain/html/document.ts";
export { mathmlNotation, mathmlTensor } from "./explain/html/mathml.ts";
export {
  type DerivationJson,
  derivationJson,
  type JsonNumber,
  type StepJson,
  type TensorJson,
  viewJson,
} from "./explain/json.ts";
export { type LatexOptions, latexBody, latexDocument } from "./explain/latex/document.ts";
export { latexNotation, latexTensor } from "./explain/latex/notation.ts";
export { markdownDocument } from "./explain/markdown/document.ts";
export { type ColumnNames, withNames } from "./explain/notation/column-names.ts";
export type { GivenNames, NamedLayer } from "./explain/notation/given-names.ts";
export { escapeHtml, mathmlInline } from "./explain/notation/inline-math.ts";
export { printNotation } from "./explain/notation/print.ts";
export { printProgram } from "./explain/notation/program.ts";
export { plain, type TerminalOptions, terminalLines } from "./explain/terminal/document.ts";
export { batchView } from "./explain/views/batch.ts";
export { type ColumnDerivative, columnsView } from "./explain/views/columns.ts";
export { contractedView } from "./explain/views/contracted.ts";
export { forwardView, givenView, symbolsView } from "./explain/views/forward.ts";
export { fusionView } from "./explain/views/fusion.ts";
export { type SearchStart, type SearchStep, searchView } from "./explain/views/search.ts";
export { type UpdateOptions, type UpdateRule, updateView } from "./explain/views/update.ts";
export { overview, type ViewName, views } from "./explain/views/views.ts";
export { type ElementForm, elementForm } from "./graph/element.ts";
export { call, element, infix, type Notation, number, power, symbol } from "./graph/notation.ts";
export { type ExplainNetOptions, explainApart, explainNet, nameNet } from "./net/explain-net.ts";
